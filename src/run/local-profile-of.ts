import { median } from 'simple-statistics'
import type { Measurement, ProfileSetting, Sample } from '../core/measurement.ts'
import type { ModelProfile, ProfileResult } from '../core/model-profile.ts'
import { seededRandom } from '../core/random.ts'
import type { PartialProfile } from '../core/run-record.ts'
import { summarize } from '../load/measurement.ts'
import { shuffle } from '../model/profile/plan-profile.ts'

/**
 * What a run would have measured of one variant, from a saved profile: each time in the model with a time beside it,
 * and what the profile alone has, of several inferences at a time and of batches.
 */
export function localProfileOf(profile: ModelProfile, variant: string, file: string): PartialProfile {
  const { served, host, startedAt } = profile
  const facts = profile.variants.find(({ name }) => name === variant)
  const { requestBytes, replyBytes } = served
  return {
    host,
    model: { ...served.model, ...(facts && { sha256: facts.sha256, bytes: facts.bytes }) },
    requestBytes,
    replyBytes,
    source: { file, startedAt },
    ...startOf(profile, variant),
    ...(variant === 'int8-dynamic' ? { arithmetic: 'int8' as const } : {}),
    settings: aloneIn(profile, variant).map((alone) => settingOf(alone, profile)),
  }
}

/** One request at a time as it is sent, by rising number of threads. */
export function aloneIn({ results }: ModelProfile, variant: string): ProfileResult[] {
  return results
    .filter((each) => each.variant === variant && each.batch === 1 && each.concurrency === 1)
    .sort((a, b) => a.threads - b.threads)
}

/** The server's own, but for what the variant's session differs in from that of the model as it is. */
function startOf({ served, starts }: ModelProfile, variant: string) {
  const own = starts.find((each) => each.variant === variant)
  const fp32 = starts.find((each) => each.variant === 'fp32')
  if (!own || !fp32 || own === fp32) return { startUps: [served.startUp], peakRssMib: served.peakRssMib }
  const { processMs, firstReplyMs } = served.startUp
  const modelLoadMs = served.startUp.modelLoadMs * (own.loadMs / fp32.loadMs)
  const firstMs = Math.max(own.firstInferenceMs, firstReplyMs + own.firstInferenceMs - fp32.firstInferenceMs)
  const startUp = {
    processMs,
    modelLoadMs,
    firstReplyMs: firstMs,
    totalMs: processMs + modelLoadMs + firstMs,
  }
  const peakRssMib = Math.max(own.peakRssMib, served.peakRssMib + own.peakRssMib - fp32.peakRssMib)
  return { startUps: [startUp], peakRssMib }
}

function settingOf(alone: ProfileResult, profile: ModelProfile): ProfileSetting {
  const stretch = stretchOf(alone, profile)
  const batches = batchesOf(alone, profile)
  return {
    threads: alone.threads,
    measurement: measurementOf(alone, profile),
    ...(stretch.length > 1 && { stretch }),
    ...(batches.length > 1 && { batches }),
  }
}

/** In random order, since what a load has in order of time is looked at for trends. */
function measurementOf(
  { samplesMs, threads }: ProfileResult,
  { served, startedAt }: ModelProfile,
): Measurement {
  const random = seededRandom(threads)
  const beside = served.besideModelMs
  let now = 0
  const samples = shuffle(samplesMs, random).map((inferenceMs): Sample => {
    const sentMs = now
    now += inferenceMs + (beside[Math.floor(random() * beside.length)] ?? median([...beside]))
    return { dueMs: sentMs, sentMs, doneMs: now, outcome: 'ok', inferenceMs }
  })
  return summarize(samples, {
    arrivals: 'closed',
    connections: 1,
    startedAt,
    timeoutMs: Number.MAX_SAFE_INTEGER,
  })
}

/** As far as the cores of the machine reach: beyond, processes wait for each other, and not so in a server's queue. */
function stretchOf(alone: ProfileResult, { results, host }: ModelProfile): number[] {
  const same = results.filter(
    ({ variant, threads, batch, concurrency }) =>
      variant === alone.variant &&
      threads === alone.threads &&
      batch === 1 &&
      concurrency * threads <= host.cores,
  )
  return curveOf(same.map(({ concurrency, inferenceMs }) => [concurrency, inferenceMs.p50.value]))
}

function batchesOf(alone: ProfileResult, { results }: ModelProfile): number[] {
  const same = results.filter(
    ({ variant, threads, concurrency }) =>
      variant === alone.variant && threads === alone.threads && concurrency === 1,
  )
  return curveOf(same.map(({ batch, inferenceMs }) => [batch, inferenceMs.p50.value]))
}

/** Ratios to the first at every whole number up to the last, straight between those known, and never falling. */
function curveOf(points: readonly (readonly [at: number, ms: number])[]): number[] {
  const sorted = points.toSorted(([a], [b]) => a - b)
  const [[, first] = [1, 1]] = sorted
  const rising = sorted.map(([at], index) => {
    const most = Math.max(...sorted.slice(0, index + 1).map(([, ms]) => ms))
    return [at, most / first] as const
  })
  return Array.from({ length: sorted.at(-1)?.[0] ?? 0 }, (_, index) => between(rising, index + 1))
}

function between(points: readonly (readonly [at: number, ratio: number])[], at: number): number {
  const next = points.findIndex(([place]) => place >= at)
  const [high, above] = points[next] ?? [at, 1]
  const [low, below] = points[next - 1] ?? [high, above]
  return high === low ? above : below + ((above - below) * (at - low)) / (high - low)
}
