import type { Price, PriceBook } from '../../core/bill.ts'
import type { Refusal } from './catalog-sku.ts'
import { type Match, type Matches, priceKey } from './match-prices.ts'
import { priceFromMatch, traitsOf } from './price-from-match.ts'

/** A row that the catalogue did not confirm; it stays as it was, with its old date. */
export interface Kept {
  readonly price: Price
  readonly reason: string
}

export interface Built {
  readonly book: PriceBook
  /** Rows that the book did not have; sorted. */
  readonly added: readonly Price[]
  readonly kept: readonly Kept[]
}

/** What marks the source of a row that a sync did not find. */
const MARK = /; not confirmed by the catalogue of \d{4}-\d{2}-\d{2}$/

/**
 * The new book: the rows of `base` in their order, each from its SKU where it has one, else as it was and marked;
 * then what is new, sorted.
 *
 * @param today YYYY-MM-DD, when the catalogue was read
 */
export function buildBook(
  base: PriceBook,
  { byKey, refusedKeys }: Matches,
  refusals: readonly Refusal[],
  today: string,
): Built {
  const traits = traitsOf(base)
  const reasons = reasonsById(refusals)
  const kept: Kept[] = []
  const rows = base.prices.map((price) => {
    const match = byKey.get(priceKey(price))
    if (match) return priceFromMatch(match, { ...traits(match), ...noteOf(price) }, today)
    const reason = refusedKeys.get(priceKey(price)) ?? reasons.get(price.sku.id ?? '') ?? whyNotFound(price)
    kept.push({ price, reason })
    return marked(price, today)
  })
  const held = new Set(base.prices.map(priceKey))
  const added = [...byKey.values()]
    .filter((match) => !held.has(priceKey(match)))
    .map((match) => priceFromMatch(match, traits(match), today))
    .sort(byPriceKey)
  return { book: { ...base, date: today, prices: [...rows, ...added] }, added, kept }
}

function byPriceKey(one: Match | Price, other: Match | Price): number {
  return priceKey(one) < priceKey(other) ? -1 : 1
}

function reasonsById(refusals: readonly Refusal[]): ReadonlyMap<string, string> {
  const single = refusals.filter(({ kind }) => kind !== 'contended')
  return new Map(single.flatMap(({ skuIds, reason }) => skuIds.map((id) => [id, `${id}: ${reason}`])))
}

function whyNotFound({ basis, sku }: Price): string {
  if (basis === 'derived') return 'derived: no SKU of its own was found'
  return sku.id === null ? 'no SKU reads like it' : `SKU ${sku.id} is not listed`
}

/** A note on a listed row concerns the resource and stays; the rule of a derived one goes with the derivation. */
function noteOf({ basis, rule }: Price): { rule?: string } {
  const note = rule?.split('; ').filter((part) => !part.startsWith('listed '))
  return basis === 'listed' && note?.length ? { rule: note.join('; ') } : {}
}

function marked(price: Price, today: string): Price {
  return { ...price, source: `${price.source.replace(MARK, '')}; not confirmed by the catalogue of ${today}` }
}
