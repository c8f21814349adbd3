import type { Operation } from '../core/advice.ts'
import { HOURS_PER_MONTH } from '../core/operation.ts'
import type { Percentile, Range } from '../core/scenario.ts'
import type { OperatedMonth } from './operate.ts'
import { centralPoint, type ServicePoints } from './service-times.ts'
import { type NoisyFigure, RESPONSE_RATIOS, type ResponseFigures } from './simulation/noise-interval.ts'

const PERCENTILES = Object.keys(RESPONSE_RATIOS) as Percentile[]

/** How the requests of a month were answered. */
export type AnsweredMonth = Pick<OperatedMonth, 'requests' | 'responseMs' | 'networkMs'>

/** Response times of a month, at all points of its range and with the simulation's own intervals. */
export function latencyRanges(months: readonly AnsweredMonth[]): Record<Percentile, Range> {
  return responseRanges(months, ({ responseMs, requests: { arrived, rejected, timedOut } }) => ({
    figures: responseMs,
    failedRatio: arrived === 0 ? 0 : (rejected + timedOut) / arrived,
  }))
}

/** Share of requests that were turned away or took too long, or null where that never happened. */
export function failedRange(months: readonly AnsweredMonth[]): Range | null {
  const ratio = ({ requests: { arrived, rejected, timedOut } }: AnsweredMonth) =>
    arrived === 0 ? 0 : (rejected + timedOut) / arrived
  const range = rangeOf(months, ratio)
  return range.high === 0 ? null : range
}

export function summarizeOperation(months: readonly OperatedMonth[], service: ServicePoints): Operation {
  const central = centralPoint(months)
  const { coldStarted, served } = central.requests
  return {
    replicas: rangeOf(months, ({ mostReplicas }) => mostReplicas),
    meanReplicas: rangeOf(months, ({ usage }) => usage.replicaHours.value / HOURS_PER_MONTH),
    utilization: rangeOf(months, ({ utilization }) => utilization),
    peakLoad: rangeOf(months, ({ peakLoad }) => peakLoad),
    slotsPerReplica: centralPoint(service).slots,
    coldStartRatio: served === 0 ? 0 : coldStarted / served,
    busiestMs: responseRanges(months, ({ busiestResponseMs, busiestFailedRatio }) => ({
      figures: busiestResponseMs,
      failedRatio: busiestFailedRatio || 0,
    })),
    simulated: { requests: central.simulatedRequests, method: central.method },
  }
}

/** The range of a figure over all points, and its value at the central one. */
function rangeOf<T>(points: readonly T[], of: (point: T) => number): Range {
  const all = points.map(of)
  return { low: Math.min(...all), value: of(centralPoint(points)), high: Math.max(...all) }
}

interface Responses {
  readonly figures: ResponseFigures
  readonly failedRatio: number
}

function responseRanges<M extends AnsweredMonth>(
  months: readonly M[],
  of: (month: M) => Responses,
): Record<Percentile, Range> {
  const range = (percentile: Percentile): Range => {
    const figures = months.map((month) => amongAll(of(month), RESPONSE_RATIOS[percentile], month.networkMs))
    return {
      low: Math.min(...figures.map(({ low }) => low)),
      value: centralPoint(figures).value,
      high: Math.max(...figures.map(({ high }) => high)),
    }
  }
  return Object.fromEntries(PERCENTILES.map((each) => [each, range(each)])) as Record<Percentile, Range>
}

/**
 * A percentile of all requests, where those that failed were answered within no limit: that of the ones served that is
 * as much higher. Between the percentiles that are known, straight on the scale of the logarithms of the time and of
 * the share above.
 */
function amongAll({ figures, failedRatio }: Responses, ratio: number, networkMs: number): NoisyFigure {
  const among = failedRatio === 0 ? ratio : ratio / (1 - failedRatio)
  const at = (end: 'low' | 'value' | 'high') => {
    const ms = failedRatio === 0 ? exactly(figures, ratio, end) : interpolate(figures, among, end)
    return ms + networkMs
  }
  return { low: at('low'), value: at('value'), high: at('high') }
}

/**
 * An upper end that the simulated requests do not resolve is taken where the next percentile lies, which is as far as
 * they reach; beyond the highest, as far again.
 */
function exactly(figures: ResponseFigures, ratio: number, end: 'low' | 'value' | 'high'): number {
  const index = PERCENTILES.findIndex((each) => RESPONSE_RATIOS[each] === ratio)
  const percentile = PERCENTILES[index] ?? 'p50'
  if (end !== 'high' || Number.isFinite(figures[percentile].high)) return figures[percentile][end]
  const [next, before] = [PERCENTILES[index + 1], PERCENTILES[index - 1]]
  if (next) return figures[next].value
  return figures[percentile].value ** 2 / figures[before ?? percentile].value
}

function interpolate(figures: ResponseFigures, ratio: number, end: 'low' | 'value' | 'high'): number {
  if (!(ratio < 1)) return Number.POSITIVE_INFINITY
  const above = PERCENTILES.findIndex((each) => RESPONSE_RATIOS[each] >= ratio)
  // Beyond the highest that is known it has no bound; it is at least that.
  if (above < 0) return end === 'high' ? Number.POSITIVE_INFINITY : figures.p999[end]
  const [upper, lower] = [PERCENTILES[above] as Percentile, PERCENTILES[above - 1]]
  if (lower === undefined) return figures[upper][end]
  const place = (share: number) => -Math.log(1 - share)
  const [from, to] = [place(RESPONSE_RATIOS[lower]), place(RESPONSE_RATIOS[upper])]
  const weight = (place(ratio) - from) / (to - from)
  return figures[lower][end] ** (1 - weight) * figures[upper][end] ** weight
}
