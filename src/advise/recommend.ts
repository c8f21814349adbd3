import type { NextMeasurement, Verdict } from '../core/advice.ts'
import { decimal, exact, formatUsd } from '../core/money.ts'
import { decidingCheck, explainCheck, formatUsdRange } from './explain.ts'
import { overlap, type Ranking } from './rank.ts'

/** Time to deploy a candidate and to load it: Vertex AI deployments take 10 to 15 minutes, the load 10. */
const MINUTES_EACH = 30

/** The recommendation in sentences: what it rests on, what it is, what is tied with it, what is open. */
export function recommend(ranking: Ranking, next: NextMeasurement | null): string[] {
  const { cheapest, ties } = ranking
  const rivals = openRivals(ranking)
  return [
    evidenceSentence(ranking),
    cheapest ? winnerSentence(cheapest) : noneSentence(ranking),
    ...(ties.length > 0 ? [tieSentence(ties)] : []),
    ...(rivals.length > 0 && cheapest ? [rivalSentence(rivals)] : []),
    ...(next ? [nextSentence(next)] : []),
  ]
}

/**
 * The two candidates whose measurement would settle most: the cheapest and the closest tie, or the undecided one that
 * may be cheaper, or else the next dearer. Null when nothing that matters is modelled.
 */
export function nextMeasurement(ranking: Ranking): NextMeasurement | null {
  const { cheapest, ties, verdicts } = ranking
  const undecided = verdicts.filter((verdict) => verdict.outcome === 'undecided' && isModelled(verdict))
  const runnerUp = verdicts.filter(({ outcome }) => outcome === 'meets')[1]
  const pair = cheapest ? [cheapest, ties[0] ?? openRivals(ranking)[0] ?? runnerUp] : undecided.slice(0, 2)
  const chosen = pair.filter((verdict): verdict is Verdict => verdict?.usdPerMonth != null)
  const open = chosen.filter(isModelled)
  if (open.length === 0) return null
  const perMonth = open.reduce((total, verdict) => total.plus(verdict.usdPerMonth?.high ?? 0), decimal(0))
  const usd = exact(
    perMonth
      .times(MINUTES_EACH)
      .div(730 * 60)
      .round(2),
  )
  const settles = cheapest
    ? settlesFor(chosen, ties.length > 0)
    : `whether ${open.length === 1 ? 'it' : 'either'} meets the SLO`
  return {
    candidates: open.map(({ candidate }) => candidate.name),
    settles,
    usd,
    minutesEach: MINUTES_EACH,
  }
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

function settlesFor(chosen: readonly Verdict[], tie: boolean): string {
  if (chosen.length === 1) return 'its cost and latency'
  if (tie) return 'which of the two is cheaper'
  return chosen[1]?.outcome === 'undecided'
    ? 'whether the second meets the SLO and is cheaper'
    : 'the order of the two'
}

function evidenceSentence({ verdicts, cheapest, ties }: Ranking): string {
  const decisive = cheapest ? [cheapest, ...ties] : verdicts.filter(({ latencyMs }) => latencyMs !== null)
  const modelled = decisive.filter(isModelled).length
  if (decisive.length === 0)
    return 'Neither measured nor modelled: every candidate was refused or is untested.'
  if (modelled === 0) return 'Measured: each deployment that this rests on was loaded.'
  const all = modelled === decisive.length
  return `${all ? 'Modelled, not measured' : 'Partly modelled'}: ${
    all
      ? 'no deployment that this rests on was loaded'
      : `${modelled} of ${decisive.length} deciding figures are predicted`
  }. Predictions scale what this machine does by published hardware figures; brackets give their range.`
}

function winnerSentence(cheapest: Verdict): string {
  const check = decidingCheck(cheapest)
  const cost = cheapest.usdPerMonth ? formatUsdRange(cheapest.usdPerMonth) : ''
  const why = [check && explainCheck(check), ...cheapest.caveats].filter(Boolean).join('; ')
  return `Cheapest that meets the SLO: ${cheapest.candidate.name}, ${cost} a month; ${why}.`
}

function noneSentence({ verdicts }: Ranking): string {
  const undecided = verdicts.filter(({ outcome }) => outcome === 'undecided')
  if (undecided.length === 0) return 'No candidate meets the SLO.'
  return `No candidate is sure to meet the SLO; open for ${names(undecided)}.`
}

function tieSentence(ties: readonly Verdict[]): string {
  return `It is a tie with ${names(ties)}: their cost ranges overlap.`
}

function rivalSentence(rivals: readonly Verdict[]): string {
  return `May be cheaper still, but the SLO is undecided: ${names(rivals)}.`
}

function nextSentence({ candidates, settles, usd, minutesEach }: NextMeasurement): string {
  const cost = decimal(usd).lt('0.01') ? 'under $0.01' : `about ${formatUsd(usd)}`
  return `To settle ${settles}: deploy and load ${candidates.join(' and ')}, ${minutesEach} min each, ${cost}.`
}

/** The first three names, and how many more. */
function names(verdicts: readonly Verdict[]): string {
  const first = verdicts.slice(0, 3).map(({ candidate }) => candidate.name)
  const more = verdicts.length - first.length
  return more > 0 ? `${first.join(', ')} and ${more} more` : first.join(', ')
}
