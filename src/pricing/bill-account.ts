import type { AccountBill, AccountLine, BillLine, PriceBook, Usage } from '../core/bill.ts'
import { decimal, exact, sum } from '../core/money.ts'
import { billUsage } from './bill.ts'
import { freeTierCredits } from './free-tier.ts'

/** Usage of a known item of a usage file. */
export type ItemUsage = Usage & { readonly usageIndex: number }

/**
 * The bill of a billing account whose usage of the month is `usage`.
 *
 * @param freeTier whether nothing else uses the account's free tier, so that all of it pays for this usage
 */
export function billAccount(
  usage: readonly ItemUsage[],
  book: PriceBook,
  { freeTier }: { readonly freeTier: boolean },
): AccountBill {
  const bill = billUsage(usage, book)
  const given = freeTier ? freeTierCredits(bill.lines, book) : { credits: [], missing: [] }
  const missing = [...bill.missing, ...given.missing]
  // Every usage has the index of its item, and so has every line.
  const lines = bill.lines.map((line) => ({ ...line, arithmetic: arithmetic(line) }) as AccountLine)
  if (missing.length > 0) return { lines, credits: [], missing, usdTotal: null }
  const amounts = [...lines, ...given.credits].map(({ usd }) => decimal(usd))
  return { lines, credits: given.credits, missing, usdTotal: exact(sum(amounts)) }
}

/** `2 vCPU × 730 h: 1460 vCPU-hour × $0.031611 × 0.7 (sustained use) = $32.306442` */
function arithmetic(line: BillLine): string {
  const { quantity, unit, usdPerUnit, usd, derivation, discount, tier } = line
  const came = derivation?.includes('×') ? `${derivation}: ` : ''
  const inTier = tier === undefined ? '' : ` (tier ${tier})`
  const discounted = discount ? ` × ${discount.factor} (${discount.kind})` : ''
  return `${came}${quantity} ${unit}${inTier} × $${usdPerUnit}${discounted} = $${usd}`
}
