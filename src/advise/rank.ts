import type { UsdRange, Verdict, VerdictOutcome } from '../core/advice.ts'
import type { Bill } from '../core/bill.ts'
import { decimal, formatUsd, sum } from '../core/money.ts'
import { usdDearer } from './explain.ts'

const ORDER: readonly VerdictOutcome[] = ['meets', 'undecided', 'misses', 'unpriced', 'refused', 'untested']

export interface Ranking {
  readonly verdicts: readonly Verdict[]
  readonly cheapest: Verdict | null
  /** Verdicts that meet the SLO and whose cost range overlaps that of the cheapest. */
  readonly ties: readonly Verdict[]
}

/** Sorts by outcome and cost, finds the cheapest that meets the SLO and tells every other one why it is not that. */
export function rank(verdicts: readonly Verdict[]): Ranking {
  const sorted = [...verdicts].sort(compare)
  const cheapest = sorted[0]?.outcome === 'meets' ? sorted[0] : null
  const ties = sorted.filter(
    (verdict) => cheapest !== null && verdict !== cheapest && isTie(verdict, cheapest),
  )
  const explained = new Map(
    sorted.map((verdict) => [verdict, withComparison(verdict, cheapest, ties.includes(verdict))]),
  )
  const of = (verdict: Verdict) => explained.get(verdict) ?? verdict
  return { verdicts: sorted.map(of), cheapest: cheapest && of(cheapest), ties: ties.map(of) }
}

function isTie(verdict: Verdict, cheapest: Verdict): boolean {
  return verdict.outcome === 'meets' && overlap(verdict.usdPerMonth, cheapest.usdPerMonth)
}

/** Whether two cost ranges have an amount in common. */
export function overlap(a: UsdRange | null, b: UsdRange | null): boolean {
  if (!a || !b) return false
  return decimal(a.low).lte(b.high) && decimal(b.low).lte(a.high)
}

function withComparison(verdict: Verdict, cheapest: Verdict | null, tie: boolean): Verdict {
  const sentence = comparison(verdict, cheapest, tie)
  return sentence === undefined ? verdict : { ...verdict, reasons: [sentence, ...verdict.reasons] }
}

function comparison(verdict: Verdict, cheapest: Verdict | null, tie: boolean): string | undefined {
  if (verdict.outcome !== 'meets' || !cheapest?.usdPerMonth || !verdict.usdPerMonth) return undefined
  if (verdict.candidate.name === cheapest.candidate.name) return 'cheapest that meets the SLO'
  const dearer = usdDearer(verdict.usdPerMonth, cheapest.usdPerMonth)
  if (verdict.usdPerMonth.value === cheapest.usdPerMonth.value) return 'meets; costs the same as the cheapest'
  if (tie) return `meets; a tie with the cheapest: ${dearer} a month dearer, but the ranges overlap`
  return `meets, but ${dearer} a month dearer${trafficCost(verdict.bill)}`
}

/** Where carrying the requests costs more than a third of the bill, the machines are not what makes it dear. */
function trafficCost(bill: Bill | null): string {
  const lines = bill?.lines.filter(({ resource }) => resource.startsWith('network/load-balancer/')) ?? []
  const usd = sum(lines.map((line) => decimal(line.usd)))
  if (!bill?.usdTotal || usd.times(3).lt(bill.usdTotal)) return ''
  return `; ${formatUsd(usd)} of its bill is load balancer traffic`
}

function compare(a: Verdict, b: Verdict): number {
  const byOutcome = ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome)
  if (byOutcome !== 0) return byOutcome
  if (a.usdPerMonth && b.usdPerMonth) {
    const byCost = decimal(a.usdPerMonth.value).cmp(b.usdPerMonth.value)
    if (byCost !== 0) return byCost
  }
  return a.candidate.name < b.candidate.name ? -1 : 1
}
