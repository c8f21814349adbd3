import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Price, Usage } from '../../src/core/bill.ts'
import { decimal, exact, sum } from '../../src/core/money.ts'
import { billUsage } from '../../src/pricing/bill.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'

const book = await loadPriceBook()
const flat = book.prices.filter((price) => price.tiers.length === 1)
const requests: Usage = {
  resource: 'cloud-run/requests',
  region: 'us-central1',
  unit: 'request',
  quantity: '0',
}
const unknown: Usage = { resource: 'gce/z9/cpu', region: 'us-central1', unit: 'vCPU-hour', quantity: '1' }

/** Six decimals and up to 15 digits before them. */
const quantity = fc
  .tuple(fc.nat(999_999_999), fc.nat(999_999))
  .map(([whole, millionths]) => exact(decimal(whole).plus(decimal(millionths).times('0.000001'))))

const flatUsage = fc
  .record({ price: fc.constantFrom(...flat), quantity, monthShare: fc.constantFrom('0.25', '0.5', '1') })
  .map(({ price, ...rest }) => ({ ...named(price), ...rest }))

function named({ resource, region, unit }: Price) {
  return { resource, region, unit }
}

function total(usage: readonly Usage[]) {
  return decimal(billUsage(usage, book).usdTotal ?? Number.NaN)
}

function requestsUsd(count: string | number): string | null {
  return billUsage([{ ...requests, quantity: String(count) }], book).usdTotal
}

describe('A bill line', () => {
  test('carries SKU, quantity, unit, price, discount, month and source', () => {
    const usage = { resource: 'gce/n1/cpu', region: 'us-central1', unit: 'vCPU-hour', quantity: '730' }
    expect(billUsage([{ ...usage, monthShare: '1' }], book).lines).toEqual([
      {
        ...usage,
        sku: '2E27-4F75-95CD',
        description: 'N1 Predefined Instance Core running in Americas',
        usdPerUnit: '0.031611',
        discount: { kind: 'sustained use', factor: '0.7' },
        usd: '16.153221',
        basis: 'listed',
        asOf: '2026-09',
        source: 'Cloud Billing Catalog, read 2026-09-23',
      },
    ])
  })

  test('has no discount where the usage gives no share of the month', () => {
    const usage = { resource: 'gce/n1/cpu', region: 'us-central1', unit: 'vCPU-hour', quantity: '730' }
    expect(billUsage([usage], book).lines[0]).not.toHaveProperty('discount')
  })

  test('has no discount on a family that earns none, whatever the share', () => {
    const usage = { resource: 'gce/e2/cpu', region: 'us-central1', unit: 'vCPU-hour', quantity: '730' }
    expect(billUsage([{ ...usage, monthShare: '1' }], book).lines[0]).not.toHaveProperty('discount')
  })

  test('is exactly quantity × price × discount', () => {
    fc.assert(
      fc.property(flatUsage, (usage) => {
        for (const line of billUsage([usage], book).lines) {
          const product = decimal(line.quantity)
            .times(line.usdPerUnit)
            .times(line.discount?.factor ?? 1)
          expect(line.usd).toBe(exact(product))
        }
      }),
    )
  })

  test('is absent for a quantity of zero', () => {
    expect(billUsage([requests], book)).toEqual({ lines: [], missing: [], usdTotal: '0' })
  })

  test('stands once for all usage of one price', () => {
    const usage = { resource: 'network/ipv4', region: 'us-central1', unit: 'hour', quantity: '0.1' }
    const { lines } = billUsage([usage, { ...usage, quantity: '0.2' }], book)
    expect(lines.map((line) => [line.quantity, line.usd])).toEqual([['0.3', '0.0015']])
  })

  test('stands apart for each share of the month, as each has its own discount', () => {
    const usage = { resource: 'gce/n1/cpu', region: 'us-central1', unit: 'vCPU-hour', quantity: '100' }
    const shares = ['1', '0.5', '1'].map((monthShare) => ({ ...usage, monthShare }))
    const { lines } = billUsage(shares, book)
    expect(lines.map((line) => [line.quantity, line.discount?.factor])).toEqual([
      ['200', '0.7'],
      ['100', '0.9'],
    ])
  })
})

describe('Tiers', () => {
  test('bill only what is beyond the free amount', () => {
    expect(requestsUsd(2_000_000)).toBe('0')
    expect(requestsUsd(2_000_001)).toBe('0.0000004')
    expect(requestsUsd(10_000_000)).toBe('3.2')
  })

  test('each have a line that says where they start', () => {
    const { lines } = billUsage([{ ...requests, quantity: '3000000' }], book)
    expect(lines.map((line) => [line.tier, line.quantity, line.usdPerUnit, line.usd])).toEqual([
      ['from 0', '2000000', '0', '0'],
      ['from 2000000', '1000000', '0.0000004', '0.4'],
    ])
  })

  test('count a free amount once for all usage and regions', () => {
    const regions = ['us-central1', 'europe-west1', 'us-central1']
    const usage = regions.map((region) => ({ ...requests, region, quantity: '1500000' }))
    expect(billUsage(usage, book).usdTotal).toBe('1')
  })
})

