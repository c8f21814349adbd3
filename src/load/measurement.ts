import type { LoadWindow, Measurement, Percentiles, Sample } from '../core/measurement.ts'
import type { Percentile } from '../core/scenario.ts'
import { formatMs } from '../core/units.ts'
import { loadedInterval } from '../stats/loaded-interval.ts'
import { percentileRatios } from '../stats/percentile.ts'
import { lowerRank, upperRank } from '../stats/percentile-interval.ts'
import type { Histogram } from './histogram.ts'
import type { KeptSamples, LoadRecord } from './load-record.ts'
import { Recorder } from './recorder.ts'
import { warnOfUnsteady } from './unsteady.ts'

export interface LoadFacts {
  readonly arrivals: Measurement['arrivals']
  readonly connections: number
  /** Of an open loop at one rate; else it follows from when requests were due. */
  readonly offeredRps?: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly timeoutMs: number
  /** p99 of send lag that does no harm whatever the latency; else 10% of the p99 response, at least 1 ms, is the limit. */
  readonly acceptableLagMs?: number
}

/** How many ok requests are kept one by one, for models of the service time. */
export const keptRequests = 10_000
const confidence = 0.95
const percentileNames = Object.keys(percentileRatios) as Percentile[]
/** Share of the load's time for which the client may have been held up, and what counts as that at least, ms. */
const heldUpRatio = 0.01
const shortestStallMs = 5
/** Of a short load too, this much in all is no more than a start takes. */
const leastHeldUpMs = 20

/** What the samples of one load say, e.g. of a closed loop. */
export function summarize(samples: readonly Sample[], facts: LoadFacts): Measurement {
  const recorder = new Recorder(keptRequests)
  for (const [index, { dueMs, sentMs, doneMs, outcome, detail, inferenceMs }] of samples.entries()) {
    const exchange = { index, dueMs, begunMs: sentMs, sentMs }
    recorder.due(dueMs)
    if (outcome === 'ok') recorder.ok(exchange, doneMs, inferenceMs)
    else {
      const silent = outcome === 'timeout' ? `no reply in ${facts.timeoutMs} ms` : outcome
      recorder.failed(exchange, doneMs, outcome, detail ?? silent)
    }
  }
  return measure(recorder.record, facts)
}

/** What the record of one load says. With no ok request, all latencies are NaN and the measurement is invalid. */
export function measure(
  record: LoadRecord,
  facts: LoadFacts,
  windows?: readonly LoadWindow[],
  threads = 1,
): Measurement {
  const { counts, errors, response, service, sockets, kept } = record
  const durationS = counts.due === 0 ? 0 : (record.lastDoneMs - record.firstDueMs) / 1000
  const sendLagMs = measureSendLag(record.sendLag)
  const invalidReasons = findInvalidReasons(record, decidingLag(record.sendLag), durationS * threads, facts)
  const inOrder = sortByIndex(kept)
  const warnings = [
    ...(counts.dropped > 0 ? [warnOfDropped(record)] : []),
    ...(facts.arrivals === 'closed' ? [] : warnOfUnsteady(inOrder.map((at) => kept.responseMs[at] ?? 0))),
  ]
  return {
    startedAt: facts.startedAt,
    durationS,
    arrivals: facts.arrivals,
    connections: facts.connections,
    offeredRps: facts.offeredRps ?? perSecond(counts.due, durationS),
    goodputRps: perSecond(counts.ok, durationS),
    counts: { ...counts, sent: counts.due - counts.dropped },
    errors,
    responseMs: findPercentiles(response),
    serviceMs: findPercentiles(service),
    intervals:
      facts.arrivals === 'closed' ? findIntervals(response) : intervalsUnderLoad(response, inOrder, kept),
    sendLagMs,
    valid: invalidReasons.length === 0,
    invalidReasons,
    ...(warnings.length > 0 && { warnings }),
    ...(windows && { windows, sockets: { ...sockets } }),
    samplesMs: inOrder.map((at) => roundToMicrosecond(kept.serviceMs[at] ?? 0)),
    inferenceMs: listInferenceTimes(inOrder.map((at) => kept.inferenceMs[at] ?? Number.NaN)),
  }
}

function perSecond(count: number, durationS: number): number {
  return durationS > 0 ? count / durationS : 0
}

function findPercentiles(times: Histogram): Percentiles {
  const at = (ratio: number) => roundToMicrosecond(times.percentile(ratio))
  return {
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    max: times.max,
    mean: roundToMicrosecond(times.mean),
  }
}

