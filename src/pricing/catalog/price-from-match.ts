import type { Price, PriceBook } from '../../core/bill.ts'
import { type Decimal, decimal, exact } from '../../core/money.ts'
import { unitFactor } from './convert-unit.ts'
import type { Match } from './match-prices.ts'

/** What the rows of a resource have in common: discounts of a family hold in every region of it. */
export interface Traits {
  readonly sustainedUse?: readonly string[]
  /** Note on a listed row that concerns the resource. */
  readonly rule?: string
}

/** Traits by resource and purchase, from the rows of a book. */
export function traitsOf({ prices }: PriceBook): (match: Pick<Price, 'resource' | 'purchase'>) => Traits {
  const traits = new Map<string, Traits>()
  for (const { resource, purchase, sustainedUse } of prices) {
    if (sustainedUse) traits.set(`${resource} ${purchase}`, { sustainedUse })
  }
  return ({ resource, purchase }) => traits.get(`${resource} ${purchase}`) ?? {}
}

/**
 * The row of a matched SKU, its tiers whole, in the book's unit and in USD.
 *
 * @param today YYYY-MM-DD, when the catalogue was read
 */
export function priceFromMatch(match: Match, traits: Traits, today: string): Price {
  const { resource, region, unit, purchase, sku } = match
  const { usageUnit, currency, perUsd, tiers } = sku.rate
  const factor = unitFactor(usageUnit, unit) ?? decimal(1)
  const notes = [
    ...(factor.eq(1) ? [] : [`listed per ${usageUnit}: × ${exact(factor)} is per ${unit}`]),
    ...(currency === 'USD' ? [] : [`listed in ${currency}, of which ${perUsd} are a USD`]),
    ...(traits.rule === undefined ? [] : [traits.rule]),
  ]
  return {
    resource,
    region,
    unit,
    tiers: tiers.map(({ from, amount }) => ({
      from: exact(inBookUnits(decimal(from), factor)),
      usd: exact(inUsd(decimal(amount), perUsd).times(factor)),
    })),
    purchase,
    sku: { id: sku.id, description: sku.description },
    ...(traits.sustainedUse && tiers.length === 1 && { sustainedUse: traits.sustainedUse }),
    basis: 'listed',
    ...(notes.length > 0 && { rule: notes.join('; ') }),
    asOf: today.slice(0, 7),
    source: `Cloud Billing Catalog API, read ${today}`,
  }
}

/** Division keeps 30 places, and happens only where it must. */
function inUsd(amount: Decimal, perUsd: string): Decimal {
  return perUsd === '1' ? amount : amount.div(perUsd)
}

function inBookUnits(amount: Decimal, factor: Decimal): Decimal {
  return factor.eq(1) ? amount : amount.div(factor)
}
