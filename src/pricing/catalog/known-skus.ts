import type { Price, PriceBook, Purchase } from '../../core/bill.ts'
import type { Refusal } from './catalog-sku.ts'
import { classifySku, isRefusal, purchaseOf, refuse } from './classify-sku.ts'
import { normalize, type SkuLabel } from './read-sku.ts'
import type { Subject } from './rule.ts'

/** What the book knows a SKU as. */
interface Known extends Subject {
  readonly description: string
}

/** By SKU id, all that a book prices with it. */
export type KnownSkus = ReadonlyMap<string, readonly Known[]>

export function knownSkus({ prices }: PriceBook): KnownSkus {
  const known = new Map<string, Known[]>()
  for (const { resource, purchase, sku } of prices) {
    if (sku.id === null) continue
    const entries = known.get(sku.id) ?? []
    const entry = { resource, purchase, description: normalize(sku.description) }
    if (!entries.some((each) => same(each, entry))) known.set(sku.id, [...entries, entry])
  }
  return known
}

/**
 * What a SKU is the price of: by its id where the book knows it, by its texts to discover the others. An id that the
 * book knows is held to its meaning: where the texts say otherwise now, it is refused.
 *
 * @returns undefined for a SKU that is nothing to the book
 */
export function subjectsOf(label: SkuLabel, known: KnownSkus): readonly Subject[] | Refusal | undefined {
  const read = classifySku(label)
  const entries = known.get(label.id)
  if (entries === undefined) return read === undefined || isRefusal(read) ? read : [read]
  if (read !== undefined && isRefusal(read)) return changed(label, entries, read.reason)
  const meant = entries.filter((entry) =>
    read === undefined ? entry.description === label.description : entry.purchase === read.purchase,
  )
  const agrees = read === undefined ? meant.length > 0 : meant.some((entry) => same(entry, read))
  if (!agrees) return changed(label, entries, read && `it reads as ${nameOf(read)} now`)
  const bought = meant.filter(({ purchase }) => purchase === purchaseOf(label.usageType))
  return bought.length > 0
    ? bought
    : changed(label, entries, `its usage type is ${label.usageType || 'none'} now`)
}

function changed(
  label: SkuLabel,
  entries: readonly Known[],
  now = 'its description is another now',
): Refusal {
  const was = entries.map(nameOf).join(' and ')
  return refuse(label, 'changed meaning', `the book knows it as ${was}: ${now}`)
}

export function nameOf({ resource, purchase }: Pick<Price, 'resource' | 'purchase'>): string {
  return purchase === 'on-demand' ? resource : `${resource} (${purchaseName(purchase)})`
}

function purchaseName(purchase: Purchase): string {
  return { 'on-demand': 'on demand', spot: 'spot', 'commit-1yr': '1 year', 'commit-3yr': '3 years' }[purchase]
}

function same(one: Subject, other: Subject): boolean {
  return one.resource === other.resource && one.purchase === other.purchase
}
