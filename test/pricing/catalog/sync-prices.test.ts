import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Price, PriceBook } from '../../../src/core/bill.ts'
import { decimal } from '../../../src/core/money.ts'
import { openCatalog } from '../../../src/pricing/catalog/open-catalog.ts'
import type { RawSku } from '../../../src/pricing/catalog/read-sku.ts'
import type { ServiceKey } from '../../../src/pricing/catalog/services.ts'
import { type Synced, syncPrices } from '../../../src/pricing/catalog/sync-prices.ts'
import { checkPriceBook } from '../../../src/pricing/check-price-book.ts'
import { loadPriceBook } from '../../../src/pricing/price-book.ts'
import { catalogOf, hasSku } from './catalog-of-book.ts'
import { startFakeCatalog } from './fake-catalog.ts'
import { AMERICAS, pricing, rawSku } from './skus.ts'

const NOW = new Date('2026-11-24T12:00:00Z')

/** A row of an old book. */
function row(resource: string, usd: string, more: Partial<Price> = {}): Price {
  return {
    resource,
    region: 'us-central1',
    unit: /cpu$/.test(resource) ? 'vCPU-hour' : /memory$/.test(resource) ? 'GiB-hour' : 'GPU-hour',
    tiers: [{ from: '0', usd }],
    purchase: 'on-demand',
    sku: { id: null, description: 'as written by hand' },
    basis: 'listed',
    asOf: '2026-05',
    source: 'a page',
    ...more,
  }
}

function bookOf(...prices: Price[]): PriceBook {
  return { schemaVersion: 1, currency: 'USD', date: '2026-05-01', prices }
}

/** A sync against the fake server, over gRPC. */
async function syncing(
  book: PriceBook,
  listed: Partial<Record<ServiceKey, readonly RawSku[]>>,
  pageSize = 3,
) {
  const server = await startFakeCatalog({ listed, pageSize })
  const catalog = await openCatalog({ endpoint: `http://127.0.0.1:${server.port}` })
  onTestFinished(async () => {
    await catalog.close()
    await server.close()
  })
  return syncPrices({
    catalog,
    builtIn: book,
    inForce: book,
    now: NOW,
    patience: { retries: 0, random: () => 0, sleep: async () => undefined },
    signal: new AbortController().signal,
    onEvent: () => undefined,
  })
}

function gce(book: PriceBook, ...skus: RawSku[]): Promise<Synced> {
  const nat = rawSku({ id: 'NAT', description: 'Cloud NAT gateway uptime', usd: '0.044', family: 'Network' })
  return syncing(book, { 'compute-engine': skus, networking: [nat] })
}

/** What the new book says of a resource. */
function priceIn({ book }: Synced, resource: string, region = 'us-central1', purchase = 'on-demand') {
  return book.prices.find(
    (price) => price.resource === resource && price.region === region && price.purchase === purchase,
  )
}

function usd(synced: Synced, resource: string, region?: string, purchase?: string) {
  return priceIn(synced, resource, region, purchase)
    ?.tiers.map((tier) => tier.usd)
    .join()
}

function reasons({ refusals }: Synced): string[] {
  return refusals.map(({ skuIds, kind, reason }) => `${skuIds.join(' + ')} ${kind}: ${reason}`)
}

const H100 = 'gce/gpu/nvidia-h100-80gb'
const T4 = 'gce/gpu/nvidia-tesla-t4'

