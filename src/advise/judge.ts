import type { Operation, UsdRange, Verdict, VerdictOutcome } from '../core/advice.ts'
import type { Bill } from '../core/bill.ts'
import { decimal, exact } from '../core/money.ts'
import type { Slo } from '../core/scenario.ts'
import { formatRps } from '../core/units.ts'
import type { Assessed, Assessment } from './assessment.ts'
import { checkSlo } from './check-slo.ts'
import { explainCheck } from './explain.ts'
import { billRange } from './price-spread.ts'

const NOTHING_KNOWN = {
  usdPerMonth: null,
  usdPerMillionRequests: null,
  latencyMs: null,
  aloneMs: null,
  checks: [],
  operation: null,
  bill: null,
  refusals: [],
  caveats: [],
  costEvidence: 'modelled',
} as const

/**
 * The verdict on one candidate by itself, before it is compared with the others.
 * @param requestsPerMonth of the expected traffic, over 0
 */
export function judge(assessment: Assessment, slo: Slo, requestsPerMonth: number): Verdict {
  const { candidate, state } = assessment
  if (state === 'refused') {
    const reasons = assessment.refusals.map(({ rule }) => rule)
    return {
      ...NOTHING_KNOWN,
      candidate,
      outcome: 'refused',
      evidence: 'modelled',
      reasons,
      refusals: assessment.refusals,
    }
  }
  if (state === 'untested') {
    const { evidence, why } = assessment
    return { ...NOTHING_KNOWN, candidate, outcome: 'untested', evidence, reasons: [why] }
  }
  return judgeAssessed(assessment, slo, requestsPerMonth)
}

function judgeAssessed(assessment: Assessed, slo: Slo, requestsPerMonth: number): Verdict {
  const { candidate, evidence, latencyMs, operation, bills, shortfalls, caveats } = assessment
  const checks = checkSlo(slo, assessment)
  const usdPerMonth = usdRange(bills)
  const outcomes = checks.map((check) => check.outcome)
  const reasons = [
    ...missingPrices(bills.central),
    ...shortfalls,
    ...(evidence === 'modelled' ? overload(operation) : []),
  ]
  const telling = checks.filter(({ outcome }) => outcome === worst(outcomes))
  return {
    candidate,
    outcome: outcomeOf(usdPerMonth, shortfalls, outcomes),
    evidence,
    costEvidence: assessment.costEvidence,
    usdPerMonth,
    usdPerMillionRequests: usdPerMonth && perMillion(usdPerMonth, requestsPerMonth),
    latencyMs,
    aloneMs: assessment.aloneMs,
    checks,
    operation,
    bill: bills.central,
    refusals: [],
    reasons: [...reasons, ...telling.map(explainCheck)],
    caveats,
  }
}

function outcomeOf(
  usd: UsdRange | null,
  shortfalls: readonly string[],
  outcomes: Verdict['checks'][number]['outcome'][],
) {
  if (usd === null) return 'unpriced'
  return shortfalls.length > 0 ? 'misses' : worst(outcomes)
}

function worst(
  outcomes: readonly ('meets' | 'misses' | 'undecided')[],
): Extract<VerdictOutcome, 'meets' | 'misses' | 'undecided'> {
  return (['misses', 'undecided'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'meets'
}

/** Null when any price is missing: what is not known cannot be added up. */
export function usdRange({ central, all }: Assessed['bills']): UsdRange | null {
  if (central.usdTotal === null || all.some(({ usdTotal }) => usdTotal === null)) return null
  const ends = all.map(billRange)
  const least = ends.reduce((low, { low: each }) => (each.lt(low) ? each : low), decimal(central.usdTotal))
  const most = ends.reduce((high, { high: each }) => (each.gt(high) ? each : high), decimal(central.usdTotal))
  return { low: exact(least), value: central.usdTotal, high: exact(most) }
}

function perMillion(usd: UsdRange, requestsPerMonth: number): UsdRange {
  const millions = decimal(requestsPerMonth).div(1_000_000)
  const each = (value: string) => exact(decimal(value).div(millions).round(6))
  return { low: each(usd.low), value: each(usd.value), high: each(usd.high) }
}

function missingPrices(bill: Bill): string[] {
  return bill.missing.map(({ message }) => message)
}

/** Of a modelled fleet: one that was measured has carried the traffic. */
function overload({ peakLoad, replicas }: Operation): string[] {
  if (peakLoad.high < 1) return []
  const fleet = replicas.high === 1 ? 'its one replica' : `its ${replicas.high} replicas`
  if (peakLoad.low >= 1)
    return [`overloaded: at its peak the traffic is ${times(peakLoad.value)} what ${fleet} can serve`]
  return [
    `may be too small: at worst the peak of the traffic is ${times(peakLoad.high)} what ${fleet} can serve`,
  ]
}

function times(ratio: number): string {
  return `${formatRps(ratio)} times`
}
