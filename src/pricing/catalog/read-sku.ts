import type { protos } from '@google-cloud/billing'
import type { CatalogSku, Rate, Refusal } from './catalog-sku.ts'
import { readRate } from './read-rate.ts'
import type { ServiceKey } from './services.ts'

/** A SKU as the client library answers it: any field may be null. */
export type RawSku = protos.google.cloud.billing.v1.ISku

/** What is known of a SKU before its price is read, enough to say what it is of. */
export type SkuLabel = Omit<CatalogSku, 'rate'>

export function readLabel(raw: RawSku, service: ServiceKey): SkuLabel {
  return {
    id: raw.skuId ?? '',
    service,
    description: normalize(raw.description ?? ''),
    family: raw.category?.resourceFamily ?? '',
    group: raw.category?.resourceGroup ?? '',
    usageType: raw.category?.usageType ?? '',
    regions: regionsOf(raw),
  }
}

/**
 * White space made single and a doubled "in" made one: tier 2 texts of Cloud Run have double spaces, Tokyo's says
 * "in in asia-northeast1".
 */
export function normalize(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\bin in\b/g, 'in')
    .trim()
}

/** Global SKUs say so by the region `global`, or by their taxonomy and no region at all. */
function regionsOf({ serviceRegions, geoTaxonomy }: RawSku): string[] {
  const regions = [...new Set(serviceRegions ?? [])].sort()
  const type = geoTaxonomy?.type
  return regions.length === 0 && (type === 'GLOBAL' || type === 1) ? ['global'] : regions
}

/**
 * Reads the price in force at `now`.
 *
 * @returns the SKU, or why it cannot be a price
 */
export function readSku(raw: RawSku, label: SkuLabel, now: Date): CatalogSku | Refusal {
  const rate: Rate | string = readRate(raw.pricingInfo ?? [], now)
  if (typeof rate !== 'string') return { ...label, rate }
  return { skuIds: [label.id], description: label.description, kind: 'unusable', reason: rate }
}