describe('a price from the catalogue', () => {
  test('is found by the texts of its SKU, and says which, when and from where', async () => {
    const synced = await gce(
      bookOf(row(T4, '0.36')),
      rawSku({ id: 'T4-A', description: 'Nvidia Tesla T4  GPU running in Americas', usd: '0.35' }),
    )
    expect(priceIn(synced, T4)).toEqual({
      resource: T4,
      region: 'us-central1',
      unit: 'GPU-hour',
      tiers: [{ from: '0', usd: '0.35' }],
      purchase: 'on-demand',
      sku: { id: 'T4-A', description: 'Nvidia Tesla T4 GPU running in Americas' },
      basis: 'listed',
      asOf: '2026-11',
      source: 'Cloud Billing Catalog API, read 2026-11-24',
    })
    expect(synced.book.date).toBe('2026-11-24')
    expect(synced.added.map(({ region }) => region)).toEqual(['us-east1', 'us-west1'])
    expect(checkPriceBook(synced.book, 'the new book')).toEqual(synced.book)
  })

  test('is exact: whole units are counted with the billionths', async () => {
    const synced = await gce(
      bookOf(row('gce/gpu/nvidia-tesla-a100', '2')),
      rawSku({ id: 'A', description: 'Nvidia Tesla A100 GPU running in Americas', usd: '2.933908001' }),
    )
    expect(usd(synced, 'gce/gpu/nvidia-tesla-a100')).toBe('2.933908001')
  })

  test('keeps its tiers whole, a free first one among them', async () => {
    const book = bookOf(row('cloud-run/requests', '0.0000004', { unit: 'request', region: 'global' }))
    const requests = rawSku({
      id: 'R',
      description: 'Requests',
      unit: 'count',
      regions: ['global'],
      usd: [
        [0, '0'],
        [2_000_000, '0.0000004'],
      ],
    })
    const synced = await syncing(book, { 'cloud-run': [requests] })
    expect(priceIn(synced, 'cloud-run/requests', 'global')?.tiers).toEqual([
      { from: '0', usd: '0' },
      { from: '2000000', usd: '0.0000004' },
    ])
  })

  test.each([
    [
      'gce/disk/pd-standard',
      'GiB-month',
      { description: 'Storage PD Capacity', unit: 'GiBy.mo' },
      30,
      '0.04',
    ],
    ['network/ipv4', 'hour', { description: 'External IP Charge on a Standard VM', unit: 'h' }, 744, '0.005'],
  ])('may be free at first where a free amount is published: %s', async (resource, unit, sku, from, paid) => {
    const usd = [
      [0, '0'],
      [from, paid],
    ] as const
    const synced = await gce(bookOf(row(resource, paid, { unit })), rawSku({ id: 'FREE', usd, ...sku }))
    expect(synced.refusals).toEqual([])
    expect(priceIn(synced, resource)?.tiers).toEqual([
      { from: '0', usd: '0' },
      { from: String(from), usd: paid },
    ])
  })

  test('is the one that took effect last and not in the future, of several', async () => {
    const sku = rawSku({ id: 'T4-A', description: 'Nvidia Tesla T4 GPU running in Americas', usd: '1' })
    sku.pricingInfo = [
      pricing({ usd: '0.1' }, '2026-11-25T07:00:00Z'),
      pricing({ usd: '0.35' }, '2026-11-20T07:00:00Z'),
      pricing({ usd: '0.4' }, '2026-01-01T07:00:00Z'),
    ]
    expect(usd(await gce(bookOf(row(T4, '0.36')), sku), T4)).toBe('0.35')
  })

  test('per GB-hour is turned into one per GiB-hour, and says so', async () => {
    const synced = await gce(
      bookOf(row('gce/c4d/memory', '0.004')),
      rawSku({ id: 'C4D', description: 'C4D Instance Ram running in Americas', usd: '0.004', unit: 'GBy.h' }),
    )
    expect(priceIn(synced, 'gce/c4d/memory')).toMatchObject({
      tiers: [{ from: '0', usd: '0.004294967296' }],
      rule: 'listed per GBy.h: × 1.073741824 is per GiB-hour',
    })
  })

  test('per month is per month, whatever factor to seconds stands beside it', async () => {
    const synced = await gce(
      bookOf(row('gce/disk/pd-balanced', '0.1', { unit: 'GiB-month' })),
      rawSku({ id: 'D', description: 'Balanced PD Capacity', usd: '0.1', unit: 'GiBy.mo' }),
    )
    expect(usd(synced, 'gce/disk/pd-balanced')).toBe('0.1')
  })

  test('in another currency is converted at the stated rate, to 30 places', async () => {
    const synced = await gce(
      bookOf(row('gce/e2/cpu', '0.022')),
      rawSku({
        id: 'E2',
        description: 'E2 Instance Core running in Americas',
        usd: '327.173848364',
        currency: 'IDR',
        perUsd: 14_999.999925,
      }),
    )
    const exact = decimal('327.173848364').div('14999.999925')
    expect(usd(synced, 'gce/e2/cpu')).toBe(exact.toFixed())
    expect(exact.toFixed(8)).toBe('0.02181159')
    expect(priceIn(synced, 'gce/e2/cpu')?.rule).toBe('listed in IDR, of which 14999.999925 are a USD')
  })

  test('takes the sustained use of its family along into every region', async () => {
    const sustainedUse = ['1', '0.8', '0.6', '0.4']
    const synced = await gce(
      bookOf(row('gce/n1/cpu', '0.03', { sustainedUse })),
      rawSku({ id: 'N1', description: 'N1 Predefined Instance Core running in Americas', usd: '0.031611' }),
    )
    expect(synced.book.prices.map((price) => price.sustainedUse)).toEqual([
      sustainedUse,
      sustainedUse,
      sustainedUse,
    ])
  })

  test.each([
    [
      'a tier 2 text with a double space',
      'Services CPU Tier 2  (Request-based billing)',
      'request-based',
      'europe-west2',
    ],
    [
      'Tokyo\'s "in in"',
      'Services CPU (Instance-based billing) in in asia-northeast1',
      'instance-based',
      'asia-northeast1',
    ],
  ])('is found in spite of %s', async (_name, description, mode, region) => {
    const resource = `cloud-run/${mode}/cpu`
    const book = bookOf(row(resource, '0.00003', { unit: 'vCPU-second', region }))
    const sku = rawSku({ id: 'RUN', description, unit: 's', usd: '0.0000336', regions: [region] })
    const synced = await syncing(book, { 'cloud-run': [sku] })
    expect(usd(synced, resource, region)).toBe('0.0000336')
    expect(priceIn(synced, resource, region)?.sku.id).toBe('RUN')
  })
})

