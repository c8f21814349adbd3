import type { Price, PriceBook } from '../../core/bill.ts'
import type { Refusal } from './catalog-sku.ts'
import { deriveAgain, finder } from './derive-again.ts'
import { type Match, type Matches, priceKey } from './match-prices.ts'
import { priceFromMatch, traitsOf } from './price-from-match.ts'

/** A row that the catalogue did not confirm, and why. */
export interface Leftover {
  readonly price: Price
  readonly reason: string
}

export interface Built {
  readonly book: PriceBook
  /** Rows that the book did not have; sorted. */
  readonly added: readonly Price[]
  /** Rows derived again, by their own rule, from prices that the catalogue confirmed. */
  readonly derived: readonly Price[]
  /** Rows that stay as they were, with their old date. */
  readonly kept: readonly Leftover[]
  /** Rows taken out because the catalogue has the SKUs that they stood in for. */
  readonly superseded: readonly Leftover[]
}

/** What marks the source of a row that a sync did not find. */
const MARK = /; not confirmed by the catalogue of \d{4}-\d{2}-\d{2}$/

/**
 * The new book: the rows of `base` in their order, each from its SKU where it has one, else derived again by its
 * rule, else as it was and marked; then what is new, sorted.
 *
 * @param today YYYY-MM-DD, when the catalogue was read
 */
export function buildBook(
  base: PriceBook,
  matches: Matches,
  refusals: readonly Refusal[],
  today: string,
): Built {
  const traits = traitsOf(base)
  const notes = new Map(base.prices.map((price) => [priceKey(price), noteOf(price)]))
  const fresh = [...matches.byKey].map(([key, match]) =>
    priceFromMatch(match, { ...traits(match), ...notes.get(key) }, today),
  )
  const [before, confirmed] = [finder(base.prices), finder(fresh)]
  const why = reasonsFor(matches, refusals)
  const [derived, kept, superseded]: [Price[], Leftover[], Leftover[]] = [[], [], []]
  const rows = base.prices.flatMap((price): Price[] => {
    const row = confirmed(price)
    if (row) return [row]
    const again = deriveAgain(price, before, confirmed, today)
    if (again) {
      derived.push(again)
      return [again]
    }
    const parts = partsInstead(price, confirmed)
    if (parts !== undefined) {
      superseded.push({ price, reason: parts })
      return []
    }
    kept.push({ price, reason: why(price) })
    return [marked(price, today)]
  })
  const added = fresh.filter((price) => !before(price)).sort(byPriceKey)
  return { book: { ...base, date: today, prices: [...rows, ...added] }, added, derived, kept, superseded }
}

function byPriceKey(one: Match | Price, other: Match | Price): number {
  return priceKey(one) < priceKey(other) ? -1 : 1
}

/** Vertex AI machines priced whole stood in for SKUs of their vCPUs and memory; a fresh price of those counts more. */
function partsInstead(price: Price, confirmed: ReturnType<typeof finder>): string | undefined {
  const family = /^vertex\/machine\/([a-z0-9]+)-/.exec(price.resource)?.[1]
  if (family === undefined) return undefined
  const parts = ['cpu', 'memory'].map((part) => confirmed({ ...price, resource: `vertex/${family}/${part}` }))
  if (parts.includes(undefined)) return undefined
  return `billed by SKUs ${parts.map((part) => part?.sku.id).join(' and ')}`
}

function reasonsFor({ refusedKeys }: Matches, refusals: readonly Refusal[]): (price: Price) => string {
  const single = refusals.filter(({ kind }) => kind !== 'contended')
  const byId = new Map(single.flatMap(({ skuIds, reason }) => skuIds.map((id) => [id, `${id}: ${reason}`])))
  return (price) => refusedKeys.get(priceKey(price)) ?? byId.get(price.sku.id ?? '') ?? whyNotFound(price)
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
