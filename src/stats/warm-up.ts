export interface WarmUp {
  /** Leading values to leave out of the steady state; they are the cold-start record, so keep them. */
  readonly cut: number
  /** False when the series may still be warming up at its middle: it is too short to tell. */
  readonly settled: boolean
}

/** Values per batch: MSER-5 (Hoad, Robinson and Davies, AutoSimOA, WSC 2008). */
const batchSize = 5

/**
 * Where the warm-up ends, by MSER-5: the cut after which the standard error of the mean of the rest is least.
 *
 * It works on the logarithm, so that one stall does not decide. Cuts beyond the middle are not considered. A ramp
 * that is not over in a quarter of the series leaves some bias behind.
 *
 * @param latencyMs in order of time; above 0, Infinity counts as the largest of the others
 */
export function findWarmUp(latencyMs: ArrayLike<number>): WarmUp {
  const batches = batchLogs(latencyMs)
  const middle = Math.floor(batches.length / 2)
  if (middle < 2) return { cut: 0, settled: false }
  const errors = errorsOfRest(batches)
  let best = 0
  for (let cut = 1; cut <= middle; cut++) {
    if ((errors[cut] as number) < (errors[best] as number)) best = cut
  }
  return { cut: best * batchSize, settled: best < middle }
}

function batchLogs(latencyMs: ArrayLike<number>): Float64Array {
  const finite = Array.from(latencyMs).filter(Number.isFinite)
  const most = finite.reduce((a, b) => Math.max(a, b), Number.MIN_VALUE)
  const logs = new Float64Array(Math.floor(latencyMs.length / batchSize))
  for (let i = 0; i < logs.length * batchSize; i++) {
    const value = Math.min(most, Math.max(1e-3, latencyMs[i] as number))
    const batch = Math.floor(i / batchSize)
    logs[batch] = (logs[batch] as number) + Math.log(value) / batchSize
  }
  return logs
}

/** For each cut, sum of squared deviations of the values after it, over their count squared. */
function errorsOfRest(batches: Float64Array): Float64Array {
  const errors = new Float64Array(batches.length)
  let [count, mean, squares] = [0, 0, 0]
  for (let index = batches.length - 1; index >= 0; index--) {
    const value = batches[index] as number
    count++
    const step = value - mean
    mean += step / count
    squares += step * (value - mean)
    errors[index] = squares / count ** 2
  }
  return errors
}
