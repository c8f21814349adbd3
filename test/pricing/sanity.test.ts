import { describe, expect, test } from 'vitest'
import type { Price, PriceBook, Purchase } from '../../src/core/bill.ts'
import { decimal } from '../../src/core/money.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { insanities } from '../../src/pricing/sanity.ts'

const book = await loadPriceBook()

/** The built-in book with other tiers in one row. */
function altered(resource: string, region: string, purchase: Purchase, tiers: Price['tiers']): PriceBook {
  const isIt = (price: Price) =>
    price.resource === resource && price.region === region && price.purchase === purchase
  expect(book.prices.filter(isIt)).toHaveLength(1)
  return { ...book, prices: book.prices.map((price) => (isIt(price) ? { ...price, tiers } : price)) }
}

function flat(usd: string): Price['tiers'] {
  return [{ from: '0', usd }]
}

function messages(some: PriceBook): string {
  return insanities(some)
    .map(({ message }) => message)
    .join('\n')
}

test('The built-in book has no price that cannot be right', () => {
  expect(insanities(book)).toEqual([])
})

describe('It is seen that', () => {
  test.each([
    ['gce/e2/cpu', 'us-central1', 'spot', '0.02181159', 'spot costs 0.02181159, not less than'],
    [
      'gce/n1/cpu',
      'us-central1',
      'commit-1yr',
      '0.04',
      'commit-1yr costs 0.04, more than the 0.031611 of on-demand',
    ],
    [
      'gce/n1/cpu',
      'us-central1',
      'commit-3yr',
      '0.02',
      'commit-3yr costs 0.02, more than the 0.019915 of commit-1yr',
    ],
    ['gce/gpu/nvidia-a100-80gb', 'europe-west4', 'on-demand', '2.9', 'not more than 40 GB'],
    ['gce/n2/cpu', 'us-central1', 'on-demand', '0.0000087', 'outside 0.001 to 0.15'],
    ['cloud-run/request-based/cpu', 'us-west2', 'on-demand', '0.0864', '311.04 an hour is outside'],
    // What other tools took for the list price: https://github.com/skypilot-org/skypilot-catalog
    ['gce/gpu/nvidia-h100-80gb', 'us-central1', 'on-demand', '4.20076', 'more than the 4.20076 of on-demand'],
    ['gce/gpu/nvidia-a100-80gb', 'us-central1', 'on-demand', '1.8462', 'not less than the 1.8462 on demand'],
    // The price of a 3-year commitment, answered for the list price of this SKU.
    ['cloud-run/instance-based/cpu', 'asia-northeast1', 'on-demand', '0.00000972', 'outside 0.05'],
    // The fee of 15% added to a price that has it already, or not in it.
    ['vertex/a3/cpu', 'us-central1', 'on-demand', '0.0331474', 'is 1.300 × Compute Engine'],
    ['vertex/a3/cpu', 'us-central1', 'on-demand', '0.025498', 'is 1.000 × Compute Engine'],
  ] as const)('%s in %s (%s) cannot be %s', (resource, region, purchase, usd, message) => {
    expect(messages(altered(resource, region, purchase, flat(usd)))).toContain(message)
  })

  test('a free tier where none is published is a placeholder', () => {
    const tiers = [
      { from: '0', usd: '0' },
      { from: '10', usd: '0.031611' },
    ]
    expect(messages(altered('gce/n1/cpu', 'us-central1', 'on-demand', tiers))).toContain('no free amount')
  })

  test('tiers that rise are misread, as in the one reading of egress from Tokyo', () => {
    const tiers = ['0.085', '0.12', '0.085'].map((usd, index) => ({ from: String(index * 1024), usd }))
    expect(messages(altered('network/egress/premium', 'us-central1', 'on-demand', tiers))).toContain(
      'costs more from 1024 on',
    )
  })

  test('a SKU with two prices is mistaken in one of them', () => {
    const [first] = book.prices.filter(({ sku }) => sku.id === 'CF4E-A0C7-E3BF')
    if (!first) throw new Error('the book has no E2 core')
    const twice = { ...first, region: 'us-east1', tiers: flat('0.0219') }
    expect(messages({ ...book, prices: [...book.prices, twice] })).toContain(
      'SKU CF4E-A0C7-E3BF has another price',
    )
  })
})

test('A hundred times the price, or a hundredth, of any vCPU, memory or GPU is out of order', () => {
  const compute = book.prices.filter(({ resource }) =>
    /^(gce|vertex)\/([^/]+\/(cpu|memory)|gpu\/.+)$/.test(resource),
  )
  expect(compute.length).toBeGreaterThan(500)
  const unseen = compute.flatMap((price) =>
    [100, 0.01]
      .filter((factor) => insanities(withFactor(price, factor)).length === 0)
      .map((factor) => ({ price, factor })),
  )
  expect(unseen).toEqual([])
})

/** What a price is held against, and the price times a factor: all purchases of it, on Compute Engine and Vertex AI. */
function withFactor(price: Price, factor: number): PriceBook {
  const thing = (resource: string) => resource.slice(resource.indexOf('/'))
  const near = book.prices.filter(
    ({ resource, region }) => region === price.region && thing(resource) === thing(price.resource),
  )
  const tiers = flat(
    decimal(price.tiers[0]?.usd ?? '1')
      .times(factor)
      .toFixed(),
  )
  return { ...book, prices: near.map((each) => (each === price ? { ...each, tiers } : each)) }
}
