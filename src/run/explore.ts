import type { Explored, RankedTraffic } from '../advise/outlook.ts'
import type { Ranking } from '../advise/rank.ts'
import type { BreakEven, TrafficMonth, Verdict } from '../core/advice.ts'
import { decimal } from '../core/money.ts'
import type { MonthProfile } from '../traffic/month-profile.ts'

/** Multiples of the traffic that are tried: those that reports tell of, and those between which winners may change. */
const FACTORS = [0.1, 2, 10] as const
/** A break-even is sought until it is known to within this. */
const CLOSE_ENOUGH = 1.03
/** Of candidates that win somewhere between two multiples, at most so many halvings of the stretch are told apart. */
const MOST_BETWEEN = 2

/** What a search for break-evens asks for. */
export interface Trials {
  /** All candidates under traffic. */
  readonly rankAll: (profile: MonthProfile) => Ranking
  /** Some of them. */
  readonly rankSome: (names: readonly string[], profile: MonthProfile) => Ranking
}

/** The ranking at multiples of the traffic and at its flat mean, and where winners change. */
export function explore(now: Ranking, profile: MonthProfile, trials: Trials): Explored {
  const { rankAll } = trials
  const scaled = FACTORS.map((factor) => {
    const month = scaleProfile(profile, factor)
    return { factor, month: summarize(month), ranking: rankAll(month) }
  })
  const winners = [...scaled, { factor: 1, month: summarize(profile), ranking: now }].sort(
    (a, b) => a.factor - b.factor,
  )
  const breakEvens = winners.slice(1).flatMap((above, index) => {
    const below = winners[index]
    return below ? changeBetween(below, above, profile, { ...trials, floor: below.ranking.verdicts }) : []
  })
  const flat = profile.steps.length > 1 ? flatProfile(profile) : null
  return {
    scaled,
    breakEvens,
    flat: flat && { month: summarize(flat), ranking: rankAll(flat) },
  }
}

type Winner = RankedTraffic & { readonly factor: number }

interface Search extends Trials {
  /** All candidates, each under less traffic. */
  readonly floor: readonly Verdict[]
}

/**
 * Where the winner of one multiple gives way to that of the next. The place is sought with these two alone, which is
 * quick; once it is found all that may be cheaper there are held against it: where one is, it lies between them.
 */
function changeBetween(
  below: Winner,
  above: Winner,
  profile: MonthProfile,
  search: Search,
  left: number = MOST_BETWEEN,
): BreakEven[] {
  const [a, b] = [below.ranking.cheapest?.candidate.name, above.ranking.cheapest?.candidate.name]
  if (a === undefined || b === undefined || a === b) return []
  const at = (factor: number) => search.rankSome([a, b], scaleProfile(profile, factor))
  const end = bisect(below, above, at, (ranking) => nameOf(ranking) === a)
  const { under, over } = end
  const there = scaleProfile(profile, end.high)
  const rivals = search.floor
    .filter((verdict) => mayWin(verdict, over.cheapest))
    .map(({ candidate }) => candidate.name)
    .filter((name) => name !== a && name !== b)
  const all = rivals.length > 0 ? search.rankSome([a, b, ...rivals], there) : over
  const winner = nameOf(all)
  if (winner !== undefined && winner !== a && winner !== b) {
    if (left === 0) return []
    const middle = { factor: end.high, month: summarize(there), ranking: all }
    const floor = search.floor.map((verdict) => verdictOf(all, verdict.candidate.name) ?? verdict)
    return [
      ...changeBetween(below, middle, profile, search, left - 1),
      ...changeBetween(middle, above, profile, { ...search, floor }, left - 1),
    ]
  }
  const [misses, late] = [!meets(over, a), !meets(under, b)]
  const gap = nameOf(over) === undefined
  const neither = { factor: end.high, ranking: over }
  const from = gap ? bisect(neither, above, at, (ranking) => nameOf(ranking) !== b) : undefined
  const { meanRps, peakRps } = scaleProfile(profile, Math.sqrt(end.low * end.high))
  return [
    {
      below: a,
      above: b,
      meanRps: significant(meanRps),
      peakRps: significant(peakRps),
      because: misses ? 'below-misses' : late ? 'above-misses' : 'cost',
      usdPerMonth: under.cheapest?.usdPerMonth?.value ?? null,
      aboveFromRps: from ? significant(profile.meanRps * Math.sqrt(from.low * from.high)) : null,
    },
  ]
}

/**
 * Whether one may be the cheapest under more traffic than it was judged under: what it costs does not fall as traffic
 * grows, and replicas that were too few or too slow stay so where no more can come.
 */
function mayWin({ outcome, usdPerMonth, candidate }: Verdict, cheapest: Verdict | null): boolean {
  if (!usdPerMonth || outcome === 'refused' || outcome === 'untested') return false
  if (outcome === 'misses' && candidate.minReplicas === candidate.maxReplicas) return false
  return !cheapest?.usdPerMonth || decimal(usdPerMonth.value).lt(cheapest.usdPerMonth.value)
}

type Place = Pick<Winner, 'factor' | 'ranking'>

/** Where a condition ends that holds at the lower end and not at the upper one, to within `CLOSE_ENOUGH`. */
function bisect(
  from: Place,
  to: Place,
  at: (factor: number) => Ranking,
  holds: (ranking: Ranking) => boolean,
): { low: number; high: number; under: Ranking; over: Ranking } {
  let [low, high, under, over] = [from.factor, to.factor, from.ranking, to.ranking]
  while (high / low > CLOSE_ENOUGH) {
    const middle = Math.sqrt(low * high)
    const ranking = at(middle)
    if (holds(ranking)) [low, under] = [middle, ranking]
    else [high, over] = [middle, ranking]
  }
  return { low, high, under, over }
}

function nameOf({ cheapest }: Ranking): string | undefined {
  return cheapest?.candidate.name
}

function significant(rps: number): number {
  return Number(rps.toPrecision(3))
}

function meets(ranking: Ranking, name: string): boolean {
  return verdictOf(ranking, name)?.outcome === 'meets'
}

function verdictOf({ verdicts }: Ranking, name: string): Verdict | undefined {
  return verdicts.find(({ candidate }) => candidate.name === name)
}

function scaleProfile(profile: MonthProfile, factor: number): MonthProfile {
  const { steps, meanRps, peakRps, requests } = profile
  return {
    ...profile,
    steps: steps.map(({ rps, durationS }) => ({ rps: rps * factor, durationS })),
    meanRps: meanRps * factor,
    peakRps: peakRps * factor,
    requests: requests * factor,
  }
}

function flatProfile({ steps, meanRps, requests }: MonthProfile): MonthProfile {
  const durationS = steps.reduce((sum, step) => sum + step.durationS, 0)
  return { steps: [{ rps: meanRps, durationS }], meanRps, peakRps: meanRps, requests, periodHours: 1 }
}

function summarize({ meanRps, peakRps, requests }: MonthProfile): TrafficMonth {
  return { meanRps, peakRps, requests }
}
