import type { Explored, RankedTraffic } from '../advise/outlook.ts'
import type { Ranking } from '../advise/rank.ts'
import type { BreakEven, TrafficMonth } from '../core/advice.ts'
import type { MonthProfile } from '../traffic/month-profile.ts'

/** Multiples of the traffic that are tried: those that reports tell of, and those between which winners may change. */
const FACTORS = [0.1, 2, 10] as const
/** A break-even is sought until it is known to within this. */
const CLOSE_ENOUGH = 1.03

/** What a search for break-evens asks for. */
export interface Trials {
  /** All candidates under traffic. */
  readonly rankAll: (profile: MonthProfile) => Ranking
  /** Two of them. */
  readonly rankTwo: (names: readonly [string, string], profile: MonthProfile) => Ranking
}

/** The ranking at multiples of the traffic and at its flat mean, and where winners change. */
export function explore(now: Ranking, profile: MonthProfile, { rankAll, rankTwo }: Trials): Explored {
  const scaled = FACTORS.map((factor) => {
    const month = scaleProfile(profile, factor)
    return { factor, month: summarize(month), ranking: rankAll(month) }
  })
  const winners = [...scaled, { factor: 1, month: summarize(profile), ranking: now }].sort(
    (a, b) => a.factor - b.factor,
  )
  const breakEvens = winners.slice(1).flatMap((above, index) => {
    const below = winners[index]
    return below ? changeBetween(below, above, profile, rankTwo) : []
  })
  const flat = profile.steps.length > 1 ? flatProfile(profile) : null
  return {
    scaled,
    breakEvens,
    flat: flat && { month: summarize(flat), ranking: rankAll(flat) },
  }
}

type Winner = RankedTraffic & { readonly factor: number }

/** Where the winner of one multiple gives way to that of the next. */
function changeBetween(
  below: Winner,
  above: Winner,
  profile: MonthProfile,
  rankTwo: Trials['rankTwo'],
): BreakEven[] {
  const [a, b] = [below.ranking.cheapest?.candidate.name, above.ranking.cheapest?.candidate.name]
  if (a === undefined || b === undefined || a === b) return []
  let [low, high] = [below.factor, above.factor]
  let [under, over] = [below.ranking, above.ranking]
  while (high / low > CLOSE_ENOUGH) {
    const middle = Math.sqrt(low * high)
    const ranking = rankTwo([a, b], scaleProfile(profile, middle))
    if (ranking.cheapest?.candidate.name === a) [low, under] = [middle, ranking]
    else [high, over] = [middle, ranking]
  }
  const { meanRps, peakRps } = scaleProfile(profile, Math.sqrt(low * high))
  const significant = (rps: number) => Number(rps.toPrecision(3))
  return [
    {
      below: a,
      above: b,
      meanRps: significant(meanRps),
      peakRps: significant(peakRps),
      because: !meets(over, a) ? 'below-misses' : !meets(under, b) ? 'above-misses' : 'cost',
      usdPerMonth: under.cheapest?.usdPerMonth?.value ?? null,
    },
  ]
}

function meets({ verdicts }: Ranking, name: string): boolean {
  return verdicts.find(({ candidate }) => candidate.name === name)?.outcome === 'meets'
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
