import { mean, median } from 'simple-statistics'
import { Fleet } from '../src/capacity/simulation/fleet.ts'
import { ResponseHistogram } from '../src/capacity/simulation/response-histogram.ts'
import { fleetOf } from '../src/capacity/simulation/simulate-order.ts'
import { seededRandom } from '../src/core/random.ts'
import type { LowLoadProfile } from './low-load-profile.ts'

/** Service times drawn from. */
const SAMPLES = 20_000

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
  const { samples, stretch } = serviceAt(profile, rps, seed)
  const plan = fleetOf({
    serviceMs: { kind: 'empirical', samples },
    replicas: 1,
    slotsPerReplica: workers,
    routing: 'shared',
    queueCapacity: Number.POSITIVE_INFINITY,
    timeoutMs: Number.POSITIVE_INFINITY,
    concurrencyCurve: stretch,
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

/**
 * How long a request holds a worker. One worker that comes from another request is a little faster than one that was
 * idle: as many are drawn from the one kind and from the other as the utilisation says. Several workers slow each
 * other down: their times alone, with the shape of both kinds, are stretched where others are at work.
 */
function serviceAt({ workers, idleMs, busyMs }: LowLoadProfile, rps: number, seed: number) {
  const [alone, together] = [mean([...idleMs]), mean([...busyMs])]
  const utilization = Math.min(0.99, (rps * together) / 1000 / workers)
  const random = seededRandom(seed)
  const scale = workers === 1 ? 1 : alone / together
  const samples = Array.from({ length: SAMPLES }, () => {
    const [from, factor] = random() < utilization ? [busyMs, scale] : [idleMs, 1]
    return (from[Math.floor(random() * from.length)] ?? alone) * factor
  })
  return { samples, stretch: workers === 1 ? [1] : stretchTo(together / alone, workers) }
}

/** From 1 alone to so much with all at work, straight between. */
function stretchTo(most: number, workers: number): number[] {
  return Array.from({ length: workers }, (_, others) => 1 + ((most - 1) * others) / (workers - 1))
}
