import type { LoadWindow, Measurement, Percentiles, Sample, WarmUp } from '../core/measurement.ts'
import { roundToMicrosecond } from '../core/units.ts'
import { findClientFaults, measureSendLag } from './client-faults.ts'
import { Histogram } from './histogram.ts'
import { latencyIntervals } from './latency-intervals.ts'
import type { KeptSamples, LoadRecord } from './load-record.ts'
import { Recorder } from './recorder.ts'
import { findSteadyTimes, type SteadyTimes } from './steady-times.ts'
import { warnOfTrend } from './warn-of-trend.ts'

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

/** Of how many requests the times are kept one by one, for warm-up, correlation and models of the service time. */
export const keptRequests = 10_000

/** What the samples of one load say, e.g. of a closed loop. */
export function summarize(samples: Iterable<Sample>, facts: LoadFacts): Measurement {
  const summary = new Summary(facts)
  for (const sample of samples) summary.add(sample)
  return summary.measure()
}

/** The same, one sample at a time: what it holds does not grow with their number. */
export class Summary {
  readonly #recorder = new Recorder(keptRequests)
  readonly #facts: LoadFacts
  #count = 0

  constructor(facts: LoadFacts) {
    this.#facts = facts
  }

  add({ dueMs, sentMs, doneMs, outcome, detail, inferenceMs }: Sample): void {
    const exchange = { index: this.#count++, dueMs, begunMs: sentMs, sentMs }
    this.#recorder.due(dueMs)
    if (outcome === 'ok') this.#recorder.ok(exchange, doneMs, inferenceMs)
    else {
      const silent = outcome === 'timeout' ? `no reply in ${this.#facts.timeoutMs} ms` : outcome
      this.#recorder.failed(exchange, doneMs, outcome, detail ?? silent)
    }
  }

  measure(): Measurement {
    return measure(this.#recorder.record, this.#facts)
  }
}

/** What the record of one load says. With no ok request, all latencies are NaN and the measurement is invalid. */
export function measure(
  record: LoadRecord,
  facts: LoadFacts,
  windows?: readonly LoadWindow[],
  threads = 1,
): Measurement {
  const { counts, errors, sockets, kept } = record
  const isOpen = facts.arrivals !== 'closed'
  const durationS = counts.due === 0 ? 0 : (record.lastDoneMs - record.firstDueMs) / 1000
  const times = findSteadyTimes(record, isOpen)
  const inOrder = times.steady.map((at) => kept.responseMs[at] ?? 0)
  const invalidReasons = findInvalidReasons(record, times, durationS * threads, facts)
  const warnings = [
    ...(counts.dropped > 0 ? [warnOfDropped(record)] : []),
    ...(times.uncut > 0 ? [warnOfUncut(times.uncut)] : []),
    ...(isOpen && times.uncut === 0 ? warnOfTrend(inOrder) : []),
  ]
  const warmUp = describeWarmUp(times, kept)
  return {
    startedAt: facts.startedAt,
    durationS,
    arrivals: facts.arrivals,
    connections: facts.connections,
    offeredRps: facts.offeredRps ?? perSecond(counts.due, durationS),
    goodputRps: perSecond(counts.ok, durationS),
    counts: { ...counts, sent: counts.due - counts.dropped },
    errors,
    responseMs: findPercentiles(times.response),
    serviceMs: findPercentiles(times.service),
    intervals: latencyIntervals(times.response, isOpen ? inOrder : []),
    sendLagMs: measureSendLag(record.sendLag),
    ...(warmUp && { warmUp }),
    valid: invalidReasons.length === 0,
    invalidReasons,
    ...(warnings.length > 0 && { warnings }),
    ...(windows && { windows, sockets: { ...sockets } }),
    samplesMs: times.steady.map((at) => roundToMicrosecond(kept.serviceMs[at] ?? 0)),
    inferenceMs: listInferenceTimes(times.steady.map((at) => kept.inferenceMs[at] ?? Number.NaN)),
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

function describeWarmUp({ warmUp }: SteadyTimes, kept: KeptSamples): WarmUp | undefined {
  if (warmUp.length === 0) return undefined
  const samplesMs = warmUp.map((at) => roundToMicrosecond(kept.responseMs[at] ?? 0))
  return { requests: warmUp.length, responseMs: findPercentiles(Histogram.of(samplesMs)), samplesMs }
}

function findInvalidReasons(
  record: LoadRecord,
  { response }: SteadyTimes,
  threadS: number,
  facts: LoadFacts,
): string[] {
  if (record.counts.ok === 0) return ['no request was answered ok']
  if (facts.arrivals === 'closed') return []
  const limitMs = Math.max(1, response.percentile(0.99) * 0.1, facts.acceptableLagMs ?? 0)
  return findClientFaults(record, limitMs, threadS)
}

function warnOfDropped({ counts: { dropped, due } }: LoadRecord): string {
  return (
    `${dropped} of ${due} requests were not sent, because all connections were waiting for replies: ` +
    'they count as failed, and the response times are of the others'
  )
}

function warnOfUncut(requests: number): string {
  return (
    `the first ${requests} requests were slower than the later ones, a warm-up that is in the figures, because it is ` +
    'too much of this load to be left out: load for longer'
  )
}

/** All of them or none: a list with gaps could not be paired with the service times. */
function listInferenceTimes(times: readonly number[]): readonly number[] {
  return times.some(Number.isNaN) ? [] : times
}
