import { mean, sampleVariance } from 'simple-statistics'
import { batchMeans } from './trend.ts'

/** What was seen of each request, in order of due. */
export interface LoadSeries {
  /** When it was due, ms from the start, rising. */
  readonly dueMs: ArrayLike<number>
  /** Requests that had been sent and not answered when it was due. */
  readonly inFlight: ArrayLike<number>
  /** From when it was due, ms; Infinity when it failed; Number.MAX_VALUE when it is late and not answered yet. */
  readonly responseMs: ArrayLike<number>
}

export interface OverSaturation {
  /** Share of the offered requests that pile up unanswered, 0 to 1. */
  readonly unservedShare: number
  /** Response time that each second adds, ms. */
  readonly msPerS: number
  readonly reason: string
}

/** Requests before which no growth is believed. */
const fewestRequests = 100
const stretches = 25
/**
 * Standard errors that growth must exceed 0 by; high, since it is looked at again and again. Measured: with a look
 * every 60 of 4,000 requests, alarms in at most 5% of steady runs at utilisation 0.5 to 0.95 (test/stats).
 */
const errorsClear = 3

/**
 * Finds the server falling behind: requests in flight and response times both grow, and more than chance explains.
 *
 * guidellm's idea (docs/guides/over_saturation_stopping.md, both slopes significantly above 0), with another test: a
 * busy server's queue wanders like a random walk, whose swings an ordinary regression takes for slopes. So the mean
 * step from one stretch of the run to the next is held against the error that it has in a random walk.
 *
 * @returns undefined when no such growth is shown, or fewer than 100 requests were seen
 */
export function findOverSaturation({ dueMs, inFlight, responseMs }: LoadSeries): OverSaturation | undefined {
  const count = dueMs.length
  if (count < fewestRequests) return undefined
  const queue = findDrift(inFlight)
  const response = findDrift(holdFailures(responseMs))
  if (queue.errors < errorsClear || response.errors < errorsClear) return undefined
  const unservedShare = queue.step / Math.floor(count / stretches)
  const stretchS = ((dueMs[count - 1] as number) - (dueMs[0] as number)) / stretches / 1000
  const msPerS = response.step / stretchS
  return { unservedShare, msPerS, reason: explain(unservedShare, msPerS) }
}

/** Mean step between the means of neighbouring stretches, and how many of its standard errors it is above 0. */
function findDrift(values: ArrayLike<number>): { step: number; errors: number } {
  const means = batchMeans(values, stretches)
  const steps = Array.from(means.subarray(1), (value, index) => value - (means[index] as number))
  const step = mean(steps)
  // Steps between means of a random walk have 2/3 of its variance, and neighbours correlate by 1/4.
  const error = Math.sqrt((1.5 * sampleVariance(steps)) / steps.length)
  return { step, errors: step > 0 ? step / error : 0 }
}

function explain(unservedShare: number, msPerS: number): string {
  const share = `${(unservedShare * 100).toFixed(0)}% of the offered requests pile up`
  return `over-saturated: ${share}, and each second adds ${msPerS.toFixed(0)} ms to the response time`
}

/** A request that failed, or is not answered yet, counts as slow as the slowest that was answered before it. */
function holdFailures(values: ArrayLike<number>): Float64Array {
  let slowest = 0
  return Float64Array.from(values, (value) => {
    const answered = value < Number.MAX_VALUE
    if (answered) slowest = Math.max(slowest, value)
    return answered ? value : slowest
  })
}
