import autocannon from 'autocannon'
import { median } from 'simple-statistics'
import { loadClosed } from '../src/load/closed-loop.ts'
import { summarize } from '../src/load/measurement.ts'
import { probeModel } from '../src/run/probe-model.ts'
import { readScenario } from '../src/scenario/read-scenario.ts'
import { startLocalServer } from '../src/serving/local-server.ts'

const ROUNDS = 5
const REQUESTS = 300
const HEADERS = { 'content-type': 'application/json' }

/** p50 that a run reports for the local server against what autocannon's own histogram says, in alternating rounds. */
export async function latencyBench(): Promise<string> {
  const { scenario, source } = readScenario('scenarios/quickstart.yaml')
  const signal = new AbortController().signal
  const { body } = await probeModel(scenario, source.problem.bind(source), signal)
  const server = await startLocalServer({ modelPath: scenario.model.path, threads: 1, signal })
  try {
    await ours(server.url, body, signal)
    const rounds: { ours: number; theirs: number }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ ours: await ours(server.url, body, signal), theirs: await theirs(server.url, body) })
    }
    const rows = rounds.map(({ ours, theirs }) => {
      return `  plimsoll ${ours.toFixed(2)} ms   autocannon ${theirs} ms   ratio ${(ours / theirs).toFixed(3)}`
    })
    const ratio = median(rounds.map(({ ours, theirs }) => ours / theirs))
    return [...rows, `p50 ratio, median of ${ROUNDS} rounds: ${ratio.toFixed(3)} (aim: 0.9 to 1.1)`].join(
      '\n',
    )
  } finally {
    await server.stop()
  }
}

async function ours(url: string, body: Buffer, signal: AbortSignal): Promise<number> {
  const startedAt = new Date().toISOString()
  const timeoutMs = 10_000
  const load = {
    url,
    body,
    headers: HEADERS,
    connections: 1,
    warmupRequests: 20,
    requests: REQUESTS,
    timeoutMs,
    signal,
  }
  const samples = await loadClosed(load)
  return summarize(samples, { arrivals: 'closed', connections: 1, startedAt, timeoutMs }).serviceMs.p50
}

async function theirs(url: string, body: Buffer): Promise<number> {
  const result = await autocannon({
    url,
    body,
    headers: HEADERS,
    method: 'POST',
    connections: 1,
    amount: REQUESTS,
  })
  return result.latency.p50
}
