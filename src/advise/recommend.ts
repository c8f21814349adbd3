import type { Advice, NextMeasurement, Verdict } from '../core/advice.ts'
import { decimal, exact, formatUsd, sum } from '../core/money.ts'
import { HOURS_PER_MONTH } from '../core/operation.ts'
import type { Percentile, Slo } from '../core/scenario.ts'
import { formatMs } from '../core/units.ts'
import { decidingCheck, explainCheck, formatUsdRange } from './explain.ts'
import { mixSentence } from './mix-sentence.ts'
import { flatSentence } from './outlook.ts'
import { overlap, type Ranking } from './rank.ts'

/** To deploy a candidate (Vertex AI takes 10 to 15 minutes) and to load it as long. */
const MINUTES_EACH = 30
/** Ties that are measured together with the cheapest. */
const MOST_TIED = 3

/** The recommendation in sentences: what it rests on, what it is, what is tied with it, what is open. */
export function recommend(
  ranking: Ranking,
  next: NextMeasurement | null,
  slo: Slo,
  { outlook = null, mix = null }: Partial<Pick<Advice, 'outlook' | 'mix'>> = {},
): string[] {
  const flat = outlook && flatSentence(outlook)
  const { cheapest, ties } = ranking
  const rivals = openRivals(ranking)
  return [
    evidenceSentence(ranking),
    cheapest ? winnerSentence(cheapest) : noneSentence(ranking, slo),
    ...(flat ? [flat] : []),
    ...(mix?.isClear ? [mixSentence(mix)] : []),
    ...(ties.length > 0 ? [tieSentence(ties)] : []),
    ...(rivals.length > 0 && cheapest ? [rivalSentence(rivals)] : []),
    ...(next ? [nextSentence(next)] : []),
  ]
}

/**
 * What would settle most: the cheapest and a tie whose bill differs, or an undecided one that may be cheaper; with
 * neither, whether the cheapest does meet the SLO. Null when nothing that matters is modelled.
 */
export function nextMeasurement(ranking: Ranking): NextMeasurement | null {
  const { cheapest, ties, verdicts } = ranking
  const undecided = verdicts.filter((verdict) => verdict.outcome === 'undecided' && isModelled(verdict))
  const tied = ties.filter((tie) => {
    const open = isModelled(tie) || (cheapest !== null && isModelled(cheapest))
    return open && tie.usdPerMonth?.value !== cheapest?.usdPerMonth?.value
  })
  const rivals = tied.length > 0 ? tied.slice(0, MOST_TIED) : openRivals(ranking).slice(0, 1)
  const chosen = cheapest ? [cheapest, ...rivals] : likeliest(undecided).slice(0, 2)
  const open = chosen.filter((verdict) => isModelled(verdict) && verdict.usdPerMonth !== null)
  if (open.length === 0) return null
  const usdEach = open.map(({ usdPerMonth }) =>
    decimal(usdPerMonth?.high ?? 0)
      .div(HOURS_PER_MONTH * 60)
      .times(MINUTES_EACH),
  )
  return {
    candidates: open.map(({ candidate }) => candidate.name),
    settles: cheapest
      ? settlesFor(open.length, rivals[0], tied[0])
      : `whether ${open.length === 1 ? 'it' : 'either'} meets the SLO`,
    usd: exact(sum(usdEach).round(2)),
    usdEach: usdEach.map((usd) => exact(usd.round(4))),
    minutesEach: MINUTES_EACH,
  }
}

/** Those whose central estimate meets, cheapest first, before those whose does not. */
function likeliest(undecided: readonly Verdict[]): Verdict[] {
  const excess = (verdict: Verdict) => Math.max(0, decidingCheck(verdict)?.marginRatio ?? 0)
  return [...undecided].sort((a, b) => excess(a) - excess(b))
}

function settlesFor(count: number, rival: Verdict | undefined, tie: Verdict | undefined): string {
  if (tie) return count > 2 ? `which of the ${count} is the cheapest` : 'which of the two is cheaper'
  if (!rival) return 'that it meets the SLO'
  return `whether ${count === 1 ? 'it' : 'the second'} meets the SLO and is cheaper`
}

