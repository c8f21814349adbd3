import type { BreakEven, Outlook, ScaledTraffic, TrafficMonth, Verdict } from '../core/advice.ts'
import { formatUsd } from '../core/money.ts'
import { formatRps } from '../core/units.ts'
import { decidingCheck, explainCheck, usdDearer } from './explain.ts'
import type { Ranking } from './rank.ts'

/** The ranking under other traffic than the scenario's. */
export interface RankedTraffic {
  readonly month: TrafficMonth
  readonly ranking: Ranking
}

export interface Explored {
  readonly scaled: readonly (RankedTraffic & { readonly factor: number })[]
  readonly flat: RankedTraffic | null
  readonly breakEvens: readonly BreakEven[]
}

/**
 * What other traffic would change, next to the ranking under the scenario's own.
 * @param shown names of the candidates whose costs there are kept
 */
export function outlook(
  ranking: Ranking,
  { scaled, flat, breakEvens }: Explored,
  shown: readonly string[] = [],
): Outlook {
  return {
    scaled: scaled.map(({ factor, ...traffic }) => ({
      factor,
      ...summarize(traffic),
      breaks: breaks(ranking, traffic.ranking),
      costs: costs(traffic.ranking, shown),
    })),
    breakEvens,
    flat: flat && { ...summarize(flat), why: whyNotFlat(ranking, flat.ranking) },
  }
}

function summarize({ month: { meanRps, peakRps }, ranking: { cheapest, ties } }: RankedTraffic) {
  return {
    meanRps,
    peakRps,
    cheapest: cheapest?.candidate.name ?? null,
    usdPerMonth: cheapest?.usdPerMonth?.value ?? null,
    ties: ties.map(({ candidate }) => candidate.name),
  }
}

function costs({ verdicts }: Ranking, shown: readonly string[]): ScaledTraffic['costs'] {
  return verdicts
    .filter(({ candidate }) => shown.includes(candidate.name))
    .map(({ candidate, outcome, usdPerMonth }) => ({
      candidate: candidate.name,
      outcome,
      usdPerMonth: usdPerMonth?.value ?? null,
    }))
}

/** Those that meet now and would not, each with its first reason. */
function breaks(now: Ranking, then: Ranking): ScaledTraffic['breaks'] {
  const meets = new Set(now.verdicts.filter(isMeeting).map(({ candidate }) => candidate.name))
  return then.verdicts
    .filter((verdict) => meets.has(verdict.candidate.name) && !isMeeting(verdict))
    .map((verdict) => ({ candidate: verdict.candidate.name, why: whyNot(verdict) }))
}

function isMeeting({ outcome }: Verdict): boolean {
  return outcome === 'meets'
}

function whyNot(verdict: Verdict): string {
  const check = decidingCheck(verdict)
  const load = verdict.reasons.find((reason) => /^(overloaded|may be too small)/.test(reason))
  return load ?? (check ? explainCheck(check) : (verdict.reasons[0] ?? verdict.outcome))
}

/**
 * Why the cheapest at the flat mean is not the cheapest, in a sentence; null where it is. Peaks make it late, or make
 * it dearer than what idles less.
 */
function whyNotFlat({ verdicts, cheapest }: Ranking, flat: Ranking): string | null {
  const there = flat.cheapest
  if (!there || there.candidate.name === cheapest?.candidate.name) return null
  const here = verdicts.find(({ candidate }) => candidate.name === there.candidate.name)
  if (!here) return null
  if (!isMeeting(here)) {
    const breaks = here.outcome === 'undecided' ? 'may break' : 'break'
    return `the peaks of this traffic ${breaks} it (${whyNot(here)})`
  }
  if (!here.usdPerMonth || !there.usdPerMonth || !cheapest?.usdPerMonth) return null
  const [from, to] = [there.usdPerMonth.value, here.usdPerMonth.value].map(formatUsd)
  const moved = from === to ? `it still costs ${to}` : `it costs ${to} instead of ${from}`
  return `with the peaks of this traffic ${moved}, ${usdDearer(here.usdPerMonth, cheapest.usdPerMonth)} more than what is cheapest`
}

/** Where the flat mean would mislead, in a sentence; undefined where it would not. */
export function flatSentence({ flat }: Outlook): string | undefined {
  if (!flat?.why || !flat.cheapest || !flat.usdPerMonth) return undefined
  return `At a flat ${rate(flat.meanRps)} the cheapest would be ${flat.cheapest}, ${formatUsd(flat.usdPerMonth)} a month: ${flat.why}.`
}

/** Break-evens and more traffic in sentences. */
export function outlookSentences({ breakEvens, scaled }: Outlook, cheapest: string | null): string[] {
  return [
    ...breakEvens.map(breakEvenSentence),
    ...scaled.filter(({ factor }) => factor > 1).map((each) => scaledSentence(each, cheapest)),
  ]
}

function breakEvenSentence({ below, above, meanRps, because, aboveFromRps }: BreakEven): string {
  const at = `${rate(meanRps)} on average`
  if (aboveFromRps !== null)
    return `${below} meets the SLO up to about ${at}, and ${above} from about ${rate(aboveFromRps)}; between, neither is sure to.`
  if (because === 'below-misses')
    return `${below} meets the SLO up to about ${at}; above, ${above} is the cheapest that does.`
  if (because === 'above-misses')
    return `${above} meets the SLO from about ${at}; under it, ${below} is the cheapest that does.`
  return `${below} is cheaper under ${at}, ${above} above.`
}

function scaledSentence({ factor, cheapest: then, usdPerMonth, breaks }: ScaledTraffic, now: string | null) {
  const head = `At ${factor} times the traffic`
  const broken = breaks.filter(({ candidate }) => candidate === now)[0]
  const others = breaks.length - (broken ? 1 : 0)
  const fate = [
    ...(broken ? [`${broken.candidate} breaks (${broken.why})`] : []),
    ...(others > 0
      ? [`${others} ${broken ? 'more no longer meet' : `no longer meet${others === 1 ? 's' : ''}`}`]
      : []),
  ]
  const tail = fate.length > 0 ? `; ${fate.join(', ')}` : ''
  if (then === null || usdPerMonth === null) return `${head} none is sure to meet the SLO${tail}.`
  const who = then === now ? `${then} stays the cheapest` : `${then} is the cheapest`
  return `${head} ${who}, ${formatUsd(usdPerMonth)} a month${tail}.`
}

function rate(rps: number): string {
  if (rps >= 1) return `${formatRps(rps)} requests/s`
  return rps >= 1 / 60 ? `${formatRps(rps * 60)} requests/min` : `${formatRps(rps * 3600)} requests/h`
}
