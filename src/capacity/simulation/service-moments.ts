import { momentsOf } from './distribution.ts'
import type { ServiceModel } from './fleet-plan.ts'

/** Service of one replica, as the flow of requests sees it. */
export interface ServiceMoments {
  readonly slots: number
  /** Of a request alone, s. */
  readonly meanS: number
  /** E[S²] / E[S]². */
  readonly squareOverMean: number
  /**
   * Noise of the work that comes in a step, against that of so many independent requests: under 1 where services last
   * as long as the step; and its correlation from step to step.
   */
  noise(spanS: number): { spread: number; correlation: number }
  /** Slot time of a request, over that of one alone, with so many slots of a replica busy. */
  readonly stretch: readonly number[]
  /** The same by the size of its batch. */
  readonly factor: readonly number[]
  readonly mostInBatch: number
}

export function serviceMoments({ timeMs, slots, stretch = [1], batching }: ServiceModel): ServiceMoments {
  const { mean, meanSquare } = momentsOf(timeMs)
  const meanS = mean / 1000
  // Mean rest of a service found under way: the number in flight forgets itself in about this time.
  const restS = meanSquare / mean / 2 / 1000
  let known = { spanS: 0, spread: 1, correlation: 0 }
  return {
    slots,
    meanS,
    squareOverMean: meanSquare / mean ** 2,
    noise(spanS) {
      if (known.spanS !== spanS) known = { spanS, ...averageNoise(restS / spanS) }
      return known
    },
    stretch,
    factor: batching?.factor ?? [1],
    mostInBatch: batching?.most ?? 1,
  }
}

/** Of the average over a span of a process whose correlation falls as exp(-t / rest). @param rest over the span */
function averageNoise(rest: number): { spread: number; correlation: number } {
  const gone = 1 - Math.exp(-1 / rest)
  const spread = 1 - rest * gone
  return { spread, correlation: Math.min(1, (rest * gone * gone) / (2 * spread)) }
}

/**
 * Slot time of a request when so many arrive at so many replicas, s: found where the slots that are busy are those
 * that stretch the time. Batches are as large as the requests that wait for a slot make them.
 */
export function serviceAt(service: ServiceMoments, rps: number, replicas: number): { meanS: number } {
  const { slots, meanS, stretch, factor, mostInBatch } = service
  if (stretch.length === 1 && factor.length === 1 && mostInBatch === 1) return service
  const each = rps / Math.max(1, replicas)
  let busy = Math.min(slots, each * meanS)
  let timeS = meanS
  for (let round = 0; round < 20; round++) {
    const batch = Math.min(mostInBatch, Math.max(1, (each * timeS * 1) / slots))
    timeS = (meanS * between(stretch, busy) * between(factor, batch)) / batch
    busy = Math.min(slots, (busy + each * timeS) / 2)
  }
  return { meanS: timeS }
}

/** A curve whose entry n - 1 is at n, straight between, level beyond its ends. */
function between(curve: readonly number[], at: number): number {
  const place = Math.min(curve.length, Math.max(1, at)) - 1
  const below = Math.floor(place)
  const low = curve[below] as number
  return low + ((curve[below + 1] ?? low) - low) * (place - below)
}
