import type { Percentile } from '../core/scenario.ts'

/** Share of requests at or under each percentile, 0 to 1. */
export const percentileRatios: Readonly<Record<Percentile, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
}

/** Numbers in rising order, in a new array. */
export function sortAscending(values: Iterable<number>): Float64Array {
  // Through its iterator, an array of doubles would be copied far more slowly.
  return (values instanceof Float64Array ? values.slice() : Float64Array.from(values)).sort()
}

/**
 * Nearest-rank percentile: the smallest value that at least `ratio` of all values do not exceed. It is always one
 * of the values, never an interpolation between two.
 *
 * @param sorted rising, at least one value
 * @param ratio in (0, 1]
 */
export function percentile(sorted: ArrayLike<number>, ratio: number): number {
  const value = sorted[nearestRank(sorted.length, ratio) - 1]
  if (value === undefined) throw new RangeError('a percentile needs at least one value')
  return value
}

// 0.55 * 100 is 55.00000000000001 in binary: without the allowance the rank would be one too high.
function nearestRank(count: number, ratio: number): number {
  return Math.min(count, Math.max(1, Math.ceil(count * ratio - 1e-9)))
}