describe('the traps', () => {
  const real = rawSku({
    id: 'REAL',
    description: 'Nvidia H100 80GB GPU running in Americas',
    usd: '9.796550569',
  })
  const book = bookOf(row(H100, '9.79'))

  test.each([
    [
      'Nvidia H100 80GB GPU attached to DWS Defined Duration VMs running in Americas',
      '4.200761',
      'flex-start',
    ],
    ['Reserved Nvidia H100 80GB GPU in Americas', '0', 'reserved'],
    ['Reserved Nvidia H100 80GB Mega GPU in Americas in Calendar Mode', '4.841121', 'calendar mode'],
    ['Sole Tenancy Premium for Nvidia H100 80GB GPU running in Americas', '0.9', 'sole tenancy'],
    ['Nvidia H100 80GB GPU Premium for Confidential VMs running in Americas', '1', 'premium'],
  ])('are refused by name beside the real price: %s', async (description, price, offer) => {
    const synced = await gce(book, rawSku({ id: 'TRAP', description, usd: price, group: 'GPU' }), real)
    expect(usd(synced, H100)).toBe('9.796550569')
    expect(reasons(synced)).toEqual([expect.stringMatching(`^TRAP other offer: .*${offer}`)])
  })

  test.each([
    ['zero', { usd: '0' }, 'its price is 0 in every tier'],
    [
      'zero after a paid tier',
      {
        usd: [
          [0, '9'],
          [100, '0'],
        ] as const,
      },
      'its price is 0 from 100 on',
    ],
    ['not on demand by its usage type', { usageType: 'Commit' }, 'of usage type Commit'],
    [
      'spot by its usage type',
      { usageType: 'Preemptible' },
      'its text says on-demand, but its usage type is Preemptible',
    ],
    ['of another group', { group: 'CPU' }, 'but its group is CPU'],
    ['of another family', { family: 'License' }, 'but its family is License'],
    ['without a region', { regions: [] }, 'it names no region'],
    ['of a unit that is not its own', { unit: 'GiBy.h' }, 'it is priced per GiBy.h'],
    ['of an unknown unit', { unit: 'furlong' }, 'its unit furlong is not known'],
    [
      'in another currency without a rate',
      { currency: 'EUR', perUsd: 0 },
      'it is in EUR without a conversion rate',
    ],
  ])('are refused by name where the record is %s', async (_name, change, reason) => {
    const twin = rawSku({
      id: 'TWIN',
      description: 'Nvidia H100 80GB GPU running in Americas',
      usd: '9',
      ...change,
    })
    const synced = await gce(book, twin, real)
    expect(usd(synced, H100)).toBe('9.796550569')
    expect(reasons(synced)).toEqual([expect.stringContaining(reason)])
    expect(reasons(synced)[0]).toMatch(/^TWIN /)
  })

  test('are refused by name where two prices took effect at the same moment, in either order', async () => {
    const twin = rawSku({ id: 'TWIN', description: 'Nvidia H100 80GB GPU running in Americas', usd: '9' })
    const prices = ['9', '9', '8'].map((usd) => pricing({ usd }))
    for (const pricingInfo of [prices, prices.toReversed()]) {
      const synced = await gce(book, { ...twin, pricingInfo }, real)
      expect(reasons(synced)).toEqual(['TWIN unusable: it has two prices from the same moment on'])
    }
  })

  test.each([
    [
      'counts tiers by the day',
      (sku: RawSku) => ({ ...sku.pricingInfo?.[0], aggregationInfo: { aggregationInterval: 1 } }),
    ],
    [
      'states another size of its unit',
      (sku: RawSku) => ({
        ...sku.pricingInfo?.[0],
        pricingExpression: { ...sku.pricingInfo?.[0]?.pricingExpression, baseUnitConversionFactor: 60 },
      }),
    ],
    ['takes effect in the future', () => pricing({ usd: '9' }, '2027-01-01T00:00:00Z')],
  ])('are refused by name where the price %s', async (_name, change) => {
    const tiers = [
      [0, '9'],
      [100, '8'],
    ] as const
    const twin = rawSku({ id: 'TWIN', description: 'Nvidia H100 80GB GPU running in Americas', usd: tiers })
    const synced = await gce(book, { ...twin, pricingInfo: [change(twin)] } as RawSku, real)
    expect(usd(synced, H100)).toBe('9.796550569')
    expect(synced.refusals).toMatchObject([{ skuIds: ['TWIN'], kind: 'unusable' }])
  })

  test('do not include the commitment, the spot price and the other machines, which are prices of their own', async () => {
    const synced = await gce(
      book,
      real,
      rawSku({
        id: 'C1',
        description: 'Commitment v1: Nvidia H100 80GB GPU running in Americas for 1 Year',
        usd: '6.7',
        usageType: 'Commit1Yr',
      }),
      rawSku({
        id: 'C3',
        description: 'Commitment v1: Nvidia H100 80GB GPU running in Americas for 3 Years',
        usd: '4.3',
        usageType: 'Commit3Yr',
      }),
      rawSku({
        id: 'S',
        description: 'Nvidia H100 80GB GPU attached to Spot Preemptible VMs running in Americas',
        usd: '2.2',
        usageType: 'Preemptible',
      }),
      rawSku({ id: 'PLUS', description: 'Nvidia H100 80GB Plus GPU running in Americas', usd: '10.3' }),
      rawSku({ id: 'VGPU', description: '1/8 vGPU no lssd running in Iowa', usd: '0.6', group: 'GPU' }),
    )
    const found = ['on-demand', 'spot', 'commit-1yr', 'commit-3yr'].map((each) =>
      usd(synced, H100, 'us-central1', each),
    )
    expect(found).toEqual(['9.796550569', '2.2', '6.7', '4.3'])
    expect(synced.refusals).toEqual([])
    expect(synced.unknown).toEqual(['gce/gpu/nvidia-h100-mega-80gb'])
  })

  test('leave an unknown new family out of the book and name it', async () => {
    const synced = await gce(
      book,
      real,
      rawSku({ id: 'N9', description: 'N9Z AMD Instance Core running in Americas', usd: '0.03' }),
      rawSku({
        id: 'N9S',
        description: 'Spot Preemptible N9Z AMD Instance Core running in Americas',
        usd: '0.01',
        usageType: 'Preemptible',
      }),
    )
    expect(synced.unknown).toEqual(['gce/n9z/cpu'])
    expect(synced.book.prices.map(({ resource }) => resource)).not.toContain('gce/n9z/cpu')
  })
})

