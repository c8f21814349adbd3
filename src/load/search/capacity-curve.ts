import type { Tally } from '../../stats/sequential-test.ts'

/** What one rate has shown of one limit, in independent requests. */
export interface CurvePoint extends Tally {
  readonly rps: number
}

export interface CapacityBelief {
  /** Rates at which the chance that the capacity is lower is 2.5%, 50% and 97.5% at a confidence of 0.95. */
  readonly low: number
  readonly value: number
  readonly high: number
  /** Chance that it is above the highest rate considered, and below the lowest, 0 to 1. */
  readonly above: number
  readonly below: number
}

/** Steps of the rate, relative. */
const step = 0.004
/** How fast the log odds of a late request grow with the log of the rate: from an idle single server to a cliff. */
const slopes = [2, 4, 8, 16, 32, 64, 128, 512, 2048, 8192, 32768]
/** Shares of the limit that are late at any rate, as a slow kind of request would be. */
const floors = [0, 0.25, 0.5, 0.75]
/** Chance that a probe which was called saturated, or a guard's miss, was at a rate below the capacity. */
const wrongMiss = 0.005

export interface Considered {
  readonly lowestRps: number
  readonly highestRps: number
}

/**
 * Chance of each capacity, by Bayes' rule: how probable are the late requests of every probe, decided or not, if
 * the share of late ones follows a curve that passes the limit just there?
 *
 * Curves: a floor plus a logistic function of the log of the rate, with each slope and floor in turn. Beforehand,
 * every rate up to the highest is as probable as any other.
 */
export function weighCapacities(
  points: readonly CurvePoint[],
  limitRatio: number,
  missedRps: readonly number[],
  considered: Considered,
): { rps: Float64Array; chance: Float64Array } {
  const rps = listRates(considered)
  const logs = rps.map((capacity) => {
    const misses = missedRps.filter((missed) => missed <= capacity).length * Math.log(wrongMiss)
    return Math.log(capacity) + misses + logLikelihood(points, limitRatio, capacity)
  })
  const most = logs.reduce((a, b) => Math.max(a, b))
  const weights = logs.map((log) => Math.exp(log - most))
  const total = weights.reduce((a, b) => a + b)
  return { rps, chance: weights.map((weight) => weight / total) }
}

/** Capacity under several limits: the least of theirs. Taken as independent, which puts it low, if anything. */
export function combineCapacities(
  weighed: readonly { rps: Float64Array; chance: Float64Array }[],
  confidence: number,
): CapacityBelief {
  const rps = (weighed[0] as { rps: Float64Array }).rps
  const cumulated = weighed.map(({ chance }) => cumulate(chance))
  const under = rps.map(
    (_, index) => 1 - cumulated.reduce((left, sums) => left * (1 - (sums[index] as number)), 1),
  )
  const at = (share: number) =>
    rps[
      Math.max(
        0,
        under.findIndex((sum) => sum >= share - 1e-9),
      )
    ] as number
  const tail = (1 - confidence) / 2
  return {
    low: at(tail),
    value: at(0.5),
    high: at(1 - tail),
    above: 1 - (under.at(-2) ?? 0),
    below: under[0] ?? 0,
  }
}

function listRates({ lowestRps, highestRps }: Considered): Float64Array {
  const count = Math.ceil(Math.log(highestRps / lowestRps) / step) + 1
  return Float64Array.from({ length: count }, (_, index) => lowestRps * Math.exp(index * step))
}

function logLikelihood(points: readonly CurvePoint[], limitRatio: number, capacity: number): number {
  const logs = slopes.flatMap((slope) => {
    return floors.map((floor) => {
      const curve = lateRatio(limitRatio, floor * limitRatio, slope)
      return points.reduce((sum, point) => sum + logChance(point, curve(point.rps / capacity)), 0)
    })
  })
  const most = Math.max(...logs)
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0))
}

/** Share of late requests at a multiple of the capacity; exactly the limit at 1. */
function lateRatio(limitRatio: number, floor: number, slope: number): (multiple: number) => number {
  const odds = (limitRatio - floor) / (1 - limitRatio)
  return (multiple) => {
    return floor + (1 - floor) / (1 + 1 / (odds * multiple ** slope))
  }
}

function logChance({ events, count }: Tally, ratio: number): number {
  const bounded = Math.min(1 - 1e-6, Math.max(1e-9, ratio))
  return events * Math.log(bounded) + (count - events) * Math.log1p(-bounded)
}

function cumulate(chance: Float64Array): Float64Array {
  let sum = 0
  return chance.map((each) => (sum += each))
}
