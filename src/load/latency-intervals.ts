import type { Measurement } from '../core/measurement.ts'
import type { Percentile } from '../core/scenario.ts'
import { effectiveCount } from '../stats/correlation-time.ts'
import { loadedRanks } from '../stats/loaded-interval.ts'
import { percentileRatios } from '../stats/percentile.ts'
import type { Histogram } from './histogram.ts'

const confidence = 0.95
const percentileNames = Object.keys(percentileRatios) as Percentile[]

/**
 * Interval of each response percentile, by order statistics, and outwards to the ends of the histogram's buckets.
 * They bear the crowds in which a queue makes requests late: how little independent the requests are is measured on
 * those that were kept in order, and taken to hold for all.
 *
 * @param inOrder response times in order of sending, of the first requests; none where requests are independent
 */
export function latencyIntervals(response: Histogram, inOrder: readonly number[]): Measurement['intervals'] {
  const intervals: Partial<Record<Percentile, { low: number; high: number; confidence: number }>> = {}
  for (const name of percentileNames) {
    const ratio = percentileRatios[name]
    const share = inOrder.length > 0 ? effectiveCount(inOrder, ratio) / inOrder.length : 1
    const ranks = loadedRanks(response.count, share * response.count, ratio, confidence)
    if (!ranks) continue
    const [low, high] = [response.boundsAtRank(ranks.low).low, response.boundsAtRank(ranks.high).high]
    intervals[name] = { low, high, confidence }
  }
  return intervals
}
