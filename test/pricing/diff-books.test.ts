import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Price, PriceBook } from '../../src/core/bill.ts'
import { diffBooks } from '../../src/pricing/diff-books.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'

const cpu: Price = {
  resource: 'gce/e2/cpu',
  region: 'us-central1',
  unit: 'vCPU-hour',
  tiers: [{ from: '0', usd: '0.02' }],
  purchase: 'on-demand',
  sku: { id: null, description: 'E2 Instance Core running in Americas' },
  basis: 'listed',
  asOf: '2026-09',
  source: 'a contract',
}
const bookOf = (...prices: Price[]): PriceBook => {
  return { schemaVersion: 1, currency: 'USD', date: '2026-09-24', prices }
}
const at = (...tiers: [from: string, usd: string][]): Price => {
  return { ...cpu, tiers: tiers.map(([from, usd]) => ({ from, usd })) }
}

function changeOf(before: Price, after: Price) {
  const { changed } = diffBooks(bookOf(before), bookOf(after))
  expect(changed).toHaveLength(1)
  return changed[0]
}

describe('Between two books', () => {
  test.each([
    ['0.02', '0.025', 0.25, false],
    ['0.02', '0.0250001', 0.250005, true],
    ['0.02', '0.015', -0.25, false],
    ['0.02', '0.0149', -0.255, true],
    ['0.02', '0.0200001', 0.000005, false],
  ])('a change from %s to %s is %d of the old price, and has to be confirmed: %s', (...row) => {
    const [before, after, relative, mustConfirm] = row
    const change = changeOf(at(['0', before]), at(['0', after]))
    expect(change?.relative).toBeCloseTo(relative, 12)
    expect(change?.mustConfirm).toBe(mustConfirm)
  })

  test('tiers are compared stretch by stretch, wherever they begin', () => {
    const before = at(['0', '0.12'], ['1024', '0.11'], ['10240', '0.08'])
    expect(changeOf(before, at(['0', '0.12'], ['1024', '0.11'], ['10240', '0.06']))?.relative).toBeCloseTo(
      -0.25,
      12,
    )
    // The second tier begins sooner: from 512 to 1024 the unit costs 0.11 instead of 0.12.
    expect(changeOf(before, at(['0', '0.12'], ['512', '0.11'], ['10240', '0.08']))?.relative).toBeCloseTo(
      -1 / 12,
      12,
    )
  })

  test('what was free and is not, and what has another unit, comes first and has to be confirmed', () => {
    const free = at(['0', '0'], ['100', '0.1'])
    expect(changeOf(free, at(['0', '0.1']))).toMatchObject({
      relative: Number.POSITIVE_INFINITY,
      mustConfirm: true,
    })
    expect(changeOf(cpu, { ...cpu, unit: 'vCPU-second' })).toMatchObject({
      relative: Number.POSITIVE_INFINITY,
      mustConfirm: true,
    })
  })

  test('another SKU, date, source or spelling of the same price is no change', () => {
    const same = { ...at(['0', '0.0200']), sku: { id: '0', description: 'x' }, asOf: '2026-10', source: 'y' }
    expect(diffBooks(bookOf(cpu), bookOf(same))).toEqual({
      changed: [],
      added: [],
      removed: [],
      unchanged: 1,
    })
  })

  test('rows that only one of them has are new or removed, by resource, region and purchase', () => {
    const others: Price[] = [
      { ...cpu, resource: 'gce/e2/memory' },
      { ...cpu, region: 'asia-east1' },
      { ...cpu, purchase: 'spot' },
    ]
    expect(diffBooks(bookOf(cpu), bookOf(cpu, ...others))).toMatchObject({ added: others, removed: [] })
    expect(diffBooks(bookOf(cpu, ...others), bookOf(cpu))).toMatchObject({ added: [], removed: others })
  })

  test('the largest change comes first, up or down, whatever the order of the rows', async () => {
    const book = await loadPriceBook()
    const some = book.prices.slice(0, 60)
    const factors = fc.array(fc.constantFrom('0.5', '0.9', '1', '1.1', '3'), { minLength: 60, maxLength: 60 })
    fc.assert(
      fc.property(factors, fc.shuffledSubarray(some, { minLength: 60 }), (multiples, shuffled) => {
        const changed = some.map((price, index) => ({
          ...price,
          tiers: price.tiers.map((tier) => ({
            ...tier,
            usd: String(Number(tier.usd) * Number(multiples[index])),
          })),
        }))
        const plain = (prices: Price[]) => prices.map((price) => ({ ...price, tiers: decimals(price.tiers) }))
        const diff = diffBooks(bookOf(...some), bookOf(...plain(changed)))
        const effects = diff.changed.map(({ relative }) => Math.abs(relative))
        expect(effects).toEqual([...effects].sort((a, b) => b - a))
        expect(diffBooks(bookOf(...shuffled), bookOf(...plain(changed).reverse())).changed).toEqual(
          diff.changed,
        )
        expect(diff.changed.length + diff.unchanged).toBe(60)
      }),
      { numRuns: 30 },
    )
  })

  test('a book has no difference from itself', async () => {
    const book = await loadPriceBook()
    const none = { changed: [], added: [], removed: [], unchanged: book.prices.length }
    expect(diffBooks(book, book)).toEqual(none)
  })
})

function decimals(tiers: Price['tiers']): Price['tiers'] {
  return tiers.map(({ from, usd }) => ({ from, usd: Number(usd).toFixed(12) }))
}
