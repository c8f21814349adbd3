import type { PriceBook } from '../../core/bill.ts'
import { WorldError } from '../../core/errors.ts'
import type { CatalogSku, Refusal } from './catalog-sku.ts'
import { isRefusal, refuse } from './classify-sku.ts'
import { knownSkus, subjectsOf } from './known-skus.ts'
import { type RawSku, readLabel, readSku } from './read-sku.ts'
import type { Subject } from './rule.ts'
import type { ServiceKey } from './services.ts'

/** A SKU that may be the price of something in the book. */
export interface Candidate {
  readonly sku: CatalogSku
  readonly subjects: readonly Subject[]
}

export interface Reading {
  /** Sorted by SKU id, each id once. */
  readonly candidates: readonly Candidate[]
  readonly refusals: readonly Refusal[]
  /** Resources that the catalogue sells and the book does not hold, such as new machine families; sorted. */
  readonly unknown: readonly string[]
}

/**
 * Finds the SKUs that concern the book among all of the catalogue's, whatever their order.
 *
 * @throws WorldError when the answer mixes currencies
 */
export function readCatalog(
  listed: ReadonlyMap<ServiceKey, readonly RawSku[]>,
  book: PriceBook,
  now: Date,
): Reading {
  const known = knownSkus(book)
  const wanted = new Set(book.prices.map(({ resource }) => resource))
  const candidates: Candidate[] = []
  const refusals: Refusal[] = []
  const unknown = new Set<string>()
  for (const [service, raws] of listed) {
    for (const raw of raws) {
      const label = readLabel(raw, service)
      const subjects = subjectsOf(label, known)
      if (subjects === undefined) continue
      if (isRefusal(subjects)) refusals.push(subjects)
      else if (!subjects.some(({ resource }) => wanted.has(resource))) {
        for (const { resource } of subjects) unknown.add(resource)
      } else {
        const sku = readSku(raw, label, now)
        if (isRefusal(sku)) refusals.push(sku)
        else candidates.push({ sku, subjects })
      }
    }
  }
  return settle(candidates, refusals, unknown)
}

function settle(
  candidates: readonly Candidate[],
  refusals: readonly Refusal[],
  unknown: Set<string>,
): Reading {
  const { once, torn } = eachOnce(candidates)
  checkCurrency(once)
  return { candidates: once, refusals: [...distinct(refusals), ...torn], unknown: [...unknown].sort() }
}

/** Pages may repeat a SKU, when the list moves while it is read; the same id with two contents is not to be trusted. */
function eachOnce(candidates: readonly Candidate[]): { once: Candidate[]; torn: Refusal[] } {
  const byId = Map.groupBy(candidates, ({ sku }) => sku.id)
  const once: Candidate[] = []
  const torn: Refusal[] = []
  for (const id of [...byId.keys()].sort()) {
    const [first, ...others] = byId.get(id) ?? []
    if (first === undefined) continue
    const texts = [first, ...others].map((each) => JSON.stringify(each)).sort()
    if (texts.every((text) => text === texts[0])) once.push(first)
    else torn.push(refuse(first.sku, 'unusable', 'it is listed more than once, with different contents'))
  }
  return { once, torn }
}

function distinct(refusals: readonly Refusal[]): Refusal[] {
  const byText = new Map(refusals.map((refusal) => [JSON.stringify(refusal), refusal]))
  return [...byText.keys()].sort().flatMap((text) => byText.get(text) ?? [])
}

/** Prices that were converted at different rates, or not all converted, cannot stand in one book. */
function checkCurrency(candidates: readonly Candidate[]): void {
  const rates = new Map<string, string>()
  for (const { sku } of candidates) {
    const { currency, perUsd } = sku.rate
    const name = perUsd === '1' ? currency : `${currency} at ${perUsd} to the USD`
    if (!rates.has(name)) rates.set(name, `${name} (SKU ${sku.id})`)
  }
  if (rates.size <= 1) return
  throw new WorldError(
    `the Cloud Billing Catalog answered in mixed currencies: ${[...rates.values()].sort().join(', ')}`,
    {
      hint: 'USD was asked for; the price book in force is unchanged',
    },
  )
}