describe('The total', () => {
  test('is the sum of its lines', () => {
    fc.assert(
      fc.property(fc.array(flatUsage), (usage) => {
        const { lines, usdTotal } = billUsage(usage, book)
        expect(usdTotal).toBe(exact(sum(lines.map((line) => decimal(line.usd)))))
      }),
    )
  })

  test('adds up over flat prices: two bills are one bill of both', () => {
    fc.assert(
      fc.property(fc.array(flatUsage), fc.array(flatUsage), (a, b) => {
        expect(exact(total([...a, ...b]))).toBe(exact(total(a).plus(total(b))))
      }),
    )
  })

  test('never falls when usage is added, across tiers too', () => {
    const anyUsage = fc.oneof(
      flatUsage,
      quantity.map((count): Usage => ({ ...requests, quantity: count })),
    )
    fc.assert(
      fc.property(fc.array(anyUsage), anyUsage, (usage, more) => {
        expect(total([...usage, more]).gte(total(usage))).toBe(true)
      }),
    )
  })

  test('and the lines are the same whatever the order of usage', () => {
    const shuffled = fc
      .array(
        fc.oneof(
          flatUsage,
          quantity.map((count): Usage => ({ ...requests, quantity: count })),
        ),
      )
      .chain((usage) => fc.tuple(fc.constant(usage), fc.shuffledSubarray(usage, { minLength: usage.length })))
    fc.assert(
      fc.property(shuffled, ([usage, other]) => {
        expect(sorted(other)).toEqual(sorted(usage))
      }),
    )
  })

  function sorted(usage: readonly Usage[]) {
    const { lines, usdTotal } = billUsage(usage, book)
    return [lines.map((line) => JSON.stringify(line)).sort(), usdTotal]
  }

  test('of 10,000 usages is there in under a second', () => {
    const usage = Array.from({ length: 10_000 }, (_, index) => {
      const price = flat[index % flat.length] as Price
      return { ...named(price), quantity: '123456.789', monthShare: String((index % 100) / 100 || 1) }
    })
    const startMs = performance.now()
    expect(billUsage(usage, book).usdTotal).not.toBeNull()
    expect(performance.now() - startMs).toBeLessThan(1000)
  })
})

describe('A missing price', () => {
  test('leaves no total, however much else is priced', () => {
    fc.assert(
      fc.property(fc.array(flatUsage), fc.nat(), (usage, at) => {
        const place = at % (usage.length + 1)
        const bill = billUsage([...usage.slice(0, place), unknown, ...usage.slice(place)], book)
        expect(bill.usdTotal).toBeNull()
        expect(bill.missing).toHaveLength(1)
        expect(bill.lines.every((line) => line.resource !== unknown.resource)).toBe(true)
      }),
    )
  })

  test('is named with resource, region, unit and the date of the book', () => {
    const [gap] = billUsage([unknown], book).missing
    expect(gap).toMatchObject({ resource: 'gce/z9/cpu', region: 'us-central1', unit: 'vCPU-hour' })
    for (const part of ['gce/z9/cpu', 'us-central1', 'vCPU-hour', book.date])
      expect(gap?.message).toContain(part)
  })

  test('is named once, however often it is used', () => {
    expect(billUsage([unknown, unknown], book).missing).toHaveLength(1)
  })

  test('is no gap where nothing was used, nor is a machine that never ran a mistake', () => {
    const idle = { resource: 'gce/n1/cpu', region: 'us-central1', unit: 'vCPU-hour', monthShare: '0' }
    const usage = [
      { ...unknown, quantity: '0' },
      { ...idle, quantity: '0.0' },
    ]
    expect(billUsage(usage, book)).toEqual({ lines: [], missing: [], usdTotal: '0' })
  })

  test('is not made up from another region', () => {
    const usage = { resource: 'gce/e2/cpu', region: 'us-west4', unit: 'vCPU-hour', quantity: '1' }
    expect(billUsage([usage], book)).toMatchObject({ lines: [], usdTotal: null })
  })

  test('is what a price in another unit counts as, and both units are named', () => {
    const usage = { resource: 'gce/e2/cpu', region: 'us-central1', unit: 'vCPU-second', quantity: '1' }
    const bill = billUsage([usage], book)
    expect(bill).toMatchObject({ lines: [], usdTotal: null, missing: [{ unit: 'vCPU-second' }] })
    expect(bill.missing[0]?.message).toMatch(/vCPU-hour.*vCPU-second/)
  })
})

describe('Usage that cannot be', () => {
  test.each([
    ['a negative quantity', { ...requests, quantity: '-1' }],
    ['no number', { ...requests, quantity: 'many' }],
    ['a share above the whole month', { ...unknown, resource: 'gce/n1/cpu', monthShare: '1.01' }],
    ['a share of nothing', { ...unknown, resource: 'gce/n1/cpu', monthShare: '0' }],
  ])('is our mistake and throws: %s', (_, usage) => {
    expect(() => billUsage([usage], book)).toThrow()
  })
})