/** By order statistics, as `percentileInterval` does for single values, and outwards to the ends of the buckets. */
function findIntervals(times: Histogram): Measurement['intervals'] {
  const intervals: Partial<Record<Percentile, { low: number; high: number; confidence: number }>> = {}
  const tail = (1 + confidence) / 2
  for (const name of percentileNames) {
    const [low, high] = [lowerRank, upperRank].map((rank) => rank(times.count, percentileRatios[name], tail))
    const lowMs = times.boundsAtRank(low ?? 0).low
    const highMs = times.boundsAtRank(high ?? 0).high
    if (lowMs >= 0 && highMs >= 0) intervals[name] = { low: lowMs, high: highMs, confidence }
  }
  return intervals
}

/**
 * Intervals that bear the crowds in which a queue makes requests late, where every ok request was kept in order. Of
 * longer loads, for independent requests, which is too narrow for a busy server.
 */
function intervalsUnderLoad(times: Histogram, inOrder: readonly number[], { responseMs }: KeptSamples) {
  if (inOrder.length < times.count) return findIntervals(times)
  const values = inOrder.map((at) => responseMs[at] ?? 0)
  const intervals: Partial<Record<Percentile, { low: number; high: number; confidence: number }>> = {}
  for (const name of percentileNames) {
    const interval = loadedInterval(values, percentileRatios[name], confidence)
    if (!interval.resolvable) continue
    const [low, high] = [roundToMicrosecond(interval.low), roundToMicrosecond(interval.high)]
    intervals[name] = { low, high, confidence }
  }
  return intervals
}

/** How late requests were sent; dropped ones were not. Zero when none was sent. */
function measureSendLag(lags: Histogram): Measurement['sendLagMs'] {
  if (lags.count === 0) return { p50: 0, p99: 0, max: 0 }
  const at = (ratio: number) => roundToMicrosecond(lags.percentile(ratio))
  return { p50: at(0.5), p99: at(0.99), max: lags.max }
}

/** p99, or the second longest of fewer than 200: one late request, as a rule the very first, condemns no load. */
function decidingLag(lags: Histogram): number {
  if (lags.count < 2) return 0
  return lags.count < 200 ? lags.atRank(lags.count - 1) : lags.percentile(0.99)
}

function findInvalidReasons(
  record: LoadRecord,
  lagMs: number,
  durationS: number,
  facts: LoadFacts,
): string[] {
  if (record.response.count === 0) return ['no request was answered ok']
  if (facts.arrivals === 'closed') return []
  const tenthMs = record.response.percentile(0.99) * 0.1
  const limitMs = Math.max(1, tenthMs, facts.acceptableLagMs ?? 0)
  const reasons: string[] = []
  if (lagMs > limitMs) {
    reasons.push(
      `the sender fell behind: 1 in 100 requests was sent ${lagMs.toFixed(1)} ms late or later, ` +
        `and ${limitMs.toFixed(1)} ms is acceptable`,
    )
  }
  const heldUpMs = sumAbove(record.stalls, Math.max(shortestStallMs, limitMs))
  if (heldUpMs > Math.max(leastHeldUpMs, heldUpRatio * durationS * 1000)) {
    reasons.push(
      `the client was held up for ${formatMs(heldUpMs)} of ${durationS.toFixed(1)} s, at most ` +
        `${formatMs(record.stalls.max)} at once: its event loop was blocked, or it had no processor`,
    )
  }
  return reasons
}

/** Sum of the times longer than a limit, ms. */
function sumAbove(times: Histogram, limitMs: number): number {
  let sumUs = 0
  for (const { lowUs, highUs, count } of times.buckets()) {
    if (lowUs > limitMs * 1000) sumUs += (count * (lowUs + highUs)) / 2
  }
  return sumUs / 1000
}

function warnOfDropped({ counts: { dropped, due } }: LoadRecord): string {
  return (
    `${dropped} of ${due} requests were not sent, because all connections were waiting for replies: ` +
    'they count as failed, and the response times are of the others'
  )
}

function sortByIndex({ index }: KeptSamples): number[] {
  return index.map((_, at) => at).sort((a, b) => (index[a] ?? 0) - (index[b] ?? 0))
}

/** All of them or none: a list with gaps could not be paired with the service times. */
function listInferenceTimes(times: readonly number[]): readonly number[] {
  return times.some(Number.isNaN) ? [] : times
}

function roundToMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