describe('several SKUs for one price', () => {
  const iowa = rawSku({
    id: 'BBB',
    description: 'Nvidia Tesla T4 GPU running in Iowa',
    usd: '0.3',
    regions: ['us-central1'],
  })
  const americas = rawSku({ id: 'AAA', description: 'Nvidia Tesla T4 GPU running in Americas', usd: '0.35' })

  test('are a refusal that names both, and the old price stays with its date', async () => {
    const synced = await gce(bookOf(row(T4, '0.36')), iowa, americas)
    expect(reasons(synced)).toEqual([
      'AAA + BBB contended: AAA and BBB all claim gce/gpu/nvidia-tesla-t4 in us-central1; none is taken',
    ])
    expect(priceIn(synced, T4)).toMatchObject({
      tiers: [{ usd: '0.36' }],
      asOf: '2026-05',
      source: 'a page; not confirmed by the catalogue of 2026-11-24',
    })
    expect(usd(synced, T4, 'us-east1')).toBe('0.35')
    expect(synced.kept).toMatchObject([{ reason: 'AAA and BBB all claim it' }])
  })

  test('are settled by the id that the book knows, and the other is named', async () => {
    const known = row(T4, '0.36', {
      sku: { id: 'AAA', description: 'Nvidia Tesla T4 GPU running in Americas' },
    })
    const synced = await gce(bookOf(known), iowa, americas)
    expect(usd(synced, T4)).toBe('0.35')
    expect(reasons(synced)[0]).toContain('AAA and BBB all claim')
    expect(reasons(synced)[0]).toContain('AAA is the one that the book knows')
  })

  test('are one when a page repeats it, and none when it is repeated differently', async () => {
    const same = { ...americas, serviceRegions: [...AMERICAS].reverse() }
    expect(usd(await gce(bookOf(row(T4, '0.36')), americas, same), T4)).toBe('0.35')
    const torn = rawSku({ id: 'AAA', description: 'Nvidia Tesla T4 GPU running in Americas', usd: '0.2' })
    const synced = await gce(bookOf(row(T4, '0.36')), americas, torn)
    expect(usd(synced, T4)).toBe('0.36')
    expect(reasons(synced)).toEqual(['AAA unusable: it is listed more than once, with different contents'])
  })

  test('in Africa, where Cloud Run lists both tiers, are refused too', async () => {
    const book = bookOf(
      row('cloud-run/request-based/cpu', '0.0000336', { unit: 'vCPU-second', region: 'africa-south1' }),
    )
    const skus = ['Services CPU (Request-based billing)', 'Services CPU Tier 2 (Request-based billing)'].map(
      (description, index) =>
        rawSku({
          id: `TIER-${index + 1}`,
          description,
          unit: 's',
          usd: '0.000024',
          regions: ['africa-south1'],
        }),
    )
    const synced = await syncing(book, { 'cloud-run': skus })
    expect(synced.refusals).toMatchObject([{ skuIds: ['TIER-1', 'TIER-2'], kind: 'contended' }])
    expect(usd(synced, 'cloud-run/request-based/cpu', 'africa-south1')).toBe('0.0000336')
  })
})

