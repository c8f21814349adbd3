import { mean, sampleStandardDeviation } from 'simple-statistics'
import { ratioLowerBound, ratioUpperBound } from './binomial.ts'

interface MeanInterval {
  readonly low: number
  readonly value: number
  readonly high: number
}

/** Two-sided confidence. */
const CONFIDENCE = 0.95
const Z = 1.959964

/**
 * Mean of independent values in [0, 1] with its 95% interval.
 *
 * Student's, with its quantile as z + (z³ + z) / 4ν (Cornish-Fisher, within 1% from 10 values on). Where every value is
 * 0 or 1 it is the exact binomial one; and where all are equal, which says nothing of their spread, the most that the
 * binomial one allows to differ from them, as if those were wholly different.
 */
export function unitMeanInterval(values: readonly number[]): MeanInterval {
  const value = mean([...values])
  const count = values.length
  const side = (1 + CONFIDENCE) / 2
  if (values.every((each) => each === 0 || each === 1)) {
    const ones = Math.round(value * count)
    return { low: ratioLowerBound(ones, count, side), value, high: ratioUpperBound(ones, count, side) }
  }
  if (values.every((each) => each === values[0])) {
    const others = ratioUpperBound(0, count, side)
    return { low: value * (1 - others), value, high: value + (1 - value) * others }
  }
  const quantile = Z + (Z ** 3 + Z) / (4 * (count - 1))
  const half = (quantile * sampleStandardDeviation([...values])) / Math.sqrt(count)
  return { low: Math.max(0, value - half), value, high: Math.min(1, value + half) }
}
