import { checkSlo } from '../../advise/check-slo.ts'
import { usdRange } from '../../advise/judge.ts'
import { billRange } from '../../advise/price-spread.ts'
import { mergeMonths } from '../../capacity/merge-months.ts'
import { type OperatedMonth, operate } from '../../capacity/operate.ts'
import { failedRange, latencyRanges, summarizeOperation } from '../../capacity/operated-figures.ts'
import type { UsdRange } from '../../core/advice.ts'
import type { Bill } from '../../core/bill.ts'
import type { Mix, MixPart } from '../../core/mix.ts'
import { decimal, exact, sum } from '../../core/money.ts'
import type { Slo } from '../../core/scenario.ts'
import type { MonthProfile } from '../../traffic/month-profile.ts'
import { type Assessing, billMonths } from '../assess.ts'
import type { Subject } from '../subject.ts'
import { balancerBill, hasBalancer } from './least-cost.ts'
import type { MixOption, SizedBase } from './mix-options.ts'

/** A mix under traffic, before it is compared with single candidates. */
export type AssessedMix = Omit<Mix, 'than' | 'usdLess' | 'isClear'>

/** Simulates parts of mixes; a base that several mixes share is simulated once. */
export type AssessMix = (option: Pick<MixOption, 'base' | 'burst'>) => AssessedMix | null

/** @returns null of a mix whose bill has a gap */
export function mixAssessor(slo: Slo, assessing: Assessing): AssessMix {
  const bases = new Map<SizedBase, readonly OperatedMonth[]>()
  return ({ base, burst }) => {
    const below = bases.get(base) ?? monthsOf(base.subject, base.split.below, assessing)
    bases.set(base, below)
    const above = monthsOf(burst, base.split.above, assessing)
    return assessMix(base, burst, { below, above }, slo, assessing)
  }
}

type Months = readonly OperatedMonth[]

/** What it is made of is not kept: the months of many mixes, with all their response times, are large. */
function monthsOf(
  { service, replica, scaling }: Subject,
  profile: MonthProfile,
  assessing: Assessing,
): Months {
  const { effort, part } = assessing
  const points = part ? part(service) : service
  return operate(points, replica, scaling, profile, { ...effort, keepsResponses: true })
}

function assessMix(
  base: SizedBase,
  burst: Subject,
  { below, above }: { readonly below: Months; readonly above: Months },
  slo: Slo,
  { book }: Assessing,
): AssessedMix | null {
  const { replicas, upToRps, split } = base
  const [ofBase, ofBurst] = [
    billMonths(base.subject, below, split.below, book),
    billMonths(burst, above, split.above, book),
  ]
  const front = balancerBill(base.subject, split.above.requests, book)
  const [baseUsd, burstUsd] = [usdRange(ofBase), usdRange(ofBurst)]
  if (!baseUsd || !burstUsd || front.usdTotal === null) return null
  const merged = mergeMonths(below, above)
  const latencyMs = latencyRanges(merged)
  const bill = together([ofBase.central, front, ofBurst.central])
  return {
    base: { ...partOf(base.subject, split.below, below, baseUsd), replicas, upToRps },
    burst: partOf(burst, split.above, above, burstUsd),
    splitBy: hasBalancer(base.subject) ? 'load-balancer' : 'clients',
    loadBalancerUsd: front.usdTotal,
    evidence: 'modelled',
    usdPerMonth: addedUp([baseUsd, burstUsd, rangeOf(front)]),
    latencyMs,
    checks: checkSlo(slo, { latencyMs, errorRatio: failedRange(merged) }),
    bill,
    caveats: [...new Set([...base.subject.caveats, ...burst.caveats])],
  }
}

function partOf(
  { candidate, service }: Subject,
  { requests }: MonthProfile,
  months: Months,
  usdPerMonth: UsdRange,
): MixPart {
  const operation = summarizeOperation(months, service)
  return { candidate, requests, usdPerMonth, latencyMs: latencyRanges(months), operation }
}

/** Parts that are dear together make the dearest mix: their speeds err alike. */
function addedUp(ranges: readonly UsdRange[]): UsdRange {
  const of = (end: keyof UsdRange) => exact(sum(ranges.map((range) => decimal(range[end]))))
  return { value: of('value'), low: of('low'), high: of('high') }
}

function rangeOf(bill: Bill): UsdRange {
  const { low, high } = billRange(bill)
  return { value: bill.usdTotal ?? '0', low: exact(low), high: exact(high) }
}

function together(bills: readonly Bill[]): Bill {
  return {
    lines: bills.flatMap(({ lines }) => lines),
    missing: [],
    usdTotal: exact(sum(bills.map(({ usdTotal }) => decimal(usdTotal ?? '0')))),
  }
}
