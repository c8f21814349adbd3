import { createArrivals, limitArrivals } from '../src/load/arrivals.ts'

/** When requests of a Poisson process are due within a stretch of time, ms; the same for the same seed. */
export function poissonTimes(rps: number, durationS: number, seed: number): number[] {
  const next = limitArrivals(createArrivals({ kind: 'poisson', rps }, seed), { durationS })
  const times: number[] = []
  for (let dueMs = next(); dueMs < Number.POSITIVE_INFINITY; dueMs = next()) times.push(dueMs)
  return times
}
