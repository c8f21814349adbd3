import type { PriceBook } from '../core/bill.ts'
import type { KnownGap } from './known-gaps.ts'
import { findPrice } from './price-book.ts'
import type { RequiredPrice } from './required-prices.ts'

export interface Coverage {
  readonly required: number
  readonly priced: number
  /** Each known gap and how many required prices are missing for its reason. */
  readonly gaps: readonly { readonly gap: KnownGap; readonly missing: number }[]
  /** Missing, and on no list. */
  readonly unlisted: readonly RequiredPrice[]
  /** On the list of known gaps, and priced all the same. */
  readonly filled: readonly RequiredPrice[]
}

/** Holds the book against the prices that it has to have, and against those that it is known to lack. */
export function coverageOf(
  book: PriceBook,
  required: readonly RequiredPrice[],
  known: readonly KnownGap[],
): Coverage {
  const matchers = known.map((gap) => ({ gap, covers: matcher(gap), missing: 0 }))
  const unlisted: RequiredPrice[] = []
  const filled: RequiredPrice[] = []
  let priced = 0
  for (const price of required) {
    const found = findPrice(book, price.resource, price.region, price.purchase) !== undefined
    const listed = matchers.find(({ covers }) => covers(price))
    if (found) priced++
    if (found && listed) filled.push(price)
    if (!found && listed) listed.missing++
    if (!found && !listed) unlisted.push(price)
  }
  const gaps = matchers.map(({ gap, missing }) => ({ gap, missing }))
  return { required: required.length, priced, gaps, unlisted, filled }
}

function matcher({ resources, regions, purchases }: KnownGap): (price: RequiredPrice) => boolean {
  const patterns = resources.map((resource) => wildcard(resource))
  const isThere = (region: string) =>
    'allBut' in regions ? !regions.allBut.includes(region) : regions.includes(region)
  return ({ resource, region, purchase }) =>
    (purchases?.includes(purchase) ?? true) &&
    isThere(region) &&
    patterns.some((pattern) => pattern.test(resource))
}

/** The whole of a text, `*` standing for any run of characters. */
export function wildcard(pattern: string, flags = ''): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, flags)
}