describe('a SKU that the book knows by its id', () => {
  const known = row(T4, '0.36', {
    sku: { id: 'T4-A', description: 'Nvidia Tesla T4 GPU running in Americas' },
  })

  test.each([
    [
      'reads as something else',
      { description: 'Nvidia L4 GPU running in Americas' },
      'reads as gce/gpu/nvidia-l4 now',
    ],
    ['reads as nothing known', { description: 'Quantum T4 GPU hour' }, 'its description is another now'],
    [
      'is flex-start now',
      { description: 'Nvidia Tesla T4 GPU attached to DWS Defined Duration VMs running in Americas' },
      'flex-start',
    ],
    ['is spot now', { usageType: 'Preemptible' }, 'its usage type is Preemptible'],
    ['is priced by another unit now', { unit: 'GiBy.h' }, 'it is priced per GiBy.h'],
  ])('and that %s is refused by name', async (_name, change, reason) => {
    const sku = rawSku({ id: 'T4-A', description: known.sku.description, usd: '0.2', ...change })
    const synced = await gce(bookOf(known), sku)
    expect(synced.refusals).toMatchObject([
      { skuIds: ['T4-A'], kind: 'changed meaning', reason: expect.stringContaining(reason) },
    ])
    expect(usd(synced, T4)).toBe('0.36')
    expect(synced.kept).toMatchObject([{ reason: expect.stringContaining('T4-A') }])
  })

  test('is trusted where no pattern fits its text, as long as the text is the same', async () => {
    const odd = row(T4, '0.36', { sku: { id: 'ODD', description: 'T4 in a text of its own' } })
    expect(
      usd(
        await gce(bookOf(odd), rawSku({ id: 'ODD', description: 'T4 in  a text of its own', usd: '0.34' })),
        T4,
      ),
    ).toBe('0.34')
  })

  test('may be replaced by a new SKU that reads the same', async () => {
    const synced = await gce(
      bookOf(known),
      rawSku({ id: 'T4-NEW', description: known.sku.description, usd: '0.35' }),
    )
    expect(priceIn(synced, T4)).toMatchObject({ sku: { id: 'T4-NEW' }, tiers: [{ usd: '0.35' }] })
  })
})

