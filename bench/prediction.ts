import { mean } from 'simple-statistics'
import { simulateOrder } from '../src/capacity/simulation/simulate-order.ts'
import type { Measurement } from '../src/core/measurement.ts'
import { seededRandom } from '../src/core/random.ts'
import type { Scenario } from '../src/core/scenario.ts'
import type { Arrival } from '../src/load/arrivals.ts'
import { loadClosed } from '../src/load/closed-loop.ts'
import { summarize } from '../src/load/measurement.ts'
import { loadOpen } from '../src/load/open-loop.ts'
import { probeModel } from '../src/run/probe-model.ts'
import { readScenario } from '../src/scenario/read-scenario.ts'
import { startLocalServer } from '../src/serving/local-server.ts'

const HEADERS = { 'content-type': 'application/json' }
const timeoutMs = 20_000
const SHOWN = ['p50', 'p95', 'p99'] as const
/** Width of the text line that the model reads: some 7 ms of work on one core, so that seconds hold many requests. */
const WIDTH = 64
/** Share of the capacity, and seconds of each load. */
const LOADS = [
  [0.3, 20],
  [0.6, 20],
  [0.8, 30],
] as const
const PROFILE_REQUESTS = 800
/** Share of one worker's time that the profile takes. */
const LOW_LOAD = 0.1
const SIMULATED = 400_000
/** Service times drawn from. */
const SAMPLES = 20_000
/** Requests for each worker in a burst, and the time over which bursts come, ms. */
const BURST = 5
const BURSTS_MS = 15_000

/** What is measured at low load only. */
export interface LowLoadProfile {
  readonly workers: number
  /** One request at a time, the server idle nine tenths of the time. */
  readonly alone: Measurement
  /** Mean time from one reply to the next while all workers are busy with a short burst, times the workers, ms. */
  readonly busyMs: number
  /** What a request that needs no worker takes, one at a time, ms: the client, the loopback and the server's front. */
  readonly pingMs: number
}

/**
 * Response times under load predicted from a profile at low load only, then really measured: for one worker and for
 * two behind one port, at 30, 60 and 80% of the rate at which the server saturates.
 */
export async function predictionBench(): Promise<string> {
  const { scenario: light, source } = readScenario('scenarios/daily.yaml')
  const scenario = narrow(light)
  const signal = new AbortController().signal
  const { body } = await probeModel(scenario, source.problem.bind(source), signal)
  const rows: string[] = []
  const errors = { p50: [] as number[], p95: [] as number[], p99: [] as number[] }
  for (const workers of [1, 2]) {
    const server = await startLocalServer({
      modelPath: scenario.model.path,
      threads: 1,
      workers,
      signal,
    })
    try {
      const load = loads(server.url, body, signal)
      const roughMs = (await load.closed(1, PROFILE_REQUESTS / 4)).serviceMs.mean
      const alone = await load.open({ kind: 'constant', rps: LOW_LOAD / (roughMs / 1000) }, 8)
      const pingMs = (await load.ping()).serviceMs.p50
      const busyMs = busyTime(await load.bursts(BURST * workers, 20 * alone.serviceMs.mean), workers)
      const capacityRps = (await load.closed(4 * workers, PROFILE_REQUESTS)).goodputRps
      for (const [share, durationS] of LOADS) {
        const rps = capacityRps * share
        const measured = await load.open({ kind: 'poisson', rps }, durationS)
        const predicted = predictResponse({ workers, alone, busyMs, pingMs }, rps)
        const cells = SHOWN.map((each) => {
          const error = predicted[each] / measured.responseMs[each] - 1
          errors[each].push(error)
          return `${predicted[each].toFixed(1).padStart(7)} ${measured.responseMs[each].toFixed(1).padStart(7)} ${signed(error).padStart(7)}`
        })
        const validity = measured.valid ? '' : `  INVALID: ${measured.invalidReasons.join('; ')}`
        rows.push(
          `  ${workers} worker${workers > 1 ? 's' : ' '} ${(share * 100).toFixed(0)}% ${rps.toFixed(0).padStart(4)}/s   ${cells.join('   ')}${validity}`,
        )
      }
    } finally {
      await server.stop()
    }
  }
  const worst = SHOWN.map((each) => `${each} ${signed(worstOf(errors[each]))}`)
  return [
    '                        p50: pred.    real   error   p95: pred.    real   error   p99: pred.    real   error',
    ...rows,
    `worst: ${worst.join(', ')} (aim: p95 within 10%, p99 within 20%; ms from when each request was due)`,
  ].join('\n')
}

/**
 * The queue of the workers at this rate. A worker is held while it reads a request, runs the model and writes the
 * reply: all of the service time but what a request without work takes. One that was idle is slower than one that goes
 * from request to request, and workers that are busy together slow each other down: as many requests are held for as
 * long as in a burst as find the workers busy.
 */
