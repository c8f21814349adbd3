import { probit } from 'simple-statistics'
import { ResponseHistogram } from './response-histogram.ts'

/** Of a simulation's own intervals: what another seed would give lies in them this often. */
export const NOISE_CONFIDENCE = 0.99

/** Batches from which their correlation is looked at. */
const MANY_BATCHES = 20

export interface NoisyFigure {
  readonly value: number
  readonly low: number
  readonly high: number
}

type ResponsePercentile = 'p50' | 'p90' | 'p95' | 'p99' | 'p999'
export type ResponseFigures = Readonly<Record<'mean' | ResponsePercentile, NoisyFigure>>

export const RESPONSE_RATIOS: Readonly<Record<ResponsePercentile, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
}

/**
 * Mean and percentiles of the response times of batches that together are a run, with intervals from how the batches
 * differ (batch means, as a ratio of sums, since batches differ in size).
 *
 * Many batches that follow each other and are alike show that they are too short: then the interval is widened by
 * their correlation. A percentile's interval is that of the share over it, read back through the distribution.
 *
 * @param batches at least 2 that hold something; with fewer the intervals are unbounded
 */
export function responseFigures(batches: readonly ResponseHistogram[]): ResponseFigures {
  const filled = batches.filter(({ count }) => count > 0)
  const all = new ResponseHistogram()
  for (const batch of filled) all.add(batch)
  const counts = filled.map(({ count }) => count)
  const share = (of: (batch: ResponseHistogram) => number) => ratioOfSums(filled.map(of), counts)
  const mean = share(({ sumMs }) => sumMs)
  const percentile = (ratio: number): NoisyFigure => {
    const value = all.percentile(ratio)
    const halfWidth = share((batch) => batch.over(value)).halfWidth
    const low = halfWidth < ratio ? all.percentile(ratio - halfWidth) : 0
    const high = ratio + halfWidth < 1 ? all.percentile(ratio + halfWidth) : Number.POSITIVE_INFINITY
    return { value, low: Math.min(low, value), high: Math.max(high, value) }
  }
  const { p50, p90, p95, p99, p999 } = RESPONSE_RATIOS
  return {
    mean: around(mean),
    p50: percentile(p50),
    p90: percentile(p90),
    p95: percentile(p95),
    p99: percentile(p99),
    p999: percentile(p999),
  }
}

/** A sum over batches divided by another, with its interval. */
export function batchRatio(sums: readonly number[], weights: readonly number[]): NoisyFigure {
  return around(ratioOfSums(sums, weights))
}

function around({ value, halfWidth }: { value: number; halfWidth: number }): NoisyFigure {
  return { value, low: Math.max(0, value - halfWidth), high: value + halfWidth }
}

function ratioOfSums(sums: readonly number[], weights: readonly number[]) {
  const weight = total(weights)
  const value = total(sums) / weight
  const batches = sums.length
  if (batches < 2) return { value, halfWidth: Number.POSITIVE_INFINITY }
  const residuals = sums.map((sum, batch) => sum - value * (weights[batch] as number))
  const squares = total(residuals.map((residual) => residual ** 2))
  if (squares === 0) return { value, halfWidth: 0 }
  const products = total(
    residuals.slice(1).map((residual, before) => residual * (residuals[before] as number)),
  )
  // Few batches say too little of their correlation: those are made to be independent.
  const correlation = batches < MANY_BATCHES ? 0 : Math.min(0.9, Math.max(0, products / squares))
  const widened = (1 + correlation) / (1 - correlation)
  const deviation = Math.sqrt((squares * widened * batches) / (batches - 1)) / weight
  return { value, halfWidth: studentQuantile((1 + NOISE_CONFIDENCE) / 2, batches - 1) * deviation }
}

/** Student's t by the Cornish-Fisher series around the normal quantile; within 1% from 5 degrees of freedom up. */
function studentQuantile(ratio: number, freedom: number): number {
  const z = probit(ratio)
  const [first, second, third] = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ]
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
