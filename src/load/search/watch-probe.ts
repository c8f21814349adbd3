import { sampleCorrelation } from 'simple-statistics'
import { correlationTime, indicatorTime } from '../../stats/correlation-time.ts'
import { findOverSaturation, type LoadSeries } from '../../stats/over-saturation.ts'
import type { Tally } from '../../stats/sequential-test.ts'
import {
  type Answer,
  judgeTallies,
  type SloLimit,
  type SloVerdict,
  tallyLimits,
} from '../../stats/slo-verdict.ts'

/** What a probe has shown. */
export interface Sighting {
  readonly verdict: Answer
  readonly slo: SloVerdict
  /** Late or failed requests by limit, warm-up left out. */
  readonly tallies: readonly Tally[]
  /** How many successive requests say as much as one independent one, at least 1. */
  readonly correlationTime: number
  /** Why the server counts as over-saturated, which misses any SLO in the end. */
  readonly overSaturated?: string
}

interface Kept {
  readonly inFlight: readonly number[]
  readonly responseMs: readonly number[]
}

/** Share of a probe left out at its start, where queues have not built up yet. */
const warmUpShare = 0.1
/** Requests before which a probe never meets: the correlation time of fewer is not known. */
const fewestToMeet = 600
/** Growth of the count from one look to the next: looking costs time, not confidence. */
const lookFactor = 1.1

/**
 * Judges a probe while it runs.
 *
 * @param limits that the probe has to decide on
 * @param guards limits that it can miss, and need not show to meet
 */
export function watchProbe(limits: readonly SloLimit[], guards: readonly SloLimit[], confidence: number) {
  const seen = { dueMs: [] as number[], inFlight: [] as number[], responseMs: [] as number[] }
  let nextLook = 1
  return {
    /** @returns whether to stop */
    add(batch: LoadSeries): boolean {
      for (const key of ['dueMs', 'inFlight', 'responseMs'] as const)
        seen[key].push(...Array.from(batch[key]))
      if (seen.dueMs.length < nextLook) return false
      nextLook = seen.dueMs.length * lookFactor
      return judge(seen, limits, guards, confidence).verdict !== 'undecided'
    },
    sighting: () => judge(seen, limits, guards, confidence),
  }
}

function judge(
  seen: Kept & { readonly dueMs: readonly number[] },
  limits: readonly SloLimit[],
  guards: readonly SloLimit[],
  confidence: number,
): Sighting {
  const first = Math.floor(seen.dueMs.length * warmUpShare)
  const [responseMs, inFlight] = [seen.responseMs.slice(first), seen.inFlight.slice(first)]
  const correlationTime = findCorrelationTime({ responseMs, inFlight }, limits)
  const tallies = tallyLimits(limits, responseMs)
  const slo = judgeTallies(limits, tallies, { confidence, effectiveShare: 1 / correlationTime })
  const found = { slo, tallies, correlationTime }
  const overSaturated = findOverSaturation(seen)?.reason
  if (overSaturated) return { ...found, verdict: 'misses', overSaturated }
  const guarded = judgeTallies(guards, tallyLimits(guards, responseMs), { confidence })
  if (guarded.verdict === 'misses') return { ...found, verdict: 'misses' }
  const early = slo.verdict === 'meets' && responseMs.length < fewestToMeet
  return { ...found, verdict: early ? 'undecided' : slo.verdict }
}

/**
 * Late requests come in crowds, and before the first crowd the count of late ones hides it. So besides each limit's
 * events, those over p90 are asked for their correlation, and the requests in flight, where response times follow
 * them: the queue remembers longest. What a short run hides is added: found by comparing runs of 500 and 2,500
 * requests with the variance of the late count over many runs, for one to 16 workers of fixed, exponential and
 * lognormal service.
 */
function findCorrelationTime({ inFlight, responseMs }: Kept, limits: readonly SloLimit[]): number {
  const count = responseMs.length
  if (count === 0) return 1
  const sorted = responseMs.toSorted((a, b) => a - b)
  const p90 = sorted[Math.floor(count * 0.9)] as number
  const levels = [p90, ...limits.map(({ latencyMs }) => latencyMs ?? Number.MAX_VALUE)]
  const times = levels.map((level) => indicatorTime(responseMs, level))
  const time = Math.max(...times, followsQueue({ inFlight, responseMs }) ? correlationTime(inFlight) : 1)
  return time * (1 + (10 * time) / count)
}

/** Correlation with the requests in flight from which response times count as made by a queue. */
const queueCorrelation = 0.3

/** With workers to spare, requests in flight still remember each other, and response times do not. */
function followsQueue({ inFlight, responseMs }: Kept): boolean {
  if (inFlight.length < 3 || isConstant(inFlight) || isConstant(responseMs)) return false
  const answered = responseMs.filter((value) => value < Number.MAX_VALUE)
  const slowest = answered.reduce((a, b) => Math.max(a, b), 1)
  const logs = responseMs.map((value) => Math.log(Math.min(slowest, Math.max(1e-3, value))))
  return isConstant(logs) || sampleCorrelation(logs, [...inFlight]) > queueCorrelation
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0])
}