export function predictResponse({ workers, alone, busyMs, pingMs }: LowLoadProfile, rps: number) {
  const idle = alone.samplesMs.map((ms) => Math.max(0, ms - pingMs))
  const idleMs = mean(idle)
  // utilisation = rps × (utilisation × busy + (1 - utilisation) × idle) / workers, solved for it.
  const erlangs = rps / workers / 1000
  const utilization = (erlangs * idleMs) / (1 - erlangs * (busyMs - idleMs))
  const random = seededRandom(1)
  const held = Array.from({ length: SAMPLES }, (_, index) => {
    const ms = idle[index % idle.length] ?? idleMs
    return random() < utilization ? (ms * busyMs) / idleMs : ms
  })
  const { responseMs } = simulateOrder({
    arrivals: { process: 'poisson', rps },
    serviceMs: { kind: 'empirical', samples: held },
    replicas: 1,
    slotsPerReplica: workers,
    routing: 'shared',
    queueCapacity: Number.POSITIVE_INFINITY,
    timeoutMs,
    requests: SIMULATED,
    warmupRequests: SIMULATED / 10,
    seed: 1,
  })
  return {
    p50: responseMs.p50.value + pingMs,
    p95: responseMs.p95.value + pingMs,
    p99: responseMs.p99.value + pingMs,
  }
}

/** The middle gap of each burst between replies that found all workers busy, on average. */
function busyTime(doneMs: readonly number[], workers: number): number {
  const gaps: number[] = []
  for (let burst = 0; burst + BURST * workers <= doneMs.length; burst += BURST * workers) {
    const done = doneMs.slice(burst, burst + BURST * workers).sort((a, b) => a - b)
    // From the first replies on, of workers that were idle, until the last that kept all of them busy.
    const [from, to] = [done[workers - 1] ?? 0, done[(BURST - 1) * workers] ?? 0]
    gaps.push(((to - from) / ((BURST - 2) * workers + 1)) * workers)
  }
  return mean(gaps)
}

function loads(url: string, body: Buffer, signal: AbortSignal) {
  return {
    ping: (): Promise<Measurement> =>
      loadOpen({
        url: new URL('/v2/health/live', url).href,
        arrival: { kind: 'constant', rps: 20 },
        durationS: 5,
        connections: 10,
        timeoutMs,
        seed: 1,
        signal,
      }),
    async closed(connections: number, requests: number): Promise<Measurement> {
      const startedAt = new Date().toISOString()
      const load = {
        url,
        body,
        headers: HEADERS,
        connections,
        warmupRequests: 200,
        requests,
        timeoutMs,
        signal,
      }
      return summarize(await loadClosed(load), { arrivals: 'closed', connections, startedAt, timeoutMs })
    },
    /** When each reply came, in order of sending. */
    async bursts(size: number, everyMs: number): Promise<number[]> {
      const replies: { readonly dueMs: number; readonly doneMs: number }[] = []
      await loadOpen({
        url,
        payloads: [{ body }],
        headers: HEADERS,
        arrival: inBursts(size, everyMs, BURSTS_MS),
        connections: 1000,
        timeoutMs,
        seed: 1,
        signal,
        onSample: (sample) => void replies.push(sample),
      })
      return replies.sort((a, b) => a.dueMs - b.dueMs).map(({ doneMs }) => doneMs)
    },
    open: (arrival: Arrival, durationS: number): Promise<Measurement> =>
      loadOpen({
        url,
        payloads: [{ body }],
        headers: HEADERS,
        arrival,
        durationS,
        warmupRequests: 50,
        connections: 1000,
        timeoutMs,
        seed: 5,
        signal,
      }),
  }
}

/** So many requests at once every so often. */
function inBursts(size: number, everyMs: number, durationMs: number): Arrival {
  const count = size * Math.floor(durationMs / everyMs)
  return {
    kind: 'timestamps',
    atMs: Float64Array.from({ length: count }, (_, index) => Math.floor(index / size) * everyMs),
  }
}

function narrow(scenario: Scenario): Scenario {
  const inputs = Object.entries(scenario.model.inputs).map(([name, input]) => {
    return [name, { ...input, shape: [...input.shape.slice(0, -1), WIDTH] }] as const
  })
  return { ...scenario, model: { ...scenario.model, inputs: Object.fromEntries(inputs) } }
}

function worstOf(errors: readonly number[]): number {
  return errors.reduce((worst, error) => (Math.abs(error) > Math.abs(worst) ? error : worst), 0)
}

function signed(ratio: number): string {
  return `${ratio >= 0 ? '+' : ''}${(ratio * 100).toFixed(1)}%`
}
