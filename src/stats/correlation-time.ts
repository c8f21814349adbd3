import { percentile, sortAscending } from './percentile.ts'

/** Longer series are summed into at most so many blocks first, which bounds the work: some ms at this many. */
const usualBlocks = 16_384

/**
 * How many successive values carry the information of one independent value: 1 + 2 * (sum of autocorrelations).
 *
 * The sum ends by Geyer's rule for Markov chains (Practical Markov Chain Monte Carlo, 1992): autocorrelations are
 * added in adjacent pairs, as long as a pair is positive, each pair taken as at most the one before. Series of more
 * than `mostBlocks` values are summed into blocks first. Short series hide correlation: below some 50 times the result it
 * is biased low.
 *
 * @param values in order of time
 * @returns at least 1, at most the number of values; that number for fewer than 4 values or when all are equal
 */
export function correlationTime(values: ArrayLike<number>, mostBlocks = usualBlocks): number {
  const size = Math.ceil(values.length / mostBlocks)
  const single = centre(values)
  const variance = meanSquare(single)
  if (values.length < 4 || variance === 0) return Math.max(1, values.length)
  if (size === 1) return clamp(sumCorrelations(single, variance), values.length)
  const blocks = centre(sumBlocks(values, size))
  const ofBlocks = meanSquare(blocks)
  return clamp((sumCorrelations(blocks, ofBlocks) * ofBlocks) / (size * variance), values.length)
}

/**
 * Number of independent values that say as much about a percentile as these correlated ones: n_eff = n / correlation
 * time of the indicator {x > q}, q the percentile of the values themselves.
 *
 * The tail of a queue comes in few crowds, whose lengths a sample of tail events knows badly; crowds over a lower
 * level are more numerous. So the correlation time is the greatest of those at the percentile and at p50 and p90
 * where these are lower.
 *
 * @param values in order of time, any unit; NaN is not allowed, Infinity is
 * @param ratio of the percentile, in (0, 1)
 */
export function effectiveCount(values: ArrayLike<number>, ratio: number): number {
  if (values.length === 0) return 0
  const sorted = sortAscending(Array.from(values))
  const levels = [ratio, ...[0.5, 0.9].filter((level) => level < ratio)]
  const times = levels.map((level) => indicatorTime(values, percentile(sorted, level)))
  return values.length / Math.max(...times)
}

/** Correlation time of {x > threshold}; 1 where all or none of the values are. */
export function indicatorTime(
  values: ArrayLike<number>,
  threshold: number,
  mostBlocks = usualBlocks,
): number {
  let over = 0
  const indicator = Float64Array.from(values, (value) => (value > threshold ? 1 : 0))
  for (const value of indicator) over += value
  return over === 0 || over === values.length ? 1 : correlationTime(indicator, mostBlocks)
}

function sumCorrelations(centred: Float64Array, variance: number): number {
  let [sum, before] = [0, Number.POSITIVE_INFINITY]
  for (let lag = 1; lag + 1 < centred.length; lag += 2) {
    const pair = (covariance(centred, lag) + covariance(centred, lag + 1)) / variance
    if (pair <= 0) break
    before = Math.min(before, pair)
    sum += before
  }
  return 1 + 2 * sum
}

/** Divides by the whole count, as spectral estimates do: far lags count less than near ones. */
function covariance(centred: Float64Array, lag: number): number {
  let sum = 0
  for (let i = lag; i < centred.length; i++) sum += (centred[i] as number) * (centred[i - lag] as number)
  return sum / centred.length
}

function centre(values: ArrayLike<number>): Float64Array {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return Float64Array.from(values, (value) => value - sum / values.length)
}

function meanSquare(centred: Float64Array): number {
  return centred.reduce((sum, value) => sum + value * value, 0) / centred.length
}

function sumBlocks(values: ArrayLike<number>, size: number): Float64Array {
  const blocks = new Float64Array(Math.floor(values.length / size))
  for (let i = 0; i < blocks.length * size; i++) {
    const block = Math.floor(i / size)
    blocks[block] = (blocks[block] as number) + (values[i] as number)
  }
  return blocks
}

function clamp(time: number, count: number): number {
  return Math.min(count, Math.max(1, time))
}
