import { mean } from 'simple-statistics'
import { seededRandom } from '../src/core/random.ts'

/** How long requests hold a worker, ms. */
export interface HeldTimes {
  readonly workers: number
  /** Of requests that found a worker idle at low load: it has rested, and others begin and end meanwhile. */
  readonly idleMs: readonly number[]
  /** With every worker kept busy: it comes from another request, and the others are at work too. */
  readonly busyMs: readonly number[]
}

/** Drawn for a simulation. */
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
 * How long a request holds a worker under load, ms: as many are drawn from the one kind and from the other as the
 * utilisation says.
 */
export function heldUnderLoad(held: HeldTimes, rps: number, seed: number): number[] {
  const { idleMs, busyMs } = held
  const utilization = utilizationAt(held, rps)
  const random = seededRandom(seed)
  return Array.from({ length: SAMPLES }, () => {
    const from = random() < utilization ? busyMs : idleMs
    return from[Math.floor(random() * from.length)] as number
  })
}
