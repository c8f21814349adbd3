import assert from 'node:assert/strict'
import type { Bill, BillLine, MissingPrice, Price, PriceBook, Usage } from '../core/bill.ts'
import type { Decimal } from '../core/money.ts'
import { decimal, exact, sum } from '../core/money.ts'
import { resolveUsage } from './components.ts'
import { findPrice } from './price-book.ts'
import { sustainedUseFactor } from './sustained-use.ts'

/** What is billed together: all usage of one price, one item and, where it has a discount, one share of the month. */
interface Charge {
  readonly price: Price
  readonly factor: Decimal
  readonly usageIndex: number | undefined
  readonly derivations: Set<string>
  quantity: Decimal
}

/**
 * A month's bill. Machines are billed as their components unless the book prices them whole. Quantities of one price are added before tiers apply, so a free amount counts once; a price that
 * is `global` adds up over the regions. Each line's `usd` is exactly quantity × price × discount, not rounded.
 * Lines and gaps stand in the order in which the usage first names them; what they say does not depend on it.
 */
export function billUsage(usage: readonly Usage[], book: PriceBook): Bill {
  const charges = new Map<string, Charge>()
  const factors = new Map<string, Decimal>()
  const missing = new Map<string, MissingPrice>()
  for (const item of resolveUsage(usage, book)) {
    const quantity = quantityOf(item)
    if (quantity.eq(0)) continue
    const price = findPrice(book, item.resource, item.region, item.purchase)
    if (price?.unit === item.unit)
      addCharge(charges, price, item, quantity, discountFactor(price, item, factors))
    else
      missing.set(
        JSON.stringify([item.resource, item.region, item.unit, item.purchase, item.usageIndex]),
        gap(item, price, book),
      )
  }
  const starts = tierStarts([...charges.values()])
  const lines = [...charges.values()].flatMap((charge) => chargeLines(charge, starts.get(charge)))
  const usdTotal = missing.size > 0 ? null : exact(sum(lines.map((line) => decimal(line.usd))))
  return { lines, missing: [...missing.values()], usdTotal }
}

function quantityOf(item: Usage): Decimal {
  const quantity = decimal(item.quantity)
  assert(quantity.gte(0), `usage of ${item.resource} must not be negative: ${item.quantity}`)
  return quantity
}

function addCharge(
  charges: Map<string, Charge>,
  price: Price,
  { usageIndex, derivation }: Usage,
  quantity: Decimal,
  factor: Decimal,
): void {
  const key = `${price.resource} ${price.region} ${price.purchase} ${exact(factor)} ${usageIndex}`
  let charge = charges.get(key)
  if (charge) charge.quantity = charge.quantity.plus(quantity)
  else {
    charge = { price, factor, usageIndex, derivations: new Set(), quantity }
    charges.set(key, charge)
  }
  if (derivation !== undefined) charge.derivations.add(derivation)
}

/**
 * 1 where the price knows no discount, or the usage no share of the month.
 * @param known factors by rates and share: each is a long division, and many machines share one
 */
function discountFactor(price: Price, { resource, monthShare }: Usage, known: Map<string, Decimal>): Decimal {
  if (!price.sustainedUse || monthShare === undefined) return WHOLE
  const key = `${price.sustainedUse.join()} ${monthShare}`
  const found = known.get(key)
  if (found) return found
  const share = decimal(monthShare)
  assert(share.gt(0) && share.lte(1), `month share of ${resource} must be in (0, 1]: ${monthShare}`)
  const factor = sustainedUseFactor(price.sustainedUse, share)
  known.set(key, factor)
  return factor
}

const WHOLE = decimal(1)

/**
 * Where each charge begins in the tiers of its price, which all usage of the month shares: the smaller ones first, so
 * that no line depends on the order of the usage.
 */
function tierStarts(charges: readonly Charge[]): Map<Charge, Decimal> {
  const starts = new Map<Charge, Decimal>()
  const reached = new Map<Price, Decimal>()
  const tiered = charges.filter(({ price }) => price.tiers.length > 1)
  for (const charge of tiered.sort((a, b) => a.quantity.cmp(b.quantity))) {
    const start = reached.get(charge.price) ?? decimal(0)
    starts.set(charge, start)
    reached.set(charge.price, start.plus(charge.quantity))
  }
  return starts
}

function chargeLines(charge: Charge, start = decimal(0)): BillLine[] {
  const { tiers } = charge.price
  const end = start.plus(charge.quantity)
  return tiers.flatMap((tier, index) => {
    const upTo = tiers[index + 1]?.from
    const from = start.gt(tier.from) ? start : decimal(tier.from)
    const to = upTo === undefined || end.lt(upTo) ? end : decimal(upTo)
    return to.gt(from) ? [tierLine(charge, tier, to.minus(from))] : []
  })
}

function tierLine(charge: Charge, tier: Price['tiers'][number], quantity: Decimal): BillLine {
  const { price, factor, usageIndex, derivations } = charge
  return {
    resource: price.resource,
    region: price.region,
    ...(price.purchase !== 'on-demand' && { purchase: price.purchase }),
    ...(usageIndex !== undefined && { usageIndex }),
    sku: price.sku.id,
    description: price.sku.description,
    quantity: exact(quantity),
    unit: price.unit,
    usdPerUnit: tier.usd,
    ...(price.tiers.length > 1 && { tier: `from ${tier.from}` }),
    ...(derivations.size > 0 && { derivation: [...derivations].join(' + ') }),
    ...(!factor.eq(1) && { discount: { kind: 'sustained use', factor: exact(factor) } as const }),
    usd: exact(quantity.times(tier.usd).times(factor)),
    basis: price.basis,
    ...(price.rule !== undefined && { rule: price.rule }),
    asOf: price.asOf,
    source: price.source,
  }
}

function gap(item: Usage, price: Price | undefined, book: PriceBook): MissingPrice {
  const { resource, region, unit, usageIndex, purchase = 'on-demand' } = item
  const none = `none ${purchase === 'on-demand' ? 'on demand' : `for ${purchase}`}`
  const why = price ? `it is priced per ${price.unit}, and its usage is counted in ${unit}` : none
  const message = `no price for ${resource} in ${region} per ${unit} in the book of ${book.date}: ${why}`
  return {
    resource,
    region,
    unit,
    ...(purchase !== 'on-demand' && { purchase }),
    ...(usageIndex !== undefined && { usageIndex }),
    message,
  }
}