describe('rows that the catalogue does not confirm', () => {
  const cpu = row('gce/n1/cpu', '0.03')
  const estimate = { basis: 'derived', rule: 'estimate: 1.15 × Compute Engine on demand' } as const
  const core = rawSku({
    id: 'N1-C',
    description: 'N1 Predefined Instance Core running in Americas',
    usd: '0.04',
  })

  test('are kept with their date, marked and named, and marked once only', async () => {
    const other = row('gce/e2/cpu', '0.02', {
      sku: { id: 'E2-C', description: 'E2 Instance Core running in Americas' },
    })
    const first = await gce(bookOf(cpu, other), core)
    expect(first.kept).toEqual([{ price: other, reason: 'SKU E2-C is not listed' }])
    const second = await gce(first.book, core)
    expect(priceIn(second, 'gce/e2/cpu')).toEqual({
      ...other,
      source: 'a page; not confirmed by the catalogue of 2026-11-24',
    })
  })

  test('are derived again where their rule is a factor of a fresh price', async () => {
    const vertex = row('vertex/n1/cpu', '0.0345', estimate)
    const fee = row('vertex/fee/n1/cpu', '0.0045', {
      basis: 'derived',
      rule: 'estimate: 0.15 × Compute Engine on demand',
    })
    const custom = row('gce/n1/custom-cpu', '0.0315', {
      basis: 'derived',
      rule: '1.05 × predefined: custom machines cost 5% more',
    })
    const skus = {
      'compute-engine': [core],
      vertex: [rawSku({ id: 'V', description: 'Vertex AI: Training A3 core', usd: '1' })],
    }
    const synced = await syncing(bookOf(cpu, vertex, fee, custom), skus)
    const found = ['vertex/n1/cpu', 'vertex/fee/n1/cpu', 'gce/n1/custom-cpu'].map((each) => usd(synced, each))
    expect(found).toEqual(['0.046', '0.006', '0.042'])
    expect(priceIn(synced, 'vertex/n1/cpu')).toMatchObject({
      basis: 'derived',
      rule: estimate.rule,
      asOf: '2026-11',
      source: '1.15 × SKU N1-C, Cloud Billing Catalog API, read 2026-11-24',
    })
    expect(synced.derived).toHaveLength(3)
  })

  test('are not derived again by a rule that never made them', async () => {
    const vertex = row('vertex/n1/cpu', '0.05', estimate)
    const skus = {
      'compute-engine': [core],
      vertex: [rawSku({ id: 'V', description: 'Vertex AI: Training A3 core', usd: '1' })],
    }
    const synced = await syncing(bookOf(cpu, vertex), skus)
    expect(usd(synced, 'vertex/n1/cpu')).toBe('0.05')
    expect(synced.kept.map(({ price }) => price.resource)).toEqual(['vertex/n1/cpu'])
  })

  test('give way to a listed SKU, which is no estimate', async () => {
    const vertex = row('vertex/n1/cpu', '0.0345', estimate)
    const sku = rawSku({
      id: 'VX',
      description: 'Vertex AI: Online/Batch Prediction N1 Predefined Instance Core running in Americas',
      usd: '0.036',
    })
    const synced = await syncing(bookOf(vertex), { vertex: [sku] })
    expect(priceIn(synced, 'vertex/n1/cpu')).toMatchObject({ basis: 'listed', tiers: [{ usd: '0.036' }] })
    expect(priceIn(synced, 'vertex/n1/cpu')?.rule).toBeUndefined()
  })

  test('of whole Vertex AI machines go, by name, when the SKUs of their parts are there', async () => {
    const whole = row('vertex/machine/n1-standard-2', '0.1095', { unit: 'node-hour' })
    const parts = ['Core', 'Ram'].map((part) =>
      rawSku({
        id: `VX-${part}`,
        description: `Vertex AI: Online/Batch Prediction N1 Predefined Instance ${part} running in Americas`,
        usd: part === 'Core' ? '0.0363' : '0.0048',
        unit: part === 'Core' ? 'h' : 'GiBy.h',
      }),
    )
    const book = bookOf(whole, row('vertex/n1/cpu', '0.0345'), row('vertex/n1/memory', '0.0045'))
    const synced = await syncing(book, { vertex: parts })
    expect(synced.superseded).toEqual([{ price: whole, reason: 'billed by SKUs VX-Core and VX-Ram' }])
    expect(priceIn(synced, 'vertex/machine/n1-standard-2')).toBeUndefined()
    expect(
      priceIn(await syncing(book, { vertex: parts.slice(0, 1) }), 'vertex/machine/n1-standard-2'),
    ).toBeDefined()
  })
})

