import { errorFunction, linearRegression } from 'simple-statistics'
import { correlationTime } from './correlation-time.ts'

/** A straight line through values against time, with the error of its slope. */
export interface Slope {
  /** Change of y per unit of x. */
  readonly slope: number
  /** Standard error of the slope, widened for the correlation of the residuals. */
  readonly error: number
}

/**
 * Least-squares slope. Neighbours that err together make the plain error too small: it is multiplied by the square
 * root of the residuals' correlation time.
 *
 * @param xs rising; at least 3 of them
 */
export function fitSlope(xs: ArrayLike<number>, ys: ArrayLike<number>): Slope {
  const points = Array.from(xs, (x, index) => [x, ys[index] as number])
  const { m, b } = linearRegression(points)
  const residuals = points.map(([x, y]) => (y as number) - m * (x as number) - b)
  const meanX = points.reduce((sum, [x]) => sum + (x as number), 0) / points.length
  const spread = points.reduce((sum, [x]) => sum + ((x as number) - meanX) ** 2, 0)
  const variance = residuals.reduce((sum, residual) => sum + residual ** 2, 0) / (points.length - 2)
  const time = variance > 0 ? correlationTime(residuals) : 1
  return { slope: m, error: Math.sqrt((variance * time) / spread) }
}

/**
 * Mann-Kendall test of a trend in independent values, by the normal approximation.
 *
 * @param values at least 8, or the approximation is poor
 * @returns two-sided p-value, and the share of pairs that rise less the share that fall, -1 to 1
 */
export function testTrend(values: ArrayLike<number>): { pValue: number; tau: number } {
  const count = values.length
  let rises = 0
  for (let later = 1; later < count; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      rises += Math.sign((values[later] as number) - (values[earlier] as number))
    }
  }
  const deviation = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18)
  const z = Math.max(0, Math.abs(rises) - 1) / deviation
  return { pValue: 1 - errorFunction(z / Math.SQRT2), tau: (2 * rises) / (count * (count - 1)) }
}

/** Means of `batches` successive, equally long stretches; up to batches - 1 last values are left out. */
export function batchMeans(values: ArrayLike<number>, batches: number): Float64Array {
  const size = Math.floor(values.length / batches)
  const means = new Float64Array(batches)
  for (let i = 0; i < size * batches; i++) {
    const batch = Math.floor(i / size)
    means[batch] = (means[batch] as number) + (values[i] as number) / size
  }
  return means
}
