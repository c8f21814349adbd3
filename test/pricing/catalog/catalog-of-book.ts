import type { Price, PriceBook } from '../../../src/core/bill.ts'
import type { RawSku } from '../../../src/pricing/catalog/read-sku.ts'
import type { ServiceKey } from '../../../src/pricing/catalog/services.ts'
import { rawSku } from './skus.ts'

const USAGE_TYPES = {
  'on-demand': 'OnDemand',
  spot: 'Preemptible',
  'commit-1yr': 'Commit1Yr',
  'commit-3yr': 'Commit3Yr',
}

const USAGE_UNITS: Readonly<Record<string, string>> = {
  'GiB-hour': 'GiBy.h',
  'GiB-second': 'GiBy.s',
  'GiB-month': 'GiBy.mo',
  GiB: 'GiBy',
  request: 'count',
  invocation: 'count',
  operation: 'count',
}

/** Rows that stand for no one SKU: whole Vertex AI machines, commitments with the premium of custom machines. */
export function hasSku({ resource, sku }: Price): boolean {
  return !resource.startsWith('vertex/machine/') && !sku.description.includes('premium for custom machines')
}

/**
 * A catalogue that says what a book says: a SKU for all rows with one text, id and price, made-up ids for those that
 * have none. Billionths of a dollar are the least that the API tells, so finer prices come out rounded down.
 */
export function catalogOf({ prices }: PriceBook): Record<ServiceKey, RawSku[]> {
  const listed: Record<ServiceKey, RawSku[]> = {
    'compute-engine': [],
    'cloud-run': [],
    functions: [],
    vertex: [],
    networking: [
      rawSku({ id: 'NAT', description: 'Cloud NAT gateway uptime', usd: '0.044', family: 'Network' }),
    ],
    storage: [],
  }
  const same = ({ resource, purchase, sku, tiers }: Price) => JSON.stringify([resource, purchase, sku, tiers])
  for (const rows of Map.groupBy(prices.filter(hasSku), same).values()) {
    const [price] = rows
    if (!price) continue
    const skus = listed[serviceOf(price)]
    skus.push(
      skuOf(
        price,
        `${serviceOf(price)}-${skus.length}`,
        rows.map(({ region }) => region),
      ),
    )
  }
  return listed
}

function skuOf(price: Price, id: string, regions: readonly string[]): RawSku {
  const { resource, unit, purchase, sku, tiers } = price
  const timed = unit.endsWith('hour') ? 'h' : unit.endsWith('second') ? 's' : 'mo'
  return rawSku({
    id: sku.id ?? id,
    description: sku.description,
    usd: tiers.map(({ from, usd }) => [Number(from), usd] as const),
    unit: USAGE_UNITS[unit] ?? timed,
    usageType: USAGE_TYPES[purchase],
    family: familyOf(resource),
    group: /gpu/.test(resource) ? 'GPU' : /cpu/.test(resource) ? 'CPU' : 'RAM',
    regions,
  })
}

function serviceOf({ resource }: Price): ServiceKey {
  const [room = ''] = resource.split('/')
  const services: Readonly<Record<string, ServiceKey>> = {
    'cloud-run': 'cloud-run',
    'functions-1': 'functions',
    vertex: 'vertex',
    storage: 'storage',
  }
  return services[room] ?? 'compute-engine'
}

function familyOf(resource: string): string {
  if (/^(gce\/disk|storage)\//.test(resource)) return 'Storage'
  if (resource.startsWith('gce/')) return 'Compute'
  return resource.startsWith('network/') ? 'Network' : 'ApplicationServices'
}
