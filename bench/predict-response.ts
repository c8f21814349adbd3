import { median } from 'simple-statistics'
import { Fleet } from '../src/capacity/simulation/fleet.ts'
import { ResponseHistogram } from '../src/capacity/simulation/response-histogram.ts'
import { fleetOf } from '../src/capacity/simulation/simulate-order.ts'
import { heldUnderLoad } from './held-times.ts'
import type { LowLoadProfile } from './low-load-profile.ts'

/**
 * Response times, on this profile, of requests that arrive at these times at a queue in front of the workers, once.
 *
 * @param rps of the arrivals on average
 */
export function predictResponses(
  profile: LowLoadProfile,
  arrivalsMs: readonly number[],
  rps: number,
  seed: number,
): ResponseHistogram {
  const { workers, besideMs } = profile
  const plan = fleetOf({
    serviceMs: { kind: 'empirical', samples: heldUnderLoad(profile, rps, seed) },
    replicas: 1,
    slotsPerReplica: workers,
    routing: 'shared',
    queueCapacity: Number.POSITIVE_INFINITY,
    timeoutMs: Number.POSITIVE_INFINITY,
  })
  let next = 0
  const arrivals = { next: () => arrivalsMs[next++] ?? Number.POSITIVE_INFINITY }
  const fleet = new Fleet(plan, arrivals, { nowMs: 0, replicas: 1, seed })
  fleet.startMeasuring()
  const inFleet = new ResponseHistogram()
  fleet.responses = inFleet
  fleet.run(Number.POSITIVE_INFINITY, { arrivals: arrivalsMs.length })
  fleet.drain()
  const shifted = new ResponseHistogram()
  shifted.add(inFleet, 1, median([...besideMs]))
  return shifted
}
