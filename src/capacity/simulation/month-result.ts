import type { NoisyFigure, ResponseFigures } from './noise-interval.ts'
import { type RateProfile, RateReader } from './rate-profile.ts'
import type { ResponseHistogram } from './response-histogram.ts'

/** What a month comes to, in the units that bills take. */
interface MonthUsage {
  /** Hours, summed over replicas, from their start to their end: those that start, serve, are kept idle or drain. */
  readonly replicaHours: NoisyFigure
  /** Of these, hours that they were starting. */
  readonly startingReplicaHours: number
  /** Seconds, summed over replicas, with a request in flight, each such stretch rounded up to 100 ms. */
  readonly busyReplicaS: NoisyFigure
  /** Seconds, summed over requests, of their execution, each rounded up to 100 ms. */
  readonly executionS: NoisyFigure
  /** Replicas that were started. */
  readonly starts: number
  /**
   * For discounts by the share of the month: the first replica runs so many hours, the next fewer. `[hours, replicas]`,
   * falling hours.
   */
  readonly replicasByHours: readonly (readonly [hours: number, replicas: number])[]
}

/** Requests of the month by how they ended: arrived = served + rejected + timedOut, but for those under way. */
interface RequestCounts {
  readonly arrived: number
  readonly served: number
  /** Turned away: 429. */
  readonly rejected: number
  readonly timedOut: number
  /** Of those served, the ones that waited for a replica to start. */
  readonly coldStarted: number
}

/** A month of one candidate under its traffic. It knows no prices. */
export interface MonthSimulation {
  /**
   * `full`: every request was simulated; `fluid`: the autoscaler was simulated for all of the month on the flow of
   * requests, and requests at moments that stand for the month.
   */
  readonly method: 'full' | 'fluid'
  readonly simulatedRequests: number
  readonly events: number
  readonly requests: RequestCounts
  readonly usage: MonthUsage
  /** Of all requests that were served; from the fleet's front, without network. */
  readonly responseMs: ResponseFigures
  /** The same in the 5% of the hours with the highest rate. */
  readonly busiestResponseMs: ResponseFigures
  /** Share of the requests of those hours that were rejected or timed out. */
  readonly busiestFailedRatio: number
  /** Busy slots over the slots of the replicas that were there, not starting. */
  readonly utilization: number
  /** Hour by hour: expected requests per second, and replicas alive on average. */
  readonly hourlyRps: Float64Array
  readonly hourlyReplicas: Float64Array
  readonly mostReplicas: number
  /** What `responseMs` is made of, where the plan asked for it: batches that differ by chance alone. */
  readonly responses?: readonly ResponseHistogram[]
}

/** Share of the hours that are the busiest. */
const BUSIEST_SHARE = 0.05

/** Which hours are the busiest: those with the highest rates, and all others with the same. */
export function busiestHours(hourlyRps: Float64Array): Uint8Array {
  const rank = Math.max(1, Math.ceil(hourlyRps.length * BUSIEST_SHARE))
  const limit = hourlyRps.toSorted()[hourlyRps.length - rank] as number
  return Uint8Array.from(hourlyRps, (rps) => (rps >= limit * (1 - 1e-9) ? 1 : 0))
}

/** From the time that so many replicas were alive: how many run how long of a month of `hours`. */
export function replicasByHours(
  aliveTime: Float64Array,
  hours: number,
): readonly (readonly [hours: number, replicas: number])[] {
  const whole = aliveTime.reduce((sum, time) => sum + time, 0)
  const result: [number, number][] = []
  let left = whole
  for (let alive = 0; alive < aliveTime.length; alive++) {
    left -= aliveTime[alive] as number
    // Replica number alive + 1 runs while more than `alive` do.
    const each = hours * Math.max(0, left / whole)
    if (each < hours * 1e-9) break
    const last = result.at(-1)
    if (last && Math.abs(last[0] - each) < hours * 1e-9) last[1]++
    else result.push([each, 1])
  }
  return result
}

/** Mean rate of each hour, requests per second. */
export function hourlyRates(traffic: RateProfile, hours: number): Float64Array {
  const reader = new RateReader(traffic)
  return Float64Array.from({ length: Math.ceil(hours) }, (_, hour) => {
    const [from, to] = [hour * 3600, Math.min(hours, hour + 1) * 3600]
    return reader.between(from, to) / (to - from)
  })
}
