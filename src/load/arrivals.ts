import { seededRandom } from '../core/random.ts'

/**
 * When each request is due, ms from the start, rising.
 *
 * @param rps mean rate, requests per second, above 0
 */
export function arrivalTimes(
  process: 'poisson' | 'constant',
  rps: number,
  count: number,
  seed: number,
): Float64Array {
  return process === 'constant' ? constantArrivals(rps, count) : poissonArrivals(rps, count, seed)
}

/** One request every 1000 / rps ms, the first at 0. */
export function constantArrivals(rps: number, count: number): Float64Array {
  return new Float64Array(count).map((_, index) => (index * 1000) / rps)
}

/** Independent users: gaps are exponential with mean 1000 / rps ms, the first one before the first request. */
export function poissonArrivals(rps: number, count: number, seed: number): Float64Array {
  const random = seededRandom(seed)
  let dueMs = 0
  return new Float64Array(count).map(() => {
    dueMs -= (Math.log(1 - random()) * 1000) / rps
    return dueMs
  })
}
