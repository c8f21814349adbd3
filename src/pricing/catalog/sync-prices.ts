import type { PriceBook } from '../../core/bill.ts'
import { baseBook } from './base-book.ts'
import type { Built } from './build-book.ts'
import type { Refusal } from './catalog-sku.ts'
import { type FetchEvent, fetchSkus, type Patience } from './fetch-skus.ts'
import { matchPrices } from './match-prices.ts'
import type { Catalog } from './open-catalog.ts'
import { readCatalog } from './read-catalog.ts'
import type { RawSku } from './read-sku.ts'
import { buildSaneBook } from './sane-matches.ts'
import type { ServiceKey } from './services.ts'

export interface SyncRequest {
  readonly catalog: Catalog
  /** The book that came with this version. */
  readonly builtIn: PriceBook
  /** The book in force, which may be the same. */
  readonly inForce: PriceBook
  readonly now: Date
  readonly patience: Patience
  readonly signal: AbortSignal
  readonly onEvent: (event: FetchEvent) => void
}

export interface Synced extends Built {
  readonly base: PriceBook
  /** SKUs read, by service. */
  readonly read: ReadonlyMap<ServiceKey, number>
  /** Prices that were found in the catalogue, those that are new among them. */
  readonly matched: number
  readonly refusals: readonly Refusal[]
  /** Old rows that cannot be right beside what was found. */
  readonly doubts: readonly string[]
  readonly unknown: readonly string[]
}

/** Resources of the book by their beginning, and the services that sell them. */
const SOLD_BY: readonly { readonly prefix: string; readonly services: readonly ServiceKey[] }[] = [
  { prefix: 'gce/', services: ['compute-engine'] },
  { prefix: 'network/', services: ['compute-engine', 'networking'] },
  { prefix: 'cloud-run/', services: ['cloud-run'] },
  { prefix: 'functions-1/', services: ['functions'] },
  { prefix: 'vertex/', services: ['vertex'] },
  { prefix: 'storage/', services: ['storage'] },
]

/**
 * Reads the catalogue and builds the book of today from it. Nothing is written.
 *
 * @throws UserError, WorldError when the catalogue cannot be read whole
 */
export async function syncPrices(request: SyncRequest): Promise<Synced> {
  const { builtIn, inForce, now } = request
  const base = baseBook(builtIn, inForce)
  const listed = await fetchAll(request, servicesOf(base))
  const { candidates, refusals, unknown } = readCatalog(listed, base, now)
  const matches = matchPrices(candidates, base)
  const found = [...refusals, ...matches.refusals]
  const sane = buildSaneBook(base, matches, found, now.toISOString().slice(0, 10))
  const read = new Map([...listed].map(([service, skus]) => [service, skus.length]))
  return { ...sane.built, ...sane, base, read, refusals: [...found, ...sane.refusals].sort(byIds), unknown }
}

function servicesOf({ prices }: PriceBook): ServiceKey[] {
  const sold = SOLD_BY.filter(({ prefix }) => prices.some(({ resource }) => resource.startsWith(prefix)))
  return [...new Set(sold.flatMap(({ services }) => services))]
}

async function fetchAll(
  { catalog, patience, signal, onEvent }: SyncRequest,
  services: readonly ServiceKey[],
): Promise<Map<ServiceKey, RawSku[]>> {
  const listed = new Map<ServiceKey, RawSku[]>()
  for (const service of services) {
    listed.set(service, await fetchSkus(catalog, service, patience, signal, onEvent))
  }
  return listed
}

function byIds(one: Refusal, other: Refusal): number {
  const [left, right] = [one, other].map(({ skuIds, reason }) => `${skuIds.join(' ')} ${reason}`)
  return (left ?? '') < (right ?? '') ? -1 : 1
}
