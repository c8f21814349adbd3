import { correlationTime } from './correlation-time.ts'
import { batchMeans, fitSlope, testTrend } from './trend.ts'

export interface SteadyState {
  /** `trend` at the stated confidence; `too short` when fewer than 8 independent stretches were seen. */
  readonly state: 'steady' | 'trend' | 'too short'
  /** Last over first latency along the fitted trend: 1.2 is 20% slower at the end; 1 when too short. */
  readonly growth: number
  /** Chance of so strong a trend in a steady series; 1 when too short. */
  readonly pValue: number
}

const fewestBatches = 8
const mostBatches = 30
/** Correlation times in a batch: the means of neighbours then correlate by about 0.05. */
const timesPerBatch = 10

/**
 * Whether latency has a trend: Mann-Kendall on means of log latency over stretches of ten correlation times or
 * more, so that the swings of a busy queue are no trend.
 *
 * @param latencyMs in order of time, warm-up cut; above 0 and finite
 * @param confidence 0.99: one steady series in a hundred is called a trend
 */
export function checkSteadyState(latencyMs: ArrayLike<number>, confidence = 0.99): SteadyState {
  const logs = Float64Array.from(latencyMs, (value) => Math.log(Math.max(1e-3, value)))
  const batches = Math.min(mostBatches, Math.floor(logs.length / (timesPerBatch * detrendedTime(logs))))
  if (batches < fewestBatches) return { state: 'too short', growth: 1, pValue: 1 }
  const means = batchMeans(logs, batches)
  const { pValue } = testTrend(means)
  const { slope } = fitSlope(Array.from(means.keys()), means)
  return {
    state: pValue < 1 - confidence ? 'trend' : 'steady',
    growth: Math.exp(slope * (batches - 1)),
    pValue,
  }
}

/** Correlation time without the straight trend, which would pass for correlation. */
function detrendedTime(logs: Float64Array): number {
  if (logs.length < 4) return 1
  const coarse = batchMeans(logs, Math.min(logs.length, mostBatches))
  const step = logs.length / coarse.length
  const { slope } = fitSlope(Array.from(coarse.keys()), coarse)
  const flat = logs.map((value, index) => value - (slope / step) * index)
  return flat.every((value) => Math.abs(value - (flat[0] as number)) < 1e-9) ? 1 : correlationTime(flat)
}
