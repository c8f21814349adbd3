import type { ErrorClass, Measurement, Percentiles, Sample } from '../core/measurement.ts'
import type { Percentile } from '../core/scenario.ts'
import { percentile, percentileRatios, sortAscending } from '../stats/percentile.ts'
import { percentileInterval } from '../stats/percentile-interval.ts'

export interface LoadFacts {
  readonly arrivals: Measurement['arrivals']
  readonly connections: number
  /** Of an open loop; a closed loop's follows from its samples. */
  readonly offeredRps?: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly timeoutMs: number
  /** p99 of send lag above which the measurement is invalid; else 10% of the p99 response, at least 1 ms. */
  readonly slowestAcceptableLagMs?: number
}

const confidence = 0.95
const percentileNames = Object.keys(percentileRatios) as Percentile[]

/** What the samples of one load say. With no ok sample, all latencies are NaN and the measurement is invalid. */
export function summarize(samples: readonly Sample[], facts: LoadFacts): Measurement {
  const ok = samples.filter((sample) => sample.outcome === 'ok')
  const response = sortAscending(ok.map((sample) => sample.doneMs - sample.dueMs))
  const service = sortAscending(ok.map((sample) => sample.doneMs - sample.sentMs))
  const durationS = measureDuration(samples)
  const sendLagMs = measureSendLag(samples)
  const invalidReasons = findInvalidReasons(response, sendLagMs.p99, facts)
  return {
    startedAt: facts.startedAt,
    durationS,
    arrivals: facts.arrivals,
    connections: facts.connections,
    offeredRps: facts.offeredRps ?? perSecond(samples.length, durationS),
    goodputRps: perSecond(ok.length, durationS),
    counts: countOutcomes(samples),
    errors: groupErrors(samples, facts.timeoutMs),
    responseMs: findPercentiles(response),
    serviceMs: findPercentiles(service),
    intervals: findIntervals(response),
    sendLagMs,
    valid: invalidReasons.length === 0,
    invalidReasons,
    samplesMs: ok.map((sample) => roundToMicrosecond(sample.doneMs - sample.sentMs)),
    inferenceMs: listInferenceTimes(ok),
  }
}

/** From the first due request to the last reply, s. */
function measureDuration(samples: readonly Sample[]): number {
  if (samples.length === 0) return 0
  const first = samples.reduce((least, sample) => Math.min(least, sample.dueMs), Number.POSITIVE_INFINITY)
  const last = samples.reduce((most, sample) => Math.max(most, sample.doneMs), Number.NEGATIVE_INFINITY)
  return (last - first) / 1000
}

function perSecond(count: number, durationS: number): number {
  return durationS > 0 ? count / durationS : 0
}

function countOutcomes(samples: readonly Sample[]): Measurement['counts'] {
  const count = (outcome: Sample['outcome']) => samples.filter((sample) => sample.outcome === outcome).length
  const [due, ok, timeout, dropped] = [samples.length, count('ok'), count('timeout'), count('dropped')]
  return { due, sent: due - dropped, ok, error: due - ok - timeout - dropped, timeout, dropped }
}

function groupErrors(samples: readonly Sample[], timeoutMs: number): Measurement['errors'] {
  const errors: Partial<Record<ErrorClass, { count: number; example: string }>> = {}
  for (const { outcome, detail } of samples) {
    if (outcome === 'ok') continue
    const example = detail ?? (outcome === 'timeout' ? `no reply in ${timeoutMs} ms` : outcome)
    errors[outcome] = {
      count: (errors[outcome]?.count ?? 0) + 1,
      example: errors[outcome]?.example ?? example,
    }
  }
  return errors
}

function findPercentiles(sorted: Float64Array): Percentiles {
  const at = (ratio: number) =>
    sorted.length === 0 ? Number.NaN : roundToMicrosecond(percentile(sorted, ratio))
  return {
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
    mean: roundToMicrosecond(sorted.reduce((sum, value) => sum + value, 0) / sorted.length),
  }
}

function findIntervals(sorted: Float64Array): Measurement['intervals'] {
  const intervals: Partial<Record<Percentile, { low: number; high: number; confidence: number }>> = {}
  for (const name of percentileNames) {
    const interval = percentileInterval(sorted, percentileRatios[name], confidence)
    if (!interval) continue
    const [low, high] = [roundToMicrosecond(interval.low), roundToMicrosecond(interval.high)]
    intervals[name] = { low, high, confidence }
  }
  return intervals
}

/** How late requests were sent; dropped ones were not. Zero when none was sent. */
function measureSendLag(samples: readonly Sample[]): Measurement['sendLagMs'] {
  const sent = samples.filter((sample) => sample.outcome !== 'dropped')
  const lags = sortAscending(sent.map((sample) => sample.sentMs - sample.dueMs))
  const at = (ratio: number) => (lags.length === 0 ? 0 : roundToMicrosecond(percentile(lags, ratio)))
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

function findInvalidReasons(response: Float64Array, lagMs: number, facts: LoadFacts): string[] {
  if (response.length === 0) return ['no request was answered ok']
  const limitMs = facts.slowestAcceptableLagMs ?? Math.max(1, percentile(response, 0.99) * 0.1)
  if (facts.arrivals === 'closed' || lagMs <= limitMs) return []
  return [
    `the sender fell behind: 1 in 100 requests was sent ${lagMs.toFixed(1)} ms late or later, ` +
      `and ${limitMs.toFixed(1)} ms is acceptable`,
  ]
}

/** All of them or none: a list with gaps could not be paired with the service times. */
function listInferenceTimes(ok: readonly Sample[]): number[] {
  const times = ok.flatMap((sample) => sample.inferenceMs ?? [])
  return times.length === ok.length ? times : []
}

function roundToMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
