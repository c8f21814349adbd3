import { curveByRate, type RatePoint } from './by-rate.ts'
import type { FleetPlan } from './fleet-plan.ts'
import type { Moment } from './flow-month.ts'
import { batchRatio, type NoisyFigure } from './noise-interval.ts'
import { ResponseHistogram } from './response-histogram.ts'
import { type SampledMoment, sampleMoment } from './sample-moment.ts'
import { stratify } from './strata.ts'

/** Whole pictures of the moments; they differ by chance alone, which gives the intervals. */
const GROUPS = 6
const FEWEST_REQUESTS = 200

/** One moment that was looked at, and the requests that it stands for. */
interface Look {
  readonly rps: number
  readonly requests: number
  readonly sample: SampledMoment
}

/** Moments of which some were looked at, in groups that each stand for all of them. */
export interface SampledMoments {
  readonly moments: readonly Moment[]
  readonly requests: number
  readonly groups: readonly (readonly Look[])[]
  /** Requests that fail by chance, where nothing waits for longer. */
  readonly failed: number
  readonly simulated: number
  readonly events: number
}

/**
 * @param requests that come at these moments in all
 * @param budget requests to simulate
 */
export function sampleMoments(
  fleet: FleetPlan,
  moments: readonly Moment[],
  requests: number,
  { budget, seed }: { budget: number; seed: number },
): SampledMoments {
  const strata = stratify(fleet, moments, GROUPS, seed)
  const each = Math.max(FEWEST_REQUESTS, Math.floor(budget / strata.flat().length))
  const groups = strata.map((group, index) =>
    group.map(({ moment, requests: share }, stratum): Look => {
      const sample = sampleMoment(fleet, moment, each, seed + 97 * index + stratum)
      return { rps: moment.rps, requests: share * requests, sample }
    }),
  )
  const looks = groups.flat()
  const sum = (of: (look: Look) => number) => looks.reduce((total, look) => total + of(look), 0)
  return {
    moments,
    requests,
    groups,
    failed: sum((look) => perArrival(look, ({ failed }) => failed) * look.requests) / GROUPS,
    simulated: each * looks.length,
    events: sum(({ sample }) => sample.events),
  }
}

/** Response times of each group, every one counting for the requests that it stands for. */
export function groupResponses(samples: readonly SampledMoments[]): ResponseHistogram[] {
  return Array.from({ length: GROUPS }, (_, group) => {
    const responses = new ResponseHistogram()
    for (const { requests, sample } of samples.flatMap(({ groups }) => groups[group] ?? [])) {
      responses.add(sample.responses, requests / Math.max(1, sample.responses.count))
    }
    return responses
  })
}

/**
 * What a figure comes to over all requests. How it goes with the rate is known from all looks, and the rate is known
 * at every moment: only what the rate leaves unexplained is left to chance (a control variate).
 */
export function totalOfRequests(
  samples: readonly SampledMoments[],
  of: (sample: SampledMoment) => number,
): NoisyFigure {
  const looks = samples.flatMap(({ groups }) => groups.flat())
  const points = looks.map(
    (look): RatePoint => ({ rps: look.rps, perRequest: perArrival(look, of), weight: look.requests }),
  )
  const curve = curveByRate(points)
  const requests = samples.reduce((sum, each) => sum + each.requests, 0)
  const explained = samples.reduce((sum, each) => sum + explainedBy(curve, each), 0)
  const sums = Array.from({ length: GROUPS }, (_, group) => {
    const own = samples.flatMap(({ groups }) => groups[group] ?? [])
    return own.reduce(
      (sum, look) => sum + look.requests * (perArrival(look, of) - curve(look.rps)),
      explained,
    )
  })
  const { value, low, high } = batchRatio(
    sums,
    sums.map(() => requests),
  )
  return { value: value * requests, low: low * requests, high: high * requests }
}

function explainedBy(curve: (rps: number) => number, { moments, requests }: SampledMoments): number {
  const [sum, weight] = moments.reduce(
    ([total, rates], { rps }) => [total + curve(rps) * rps, rates + rps] as const,
    [0, 0] as readonly [number, number],
  )
  return weight === 0 ? 0 : (sum / weight) * requests
}

function perArrival({ sample }: Look, of: (sample: SampledMoment) => number): number {
  return sample.arrived === 0 ? 0 : of(sample) / sample.arrived
}