describe('prices that cannot be right beside the others', () => {
  const known = row(T4, '0.36', {
    sku: { id: 'T4-A', description: 'Nvidia Tesla T4 GPU running in Americas' },
  })
  const spot = row(T4, '0.14', { purchase: 'spot' })
  const plain = rawSku({ id: 'T4-A', description: 'Nvidia Tesla T4 GPU running in Americas', usd: '0.35' })
  const spare = (usd: string) =>
    rawSku({
      id: 'T4-S',
      description: 'Nvidia Tesla T4 GPU attached to Spot Preemptible VMs running in Americas',
      usd,
      usageType: 'Preemptible',
    })

  test('are refused by name, and the old ones stay', async () => {
    const synced = await gce(bookOf(known, spot), plain, spare('0.5'))
    expect(usd(synced, T4)).toBe('0.35')
    expect(usd(synced, T4, 'us-central1', 'spot')).toBe('0.14')
    expect(usd(synced, T4, 'us-east1', 'spot')).toBeUndefined()
    expect(reasons(synced)[0]).toBe(
      'T4-S not sane: gce/gpu/nvidia-tesla-t4 (spot) in us-central1 spot costs 0.5, not less than the 0.35 on demand',
    )
    expect(synced.doubts).toEqual([])
  })

  test('are named as doubtful where it is an old one that does not fit', async () => {
    const synced = await gce(bookOf(known, row(T4, '0.38', { purchase: 'spot' })), plain)
    expect(usd(synced, T4)).toBe('0.35')
    expect(synced.doubts).toEqual([expect.stringContaining('(spot) in us-central1 spot costs 0.38')])
  })
})

