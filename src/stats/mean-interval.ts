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
  const half = (studentQuantile(count - 1) * sampleStandardDeviation([...values])) / Math.sqrt(count)
  return { low: Math.max(0, value - half), value, high: Math.min(1, value + half) }
}

/**
 * A ratio of sums, as intersection over union has it, with its 95% interval: that of the mean of the residuals
 * (Taylor's linearisation of the ratio estimator). 1 of nothing over nothing.
 * @param pairs part and whole of each independent sample, 0 <= part <= whole
 */
export function unitRatioInterval(pairs: readonly (readonly [part: number, whole: number])[]): MeanInterval {
  const counted = pairs.filter(([, whole]) => whole > 0)
  const [part, whole] = [0, 1].map((at) => counted.reduce((sum, pair) => sum + (pair[at] ?? 0), 0))
  if (!whole || part === undefined || counted.length < 2) {
    return { low: 0, value: whole ? (part ?? 0) / whole : 1, high: 1 }
  }
  const value = part / whole
  const residuals = counted.reduce((sum, [a, b]) => sum + (a - value * b) ** 2, 0)
  if (residuals === 0) return unitMeanInterval(counted.map(() => value))
  const count = counted.length
  const half = (studentQuantile(count - 1) * Math.sqrt((count / (count - 1)) * residuals)) / whole
  return { low: Math.max(0, value - half), value, high: Math.min(1, value + half) }
}

/** Student’s 97.5% quantile: z + (z³ + z) / 4ν, within 1% from 9 degrees of freedom on, and 14% low at 2. */
export function studentQuantile(degrees: number): number {
  return Z + (Z ** 3 + Z) / (4 * degrees)
}
