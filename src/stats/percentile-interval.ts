import { binomialCdf } from './binomial.ts'

export interface PercentileInterval {
  readonly low: number
  readonly high: number
  readonly confidence: number
}

/**
 * Two-sided interval of the percentile of the distribution that the values were drawn from.
 *
 * By order statistics: how many of `count` draws fall under the true percentile is Binomial(count, ratio), so two of
 * the sorted values bound it whatever the distribution. Exact for independent draws; successive latencies of an
 * overloaded server are not independent, and their true interval is wider.
 *
 * @param sorted rising
 * @returns undefined where so few values cannot resolve it: p99 needs 368 for a two-sided 0.95
 */
export function percentileInterval(
  sorted: ArrayLike<number>,
  ratio: number,
  confidence: number,
): PercentileInterval | undefined {
  const tail = (1 + confidence) / 2
  const low = percentileLowerBound(sorted, ratio, tail)
  const high = percentileUpperBound(sorted, ratio, tail)
  return low === undefined || high === undefined ? undefined : { low, high, confidence }
}

/** One-sided: at most this, at the given confidence; undefined with fewer than `smallestCount` values. */
export function percentileUpperBound(
  sorted: ArrayLike<number>,
  ratio: number,
  confidence: number,
): number | undefined {
  return sorted[upperRank(sorted.length, ratio, confidence) - 1]
}

/** One-sided: at least this, at the given confidence; undefined with too few values. */
export function percentileLowerBound(
  sorted: ArrayLike<number>,
  ratio: number,
  confidence: number,
): number | undefined {
  return sorted[lowerRank(sorted.length, ratio, confidence) - 1]
}

/** Rank, from 1, of the value that is the one-sided upper bound; count + 1 when there is none. */
export function upperRank(count: number, ratio: number, confidence: number): number {
  return firstRank(count, (rank) => binomialCdf(rank - 1, count, ratio) >= confidence)
}

/** Rank, from 1, of the value that is the one-sided lower bound; 0 when there is none. */
export function lowerRank(count: number, ratio: number, confidence: number): number {
  return firstRank(count, (rank) => binomialCdf(rank - 1, count, ratio) > 1 - confidence) - 1
}

/**
 * Fewest values that can give a one-sided upper bound: the largest of them exceeds the true percentile with
 * probability 1 - ratio^count.
 *
 * @returns 29 for p90, 59 for p95 and 299 for p99 at 0.95
 */
export function smallestCount(ratio: number, confidence: number): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(ratio))
}

/** Smallest rank in 1..count that holds, of a condition that starts to hold once; count + 1 if none does. */
function firstRank(count: number, holds: (rank: number) => boolean): number {
  let [low, high] = [1, count + 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