describe('the catalogue as a whole', () => {
  test('changes nothing when it says what the built-in book says, and every text in that book is understood', async () => {
    const book = await loadPriceBook()
    const synced = await syncing(book, catalogOf(book), 400)
    expect(synced.refusals).toEqual([])
    expect(synced.unknown).toEqual([])
    expect(synced.added).toEqual([])
    const unconfirmed = [...synced.kept, ...synced.superseded].map(({ price }) => price)
    expect([...synced.derived, ...unconfirmed].filter(hasSku)).toEqual([])
    expect(synced.matched).toBe(book.prices.filter(hasSku).length)
    for (const price of book.prices.filter(hasSku)) {
      const found = priceIn(synced, price.resource, price.region, price.purchase)
      expect(found?.tiers.map((tier) => decimal(tier.usd).round(9, 0).toFixed())).toEqual(
        price.tiers.map((tier) => decimal(tier.usd).round(9, 0).toFixed()),
      )
    }
  })

  test('is refused when it answers in mixed currencies, or at mixed rates', async () => {
    const t4 = rawSku({ id: 'AAA', description: 'Nvidia Tesla T4 GPU running in Americas', usd: '0.35' })
    const l4 = (currency: string, perUsd: number) =>
      rawSku({ id: 'BBB', description: 'Nvidia L4 GPU running in Americas', usd: '9000', currency, perUsd })
    const book = bookOf(row(T4, '0.36'), row('gce/gpu/nvidia-l4', '0.56'))
    await expect(gce(book, t4, l4('IDR', 15_000))).rejects.toThrow(
      'mixed currencies: IDR at 15000 to the USD (SKU BBB), USD (SKU AAA)',
    )
    const dear = rawSku({
      id: 'CCC',
      description: 'Nvidia Tesla T4 GPU running in Americas',
      usd: '1',
      currency: 'IDR',
      perUsd: 14_000,
    })
    await expect(gce(book, dear, l4('IDR', 15_000))).rejects.toThrow('mixed currencies')
  })

  test('is an error when a service that the book needs lists nothing', async () => {
    const sku = rawSku({ id: 'AAA', description: 'Nvidia Tesla T4 GPU running in Americas', usd: '0.35' })
    const book = bookOf(row(T4, '0.36'), row('vertex/n1/cpu', '0.03'))
    await expect(syncing(book, { 'compute-engine': [sku] })).rejects.toThrow('lists no SKU of Vertex AI')
  })

  test('gives the same book and the same refusals in any order and any pages', async () => {
    const families = ['E2', 'N2', 'N2D AMD', 'N7'].flatMap((family) =>
      ['Core', 'Ram'].map((part) =>
        rawSku({
          id: `${family}-${part}`,
          description: `${family} Instance ${part} running in Americas`,
          usd: '0.02',
          unit: part === 'Core' ? 'h' : 'GiBy.h',
        }),
      ),
    )
    const skus = [
      ...families,
      rawSku({ id: 'T4-A', description: 'Nvidia Tesla T4 GPU running in Americas', usd: '0.35' }),
      rawSku({
        id: 'T4-B',
        description: 'Nvidia Tesla T4 GPU running in Iowa',
        usd: '0.3',
        regions: ['us-central1'],
      }),
      rawSku({
        id: 'T4-B',
        description: 'Nvidia Tesla T4 GPU running in Iowa',
        usd: '0.3',
        regions: ['us-central1'],
      }),
      rawSku({
        id: 'H-DWS',
        description: 'Nvidia H100 80GB GPU attached to DWS Defined Duration VMs running in Americas',
        usd: '4',
      }),
      rawSku({ id: 'H-0', description: 'Nvidia H100 80GB GPU running in Americas', usd: '0' }),
      rawSku({ id: 'H', description: 'Nvidia H100 80GB GPU running in Americas', usd: '9.79' }),
      rawSku({ id: 'TORN', description: 'Nvidia L4 GPU running in Americas', usd: '0.5' }),
      rawSku({ id: 'TORN', description: 'Nvidia L4 GPU running in Americas', usd: '0.6' }),
    ]
    const book = bookOf(
      ...['e2', 'n2', 'n2d'].flatMap((family) => [
        row(`gce/${family}/cpu`, '0.03'),
        row(`gce/${family}/memory`, '0.004'),
      ]),
      ...[T4, H100, 'gce/gpu/nvidia-l4'].map((gpu) => row(gpu, '1')),
    )
    const first = await gce(book, ...skus)
    expect(first.matched).toBe(23)
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(skus, { minLength: skus.length }),
        fc.integer({ min: 1, max: 20 }),
        async (shuffled, pageSize) => {
          const again = await syncing(book, { 'compute-engine': shuffled }, pageSize)
          expect(JSON.stringify(again.book)).toBe(JSON.stringify(first.book))
          expect(again.refusals).toEqual(first.refusals)
        },
      ),
      { numRuns: 25 },
    )
  })
})
