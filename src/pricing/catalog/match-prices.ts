import type { Price, PriceBook } from '../../core/bill.ts'
import { REGIONS } from '../../core/regions.ts'
import type { CatalogSku, Refusal } from './catalog-sku.ts'
import { refuse } from './classify-sku.ts'
import { unitFactor } from './convert-unit.ts'
import { nameOf } from './known-skus.ts'
import type { Candidate } from './read-catalog.ts'
import type { Subject } from './rule.ts'

/** A SKU as the price of one thing in one region. */
export interface Match extends Subject {
  readonly region: string
  /** Unit of the book. */
  readonly unit: string
  readonly sku: CatalogSku
}

export interface Matches {
  /** By `priceKey`. */
  readonly byKey: ReadonlyMap<string, Match>
  readonly refusals: readonly Refusal[]
  /** Prices of the book, by `priceKey`, that were refused, and why. */
  readonly refusedKeys: ReadonlyMap<string, string>
}

export function priceKey({
  resource,
  region,
  purchase,
}: Pick<Price, 'resource' | 'region' | 'purchase'>): string {
  return `${resource} ${region} ${purchase}`
}

/**
 * Gives each (resource, region, purchase) its one SKU: the one that the book knows, else the only one that claims it.
 * Several are a refusal that names them all. The order of the candidates does not matter.
 */
export function matchPrices(candidates: readonly Candidate[], book: PriceBook): Matches {
  const units = new Map(book.prices.map(({ resource, unit }) => [resource, unit]))
  const knownIds = new Map(book.prices.map((price) => [priceKey(price), price.sku.id]))
  const { claims, refusals } = claimsOf(candidates, units, regionsOf(book))
  const byKey = new Map<string, Match>()
  const contests = new Map<string, Contest>()
  for (const [key, rivals] of Map.groupBy(claims, priceKey)) {
    const known = rivals.filter(({ sku }) => sku.id === knownIds.get(key))
    const winner = known[0] ?? (rivals.length === 1 ? rivals[0] : undefined)
    if (winner) byKey.set(key, winner)
    if (rivals.length > 1) addContest(contests, rivals, winner)
  }
  const contended = [...contests.values()].map(contestRefusal)
  return {
    byKey,
    refusals: [...refusals, ...contended],
    refusedKeys: refusedKeys(claims, byKey),
  }
}

function regionsOf({ prices }: PriceBook): ReadonlySet<string> {
  return new Set([...REGIONS, 'global', ...prices.map(({ region }) => region)])
}

function claimsOf(
  candidates: readonly Candidate[],
  units: ReadonlyMap<string, string>,
  regions: ReadonlySet<string>,
): { claims: Match[]; refusals: Refusal[] } {
  const claims: Match[] = []
  const refusals: Refusal[] = []
  for (const { sku, subjects } of candidates) {
    if (sku.regions.length === 0) refusals.push(refuse(sku, 'unusable', 'it names no region'))
    for (const { resource, purchase } of subjects) {
      const unit = units.get(resource)
      if (unit === undefined) continue
      if (unitFactor(sku.rate.usageUnit, unit) === undefined) {
        const reason = `it is priced per ${sku.rate.usageUnit}, and ${resource} is counted in ${unit}`
        refusals.push(refuse(sku, 'changed meaning', reason))
        continue
      }
      const held = sku.regions.filter((region) => regions.has(region))
      claims.push(...held.map((region) => ({ resource, purchase, region, unit, sku })))
    }
  }
  return { claims, refusals }
}

/** SKUs that contend for the same thing, and the regions in which they do. */
interface Contest {
  readonly rivals: readonly Match[]
  readonly winner: Match | undefined
  readonly regions: string[]
}

function addContest(
  contests: Map<string, Contest>,
  rivals: readonly Match[],
  winner: Match | undefined,
): void {
  const [first] = rivals
  if (first === undefined) return
  const key = [nameOf(first), winner?.sku.id, ...rivals.map(({ sku }) => sku.id)].join(' ')
  const contest = contests.get(key) ?? { rivals, winner, regions: [] }
  contest.regions.push(first.region)
  contests.set(key, contest)
}

function contestRefusal({ rivals, winner, regions }: Contest): Refusal {
  const skuIds = rivals.map(({ sku }) => sku.id)
  const description = [...new Set(rivals.map(({ sku }) => sku.description))].join(' / ')
  const what = rivals[0] ? nameOf(rivals[0]) : ''
  const all = `${skuIds.join(' and ')} all claim ${what} in ${regions.sort().join(', ')}`
  const reason = winner ? `${all}; ${winner.sku.id} is the one that the book knows` : `${all}; none is taken`
  return { skuIds, description, kind: 'contended', reason }
}

function refusedKeys(claims: readonly Match[], byKey: ReadonlyMap<string, Match>): Map<string, string> {
  const lost = claims.filter((claim) => !byKey.has(priceKey(claim)))
  const ids = Map.groupBy(lost, priceKey)
  return new Map(
    [...ids].map(([key, rivals]) => [key, `${rivals.map(({ sku }) => sku.id).join(' and ')} all claim it`]),
  )
}
