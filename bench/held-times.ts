import { mean } from 'simple-statistics'
import { seededRandom } from '../src/core/random.ts'

/** How long requests hold a worker, from short stretches of work and pauses between them, ms. */
export interface HeldTimes {
  readonly workers: number
  /** Of requests one at a time, with pauses: the worker was idle, and the others are. */
  readonly idleMs: readonly number[]
  /** With every worker kept busy: it comes from another request, and the others are at work too. */
  readonly busyMs: readonly number[]
}

/** Service times to draw from, and by what to multiply them with so many workers at work. */
export interface ServiceUnderLoad {
  readonly samplesMs: readonly number[]
  /** Entry n - 1 is with n at work. */
  readonly stretch: readonly number[]
}

/** Service times drawn from. */
const SAMPLES = 20_000

/** Requests per second that workers serve that are always busy. */
export function capacityRps({ workers, busyMs }: HeldTimes): number {
  return (workers * 1000) / mean([...busyMs])
}

/** Share of the time that a worker is at work at this rate: under 1. */
export function utilizationAt({ workers, busyMs }: HeldTimes, rps: number): number {
  return Math.min(0.99, (rps * mean([...busyMs])) / 1000 / workers)
}

/**
 * How long a request holds a worker under load. One worker that comes from another request is a little faster than one
 * that was idle: as many are drawn from the one kind and from the other as the utilisation says. Several workers slow
 * each other down: their times alone, with the shape of both kinds, are stretched where others are at work.
 */
export function serviceUnderLoad(held: HeldTimes, rps: number, seed: number): ServiceUnderLoad {
  const { workers, idleMs, busyMs } = held
  const [alone, together] = [mean([...idleMs]), mean([...busyMs])]
  const utilization = utilizationAt(held, rps)
  const random = seededRandom(seed)
  const scale = workers === 1 ? 1 : alone / together
  const samplesMs = Array.from({ length: SAMPLES }, () => {
    const [from, factor] = random() < utilization ? [busyMs, scale] : [idleMs, 1]
    return (from[Math.floor(random() * from.length)] ?? alone) * factor
  })
  return { samplesMs, stretch: workers === 1 ? [1] : stretchTo(together / alone, workers) }
}

/** From 1 alone to so much with all at work, straight between. */
function stretchTo(most: number, workers: number): number[] {
  return Array.from({ length: workers }, (_, others) => 1 + ((most - 1) * others) / (workers - 1))
}