/** Undecided candidates that would be cheaper than the cheapest, or tied with it, if they met the SLO. */
function openRivals({ verdicts, cheapest }: Ranking): Verdict[] {
  if (!cheapest?.usdPerMonth) return []
  const most = decimal(cheapest.usdPerMonth.value)
  return verdicts.filter(({ outcome, usdPerMonth }) => {
    if (outcome !== 'undecided' || !usdPerMonth) return false
    return most.gt(usdPerMonth.value) || overlap(usdPerMonth, cheapest.usdPerMonth)
  })
}

function isModelled({ evidence }: Verdict): boolean {
  return evidence === 'modelled'
}

function evidenceSentence({ verdicts, cheapest, ties }: Ranking): string {
  const decisive = cheapest ? [cheapest, ...ties] : verdicts.filter(({ latencyMs }) => latencyMs !== null)
  const modelled = decisive.filter(isModelled).length
  if (decisive.length === 0)
    return 'Neither measured nor modelled: every candidate was refused or is untested.'
  if (modelled === 0) return measuredSentence(decisive)
  const range = 'the range in brackets is where the truth should lie.'
  if (modelled < decisive.length)
    return `Partly modelled: of ${decisive.length} deciding candidates ${modelled} were not loaded; ${range}`
  return `Modelled, not measured: nothing of this was loaded on Google Cloud. Each figure scales the profiled machine's speed to other hardware; ${range}`
}

function measuredSentence(decisive: readonly Verdict[]): string {
  const simulated = decisive.some(({ costEvidence }) => costEvidence === 'modelled')
  const cost = simulated ? ' The cost of what scales is simulated from it.' : ''
  return `Measured: each deployment that this rests on was loaded.${cost}`
}

function winnerSentence(cheapest: Verdict): string {
  const check = decidingCheck(cheapest)
  const cost = cheapest.usdPerMonth ? formatUsdRange(cheapest.usdPerMonth) : ''
  const why = [check && explainCheck(check), ...cheapest.caveats].filter(Boolean).join('; ')
  return `Cheapest that meets the SLO: ${cheapest.candidate.name}, ${cost} a month; ${why}.`
}

function noneSentence({ verdicts }: Ranking, slo: Slo): string {
  const undecided = verdicts.filter(({ outcome }) => outcome === 'undecided')
  if (undecided.length === 0) return impossible(verdicts, slo) ?? 'No candidate meets the SLO.'
  const some = undecided.length === 1 ? 'one might' : `${undecided.length} might`
  return `No candidate is sure to meet the SLO; ${some}, but the range is too wide to tell: ${names(undecided)}.`
}

/** An SLO that is tighter than the fastest service time is met by no number of replicas. */
function impossible(verdicts: readonly Verdict[], { latencyMs }: Slo): string | undefined {
  const limits = Object.entries(latencyMs) as [Percentile, number][]
  for (const [percentile, limit] of limits) {
    const fastest = [...verdicts]
      .filter(({ aloneMs }) => aloneMs !== null)
      .sort((a, b) => (a.aloneMs?.[percentile] ?? 0) - (b.aloneMs?.[percentile] ?? 0))[0]
    const ms = fastest?.aloneMs?.[percentile]
    if (fastest && ms !== undefined && ms > limit) {
      return `No candidate meets the SLO, and none can, however many replicas run: alone on an idle replica the fastest, ${fastest.candidate.name}, has a ${percentile} of ${formatMs(ms)} at best, over ${formatMs(limit)}.`
    }
  }
  return undefined
}

function tieSentence(ties: readonly Verdict[]): string {
  return `It is a tie with ${names(ties)}: their cost ranges overlap.`
}

function rivalSentence(rivals: readonly Verdict[]): string {
  return `May be cheaper still, but the SLO is undecided: ${names(rivals)}.`
}

function nextSentence({ candidates, settles, usd, minutesEach }: NextMeasurement): string {
  const cost = decimal(usd).lt('0.01') ? 'under $0.01' : `about ${formatUsd(usd)}`
  const each = candidates.length > 1 ? ' each' : ''
  return `To settle ${settles}: deploy and load ${inWords(candidates)}, ${minutesEach} min${each}, ${cost}.`
}

function inWords(items: readonly string[]): string {
  return items.length < 3 ? items.join(' and ') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** The first three names, and how many more. */
function names(verdicts: readonly Verdict[]): string {
  const first = verdicts.slice(0, 3).map(({ candidate }) => candidate.name)
  const more = verdicts.length - first.length
  return more > 0 ? `${first.join(', ')} and ${more} more` : first.join(', ')
}
