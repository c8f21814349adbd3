import assert from 'node:assert/strict'
import type { Bill, BillLine, MissingPrice, Price, PriceBook, Usage } from '../core/bill.ts'
import type { Decimal } from '../core/money.ts'
import { decimal, exact, sum } from '../core/money.ts'
import { resolveUsage } from './components.ts'
import { findPrice } from './price-book.ts'
import { sustainedUseFactor } from './sustained-use.ts'

/** What is billed together: all usage of one price and, where it has a discount, of one share of the month. */
interface Charge {
  readonly price: Price
  readonly factor: Decimal
  quantity: Decimal
}

/**
 * A month's bill. Quantities of one price are added before tiers apply, so a free amount counts once; a price that
 * is `global` adds up over the regions. Each line's `usd` is exactly quantity × price × discount, not rounded.
 * Lines and gaps stand in the order in which the usage first names them.
 */
export function billUsage(usage: readonly Usage[], book: PriceBook): Bill {
  const charges = new Map<string, Charge>()
  const missing = new Map<string, MissingPrice>()
  for (const item of resolveUsage(usage, book)) {
    const quantity = quantityOf(item)
    if (quantity.eq(0)) continue
    const price = findPrice(book, item.resource, item.region, item.purchase)
    if (price?.unit === item.unit) addCharge(charges, price, item, quantity)
    else
      missing.set(
        JSON.stringify([item.resource, item.region, item.unit, item.purchase]),
        gap(item, price, book),
      )
  }
  const lines = [...charges.values()].flatMap(chargeLines)
  const usdTotal = missing.size > 0 ? null : exact(sum(lines.map((line) => decimal(line.usd))))
  return { lines, missing: [...missing.values()], usdTotal }
}

function quantityOf(item: Usage): Decimal {
  const quantity = decimal(item.quantity)
  assert(quantity.gte(0), `usage of ${item.resource} must not be negative: ${item.quantity}`)
  return quantity
}

function addCharge(charges: Map<string, Charge>, price: Price, item: Usage, quantity: Decimal): void {
  const factor = discountFactor(price, item)
  const key = `${price.resource} ${price.region} ${price.purchase} ${exact(factor)}`
  const charge = charges.get(key)
  if (charge) charge.quantity = charge.quantity.plus(quantity)
  else charges.set(key, { price, factor, quantity })
}

/** 1 where the price knows no discount, or the usage no share of the month. */
function discountFactor(price: Price, item: Usage): Decimal {
  if (!price.sustainedUse || item.monthShare === undefined) return decimal(1)
  const share = decimal(item.monthShare)
  assert(share.gt(0) && share.lte(1), `month share of ${item.resource} must be in (0, 1]: ${item.monthShare}`)
  return sustainedUseFactor(price.sustainedUse, share)
}

function chargeLines(charge: Charge): BillLine[] {
  const { tiers } = charge.price
  return tiers.flatMap((tier, index) => {
    const upTo = tiers[index + 1]?.from
    const reached = upTo === undefined || charge.quantity.lt(upTo) ? charge.quantity : decimal(upTo)
    const quantity = reached.minus(tier.from)
    return quantity.gt(0) ? [tierLine(charge, tier, quantity)] : []
  })
}

function tierLine({ price, factor }: Charge, tier: Price['tiers'][number], quantity: Decimal): BillLine {
  return {
    resource: price.resource,
    region: price.region,
    sku: price.sku.id,
    description: price.sku.description,
    quantity: exact(quantity),
    unit: price.unit,
    usdPerUnit: tier.usd,
    ...(price.tiers.length > 1 && { tier: `from ${tier.from}` }),
    ...(!factor.eq(1) && { discount: { kind: 'sustained use', factor: exact(factor) } as const }),
    usd: exact(quantity.times(tier.usd).times(factor)),
    basis: price.basis,
    ...(price.rule !== undefined && { rule: price.rule }),
    asOf: price.asOf,
    source: price.source,
  }
}

function gap(item: Usage, price: Price | undefined, book: PriceBook): MissingPrice {
  const { resource, region, unit, purchase = 'on-demand' } = item
  const none = `none ${purchase === 'on-demand' ? 'on demand' : `for ${purchase}`}`
  const why = price ? `it is priced per ${price.unit}, and its usage is counted in ${unit}` : none
  const message = `no price for ${resource} in ${region} per ${unit} in the book of ${book.date}: ${why}`
  return { resource, region, unit, message }
}
