import { sampleCorrelation } from 'simple-statistics'
import { correlationTime, indicatorTime } from '../../stats/correlation-time.ts'
import { findOverSaturation, type LoadSeries } from '../../stats/over-saturation.ts'
import { percentile, sortAscending } from '../../stats/percentile.ts'
import type { Tally } from '../../stats/sequential-test.ts'
import {
  type Answer,
  judgeTallies,
  type SloLimit,
  type SloVerdict,
  tallyLimits,
} from '../../stats/slo-verdict.ts'
import { RecentRequests } from './recent-requests.ts'

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

/** Requests before which a probe never meets: the correlation time of fewer is not known. */
const fewestToMeet = 600
/** Growth of the count from one look to the next: looking costs some ms, not confidence. */
const lookFactor = 1.1
/** Blocks into which requests are summed to find their correlation: few, since the sender waits meanwhile. */
const blocks = 2048

/**
 * Judges a probe while it runs. Memory and the time of a look are bounded: at most 8,192 requests are kept.
 *
 * @param limits that the probe has to decide on
 * @param guards limits that it can miss, and need not show to meet
 */
export function watchProbe(limits: readonly SloLimit[], guards: readonly SloLimit[], confidence: number) {
  const all = [...limits, ...guards]
  const recent = new RecentRequests((responseMs) => tallyLimits(all, responseMs))
  let nextLook = 1
  const sighting = () => judge(recent, limits, guards, confidence)
  return {
    /** @returns whether to stop */
    add(batch: LoadSeries): boolean {
      recent.add(batch)
      if (recent.count < nextLook) return false
      nextLook = recent.count * lookFactor
      return sighting().verdict !== 'undecided'
    },
    sighting,
  }
}

function judge(
  recent: RecentRequests,
  limits: readonly SloLimit[],
  guards: readonly SloLimit[],
  confidence: number,
): Sighting {
  const kept = recent.steady()
  const all = recent.tallies()
  const tallies = all.slice(0, limits.length)
  const correlationTime = findCorrelationTime(kept, limits)
  const slo = judgeTallies(limits, tallies, { confidence, effectiveShare: 1 / correlationTime })
  const found = { slo, tallies, correlationTime }
  const overSaturated = findOverSaturation(recent.kept)?.reason
  if (overSaturated) return { ...found, verdict: 'misses', overSaturated }
  const guarded = judgeTallies(guards, all.slice(limits.length), { confidence })
  if (guarded.verdict === 'misses') return { ...found, verdict: 'misses' }
  const early = slo.verdict === 'meets' && (tallies[0]?.count ?? 0) < fewestToMeet
  return { ...found, verdict: early ? 'undecided' : slo.verdict }
}

/**
 * Late requests come in crowds, and before the first crowd the count of late ones hides it. So besides each limit's
 * events, those over p90 are asked for their correlation, and the requests in flight, where response times follow
 * them: the queue remembers longest, and at least for as long as half of the slowest request holds others up. (Without
 * that, 4 workers of which one request in a hundred takes 20 times as long passed wrongly, right at the limit, in 25%
 * of 150 seeded runs; with it, in 5%.) What a short run hides is added: found by comparing runs of 500 and 2,500
 * requests with the variance of the late count over many runs, for one to 16 workers of fixed, exponential and
 * lognormal service.
 */
function findCorrelationTime(
  { dueMs, inFlight, responseMs }: LoadSeries,
  limits: readonly SloLimit[],
): number {
  const count = responseMs.length
  if (count === 0) return 1
  const p90 = percentile(sortAscending(Array.from(responseMs)), 0.9)
  const levels = [p90, ...limits.map(({ latencyMs }) => latencyMs ?? Number.MAX_VALUE)]
  const times = levels.map((level) => indicatorTime(responseMs, level, blocks))
  const queue = followsQueue(inFlight, responseMs)
    ? Math.max(correlationTime(inFlight, blocks), dueDuring(slowestOf(responseMs) / 2, dueMs))
    : 1
  const time = Math.max(...times, queue)
  return time * (1 + (10 * time) / count)
}

/** Correlation with the requests in flight from which response times count as made by a queue. */
const queueCorrelation = 0.3

/** With workers to spare, requests in flight still remember each other, and response times do not. */
function followsQueue(inFlight: ArrayLike<number>, responseMs: ArrayLike<number>): boolean {
  if (inFlight.length < 3 || isConstant(inFlight) || isConstant(responseMs)) return false
  const slowest = Math.max(1, slowestOf(responseMs))
  const logs = Array.from(responseMs, (value) => Math.log(Math.min(slowest, Math.max(1e-3, value))))
  return isConstant(logs) || sampleCorrelation(logs, Array.from(inFlight)) > queueCorrelation
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false
  return true
}

/** Of the requests that were answered, ms; 0 when none was. */
function slowestOf(responseMs: ArrayLike<number>): number {
  return Array.from(responseMs).reduce(
    (most, value) => (value < Number.MAX_VALUE ? Math.max(most, value) : most),
    0,
  )
}

/** Requests that are due in so long. */
function dueDuring(ms: number, dueMs: ArrayLike<number>): number {
  const count = dueMs.length
  return (ms * (count - 1)) / Math.max(1e-3, (dueMs[count - 1] as number) - (dueMs[0] as number))
}
