import { seededRandom } from '../../core/random.ts'
import type { FleetPlan } from './fleet-plan.ts'
import type { Moment } from './flow-month.ts'
import { type ServiceMoments, serviceAt, serviceMoments } from './service-moments.ts'

/** A moment that stands for others like it. */
export interface Stratum {
  readonly moment: Moment
  /** Requests of the month that it stands for. */
  readonly requests: number
}

/**
 * Where strata end, as a share of the requests, from those that wait least to those that wait most: fine at the end,
 * where the percentiles are decided.
 */
const EDGES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.94, 0.97, 0.985, 0.9925, 0.997, 1]

/**
 * `groups` samples of the moments, each a whole picture of them: one moment of each stratum, with its weight. Strata
 * are of moments alike in how long requests wait; groups take different places in them, in another order each time, so
 * that none is of slower moments throughout.
 */
export function stratify(
  plan: FleetPlan,
  moments: readonly Moment[],
  groups: number,
  seed: number,
): Stratum[][] {
  const random = seededRandom(seed)
  const service = serviceMoments(plan.service)
  const busy = moments.filter(({ rps }) => rps > 0)
  const sorted = busy
    .map((moment) => ({ moment, key: waitKey(service, moment) }))
    .sort((a, b) => a.key - b.key)
  const passed = new Float64Array(sorted.length + 1)
  for (const [index, { moment }] of sorted.entries())
    passed[index + 1] = (passed[index] as number) + moment.rps
  const all = passed[sorted.length] as number
  const orders = EDGES.map(() => shuffled(groups, random))
  return Array.from({ length: groups }, (_, group) =>
    EDGES.map((edge, stratum) => {
      const from = EDGES[stratum - 1] ?? 0
      const part = (orders[stratum] as number[])[group] as number
      const place = (from + ((edge - from) * (part + random())) / groups) * all
      const { moment } = sorted[indexOf(passed, place)] as { moment: Moment }
      return { moment, requests: edge - from }
    }),
  )
}

/** 0 to count - 1 in random order (Fisher and Yates). */
function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const [a, b] = [order[last] as number, order[other] as number]
    order[last] = b
    order[other] = a
  }
  return order
}

/** The entry that a place in the running sum falls in. */
function indexOf(passed: Float64Array, place: number): number {
  let [low, high] = [0, passed.length - 2]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((passed[middle] as number) <= place) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

/**
 * Ranks moments by how long requests wait: Sakasegawa's mean wait of M/M/k, in services, and above it a queue that is
 * there. Only the order counts.
 */
function waitKey(service: ServiceMoments, { rps, serving, alive, backlog }: Moment): number {
  const replicas = Math.max(1, serving, alive)
  const { meanS } = serviceAt(service, rps, replicas)
  const slots = replicas * service.slots
  const load = Math.min(0.999, (rps * meanS) / slots)
  const wait = load ** (Math.sqrt(2 * (slots + 1)) - 1) / (slots * (1 - load))
  return wait + (backlog * meanS) / slots
}
