import type { Problem } from '../core/errors.ts'
import { seededRandom } from '../core/random.ts'
import type { RateStep } from '../core/scenario.ts'
import { type RateCurve, type Stretch, sineCurve, stretchesCurve } from './rate-curve.ts'

/**
 * How requests follow the rate: `poisson` as independent users do, `even` with nothing left to chance. Of a rate that
 * changes, both are exact: the times at which the expected count reaches 0, 1, 2 … or sums of exponential gaps.
 */
export type Spacing = 'even' | 'poisson'

/** When requests are due. Rates are requests per second, times are from the start. */
export type Arrival =
  | { readonly kind: 'constant'; readonly rps: number }
  | { readonly kind: 'poisson'; readonly rps: number }
  /** The rate goes from one to the other over a time and stays there. */
  | {
      readonly kind: 'ramp'
      readonly fromRps: number
      readonly toRps: number
      readonly overS: number
      readonly spacing?: Spacing
    }
  /** Ends with its last step. */
  | { readonly kind: 'steps'; readonly steps: readonly RateStep[]; readonly spacing?: Spacing }
  | {
      readonly kind: 'sine'
      readonly meanRps: number
      /** At most the mean. */
      readonly amplitudeRps: number
      readonly periodS: number
      readonly spacing?: Spacing
    }
  /** A recorded trace of rates; ends with it. */
  | { readonly kind: 'rates'; readonly steps: readonly RateStep[]; readonly spacing?: Spacing }
  /** A recorded trace of requests, ms from the first, rising. */
  | { readonly kind: 'timestamps'; readonly atMs: Float64Array }

/** The next due time at each call, ms from the start, rising; infinite when there are no more. */
export type Arrivals = () => number

/** A pure function of process and seed, one number at a time: a million arrivals take no memory. */
export function createArrivals(arrival: Arrival, seed: number): Arrivals {
  switch (arrival.kind) {
    case 'constant':
      return constantArrivals(arrival.rps)
    case 'poisson':
      return followCurve({ timeAt: (expected) => expected / arrival.rps }, 'poisson', seed)
    case 'timestamps': {
      let index = 0
      return () => arrival.atMs[index++] ?? Number.POSITIVE_INFINITY
    }
    default:
      return followCurve(curveOf(arrival), arrival.spacing ?? 'poisson', seed)
  }
}

/** Ends arrivals after so many, or with the first that is due at the end of the time or later. */
export function limitArrivals(
  arrivals: Arrivals,
  { count = Number.POSITIVE_INFINITY, durationS = Number.POSITIVE_INFINITY },
): Arrivals {
  let left = count
  return () => {
    if (left <= 0) return Number.POSITIVE_INFINITY
    const dueMs = arrivals()
    left = dueMs < durationS * 1000 ? left - 1 : 0
    return left < 0 || dueMs >= durationS * 1000 ? Number.POSITIVE_INFINITY : dueMs
  }
}

/** Every request in an interval of 1000 / rps ms, the first at 0. */
function constantArrivals(rps: number): Arrivals {
  let index = 0
  return () => (index++ * 1000) / rps
}

function followCurve(curve: RateCurve, spacing: Spacing, seed: number): Arrivals {
  const random = seededRandom(seed)
  let expected = spacing === 'even' ? -1 : 0
  return () => {
    expected += spacing === 'even' ? 1 : -Math.log(1 - random())
    return curve.timeAt(expected) * 1000
  }
}

function curveOf(arrival: Exclude<Arrival, { kind: 'constant' | 'poisson' | 'timestamps' }>): RateCurve {
  if (arrival.kind === 'sine') return sineCurve(arrival.meanRps, arrival.amplitudeRps, arrival.periodS)
  if (arrival.kind !== 'ramp') return stretchesCurve(arrival.steps.map(asStretch))
  const { fromRps, toRps, overS } = arrival
  const after = { durationS: Number.POSITIVE_INFINITY, fromRps: toRps, toRps }
  return stretchesCurve([{ durationS: overS, fromRps, toRps }, after])
}

function asStretch({ rps, durationS }: RateStep): Stretch {
  return { durationS, fromRps: rps, toRps: rps }
}

/** Everything wrong with an arrival process, so that none waits for ever or runs backwards. */
export function checkArrival(arrival: Arrival): Problem[] {
  switch (arrival.kind) {
    case 'constant':
    case 'poisson':
      return positive('rate', arrival.rps)
    case 'ramp':
      return [
        ...(arrival.fromRps + arrival.toRps > 0 ? [] : positive('highest rate of the ramp', 0)),
        ...notNegative('first rate of the ramp', arrival.fromRps),
        ...notNegative('last rate of the ramp', arrival.toRps),
        ...positive('time of the ramp', arrival.overS),
      ]
    case 'sine':
      return [
        ...positive('mean rate of the sine', arrival.meanRps),
        ...positive('period of the sine', arrival.periodS),
        ...notNegative('amplitude of the sine', arrival.amplitudeRps),
        ...(arrival.amplitudeRps > arrival.meanRps
          ? [{ message: 'the amplitude of the sine is above its mean', hint: 'rates cannot be negative' }]
          : []),
      ]
    case 'timestamps':
      return arrival.atMs.length > 0 ? [] : [{ message: 'the trace holds no requests' }]
    default:
      return checkSteps(arrival.steps)
  }
}

function checkSteps(steps: readonly RateStep[]): Problem[] {
  const each = steps.flatMap(({ rps, durationS }, index) => [
    ...notNegative(`rate of step ${index + 1}`, rps),
    ...positive(`time of step ${index + 1}`, durationS),
  ])
  return steps.some(({ rps }) => rps > 0) ? each : [...each, { message: 'no step has a rate above 0' }]
}

function positive(what: string, value: number): Problem[] {
  return value > 0 && Number.isFinite(value)
    ? []
    : [{ message: `the ${what} is ${value}; it must be above 0` }]
}

function notNegative(what: string, value: number): Problem[] {
  return value >= 0 && Number.isFinite(value)
    ? []
    : [{ message: `the ${what} is ${value}; it must be 0 or more` }]
}
