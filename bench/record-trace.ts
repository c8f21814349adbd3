import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { loadClosed } from '../src/load/closed-loop.ts'
import { probeModel } from '../src/run/probe-model.ts'
import { readScenario } from '../src/scenario/read-scenario.ts'
import { describeHost } from '../src/serving/describe-host.ts'
import { startLocalServer } from '../src/serving/local-server.ts'

/**
 * Records what the gate's simulation replays: service times of the local model server, one request after the other.
 * `node bench/record-trace.ts <scenario> <requests> <file> <what the machine was doing>`
 */
const [, , file = '', requests = '6000', out = '', machine = ''] = process.argv
const { signal } = new AbortController()
const { scenario, source } = readScenario(file)
const { body } = await probeModel(scenario, source.problem.bind(source), signal)
const server = await startLocalServer({ modelPath: scenario.model.path, threads: 1, signal })
try {
  const samples = await loadClosed({
    url: server.url,
    body,
    headers: { 'content-type': 'application/json' },
    connections: 1,
    warmupRequests: 200,
    requests: Number(requests),
    timeoutMs: 60_000,
    signal,
  })
  const { cpuModel, cores, node, onnxruntime } = describeHost()
  const trace = {
    recorded: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    what: `service time of ${scenario.model.file} with 1 thread over HTTP on loopback, closed loop, 1 connection`,
    machine: `${cpuModel}, ${cores} cores, Node ${node}, ONNX Runtime ${onnxruntime}; ${machine}`,
    unit: 'µs, in order of sending',
    serviceUs: samples.map(({ sentMs, doneMs }) => Math.round((doneMs - sentMs) * 1000)),
  }
  writeFileSync(out, `${JSON.stringify(trace)}\n`)
} finally {
  await server.stop()
}
