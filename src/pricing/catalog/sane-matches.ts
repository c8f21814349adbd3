import type { PriceBook } from '../../core/bill.ts'
import { insanities } from '../sanity.ts'
import { type Built, buildBook } from './build-book.ts'
import type { Refusal } from './catalog-sku.ts'
import { refuse } from './classify-sku.ts'
import { nameOf } from './known-skus.ts'
import { type Matches, priceKey } from './match-prices.ts'

export interface SaneBook {
  readonly built: Built
  readonly matched: number
  /** Of fresh prices that cannot be right beside the others. */
  readonly refusals: readonly Refusal[]
  /** What is still wrong in the book, in rows that the catalogue did not confirm. */
  readonly doubts: readonly string[]
}

/**
 * Builds the book, and again without each fresh price that cannot be right (spot not under on demand, a figure far
 * outside its bounds): those rows stay as they were. Each turn takes out at least one price, so it ends.
 */
export function buildSaneBook(
  base: PriceBook,
  matches: Matches,
  refusals: readonly Refusal[],
  today: string,
): SaneBook {
  const refused: Refusal[] = []
  const byKey = new Map(matches.byKey)
  const refusedKeys = new Map(matches.refusedKeys)
  for (;;) {
    const built = buildBook(base, { byKey, refusedKeys, refusals: [] }, refusals, today)
    const faults = insanities(withFreshIds(built.book, byKey))
    const fresh = faults.filter(({ price }) => byKey.has(priceKey(price)))
    if (fresh.length === 0) {
      const doubts = faults.map(({ price, message }) => `${nameOf(price)} in ${price.region} ${message}`)
      return { built, matched: byKey.size, refusals: refused, doubts }
    }
    for (const { price, message } of fresh) {
      const key = priceKey(price)
      const match = byKey.get(key)
      if (!match) continue
      byKey.delete(key)
      refusedKeys.set(key, `${match.sku.id}: ${message}`)
      refused.push(refuse(match.sku, 'not sane', `${nameOf(price)} in ${price.region} ${message}`))
    }
  }
}

/** Rows that the catalogue did not confirm speak for no SKU any more: its new price is no contradiction to theirs. */
function withFreshIds(book: PriceBook, byKey: ReadonlyMap<string, unknown>): PriceBook {
  const prices = book.prices.map((price) =>
    byKey.has(priceKey(price)) ? price : { ...price, sku: { ...price.sku, id: null } },
  )
  return { ...book, prices }
}
