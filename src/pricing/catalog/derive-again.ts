import type { Price } from '../../core/bill.ts'
import { decimal, exact } from '../../core/money.ts'
import { priceKey } from './match-prices.ts'

type Find = (key: Pick<Price, 'resource' | 'region' | 'purchase'>) => Price | undefined

/** Resources that a book may derive from another: from what, by their names. */
const SOURCES: readonly (readonly [RegExp, string])[] = [
  [/^vertex\/(?:fee\/)?((?:gpu\/)?[^/]+(?:\/(?:cpu|memory))?)$/, 'gce/$1'],
  [/^gce\/([^/]+)\/custom-(cpu|memory)$/, 'gce/$1/$2'],
]

/** "1.15 × Compute Engine", "1.05 × predefined": a factor of the source's price. */
const FACTOR = /(\d+(?:\.\d+)?) × (?:Compute Engine|predefined)\b/

/**
 * A derived row from the fresh price of what it derives from. Its rule is believed only where it reproduces the old
 * row from the old source, so that a note which tells another story derives nothing.
 *
 * @param before finds rows of the old book
 * @param fresh finds rows that the catalogue has just confirmed
 * @returns undefined where the row has no such rule, or its source no fresh price
 */
export function deriveAgain(price: Price, before: Find, fresh: Find, today: string): Price | undefined {
  const factor = FACTOR.exec(price.rule ?? '')?.[1]
  const pattern = SOURCES.find(([name]) => name.test(price.resource))
  if (price.basis !== 'derived' || factor === undefined || !pattern) return undefined
  const resource = price.resource.replace(pattern[0], pattern[1])
  const [was, is] = [before, fresh].map((find) => find({ ...price, resource }))
  if (!was || !is || JSON.stringify(times(was, factor)) !== JSON.stringify(price.tiers)) return undefined
  return {
    ...price,
    tiers: times(is, factor),
    asOf: today.slice(0, 7),
    source: `${factor} × SKU ${is.sku.id}, Cloud Billing Catalog API, read ${today}`,
  }
}

function times({ tiers }: Price, factor: string): Price['tiers'] {
  return tiers.map(({ from, usd }) => ({ from, usd: exact(decimal(usd).times(factor)) }))
}

/** @returns finds a row of `prices` by resource, region and purchase */
export function finder(prices: readonly Price[]): Find {
  const byKey = new Map(prices.map((price) => [priceKey(price), price]))
  return (key) => byKey.get(priceKey(key))
}
