import type { Bill, BillLine } from '../core/bill.ts'
import { type Decimal, decimal, sum } from '../core/money.ts'

/**
 * By how much a derived price may be off either way, as a share of it. Vertex AI's premium over Compute Engine, the
 * rule behind most of them, was 15.0% and 15.3% where it could be checked; what is read with a rule of arithmetic from
 * prices that are listed is exact and takes no part.
 */
export const DERIVED_SPREAD = 0.05

const ESTIMATED = /^(estimate|conflict)\b/

/** The least and the most that a bill may come to, its derived prices being what they are. */
export function billRange({ lines, usdTotal }: Bill): { low: Decimal; high: Decimal } {
  const total = decimal(usdTotal ?? 0)
  const uncertain = sum(lines.filter(isEstimated).map(({ usd }) => decimal(usd))).times(DERIVED_SPREAD)
  return { low: total.minus(uncertain), high: total.plus(uncertain) }
}

function isEstimated({ basis, rule = '' }: Pick<BillLine, 'basis' | 'rule'>): boolean {
  return basis === 'derived' && ESTIMATED.test(rule)
}
