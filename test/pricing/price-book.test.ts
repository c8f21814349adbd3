import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Price, PriceBook } from '../../src/core/bill.ts'
import { UserError } from '../../src/core/errors.ts'
import { findPrice, loadPriceBook } from '../../src/pricing/price-book.ts'

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
const book: PriceBook = { schemaVersion: 1, currency: 'USD', date: '2026-09-24', prices: [cpu] }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-price-book-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function load(content: unknown): Promise<PriceBook> {
  const file = join(folder, 'book.json')
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return loadPriceBook(file)
}

async function problemsOf(content: unknown) {
  const error: unknown = await load(content).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(UserError)
  return (error as UserError).problems
}

async function fieldsOf(content: unknown) {
  return (await problemsOf(content)).map((problem) => problem.field)
}

describe('A book file', () => {
  test('is read as it stands', async () => {
    expect(await load(book)).toEqual(book)
  })

  test('that is not there is named', async () => {
    const missing = join(folder, 'nowhere.json')
    await expect(loadPriceBook(missing)).rejects.toMatchObject({
      name: 'UserError',
      problems: [{ file: missing, message: 'there is no such price book' }],
    })
  })

  test('that is not JSON says so', async () => {
    expect((await problemsOf('{ prices'))[0]?.message).toMatch(/not JSON/)
  })

  test.each([[null], [[]], ['"prices"'], [{ ...book, prices: [] }], [{ ...book, prices: [null] }]])(
    'that is no book is refused: %j',
    async (content) => {
      expect(await problemsOf(content)).not.toHaveLength(0)
    },
  )

  test('has all its problems named at once, each with file, field and resource', async () => {
    const memory = { ...cpu, resource: 'gce/e2/memory', asOf: 'May', sku: undefined }
    const problems = await problemsOf({ ...book, date: '24 Sept', prices: [{ ...cpu, unit: '' }, memory] })
    expect(problems.map((problem) => problem.field).sort()).toEqual([
      'date',
      'prices[0].unit',
      'prices[1].asOf',
      'prices[1].sku',
    ])
    expect(problems.every((problem) => problem.file === join(folder, 'book.json'))).toBe(true)
    const asOf = problems.find((problem) => problem.field === 'prices[1].asOf')
    expect(asOf?.message).toBe('gce/e2/memory in us-central1: must be a month, YYYY-MM')
  })

  test('may not hold fields that no book has', async () => {
    expect(await fieldsOf({ ...book, prices: [{ ...cpu, discont: '0.1' }] })).toEqual(['prices[0].discont'])
  })

  test('may not price one thing twice, unless it is bought in another way', async () => {
    expect(await fieldsOf({ ...book, prices: [cpu, { ...cpu, unit: 'hour' }] })).toEqual(['prices[1]'])
    const both = { ...book, prices: [cpu, { ...cpu, purchase: 'spot' }] }
    expect(await load(both)).toEqual(both)
  })

  test('may not hold a flat price of zero, however it is written', async () => {
    for (const usd of ['0', '0.000']) {
      const free = { ...cpu, tiers: [{ from: '0', usd }] }
      expect(await fieldsOf({ ...book, prices: [free] })).toEqual(['prices[0].tiers[0].usd'])
    }
  })

  test('may be free in its first tier only', async () => {
    const tiers = (...usd: string[]) => usd.map((price, index) => ({ from: String(index), usd: price }))
    const priced = (...usd: string[]) => ({ ...book, prices: [{ ...cpu, tiers: tiers(...usd) }] })
    expect(await load(priced('0', '0.1'))).toBeTruthy()
    expect(await fieldsOf(priced('0', '0'))).toEqual(['prices[0].tiers[1].usd'])
    expect(await fieldsOf(priced('0.1', '0'))).toEqual(['prices[0].tiers[1].usd'])
  })

  test('must start its tiers at zero and let them rise', async () => {
    const from = (...starts: string[]) => ({
      ...book,
      prices: [{ ...cpu, tiers: starts.map((start) => ({ from: start, usd: '1' })) }],
    })
    expect(await fieldsOf(from('1'))).toEqual(['prices[0].tiers[0].from'])
    expect(await fieldsOf(from('0', '5', '5.0'))).toEqual(['prices[0].tiers[2].from'])
    expect(await load(from('0', '9', '10'))).toBeTruthy()
  })

  test.each([['1e-6'], ['-1'], ['$1'], ['1,5'], ['.5'], [''], [0.1]])(
    'must write prices as plain decimals in quotes, not %j',
    async (usd) => {
      const odd = { ...cpu, tiers: [{ from: '0', usd }] }
      expect(await fieldsOf({ ...book, prices: [odd] })).toEqual(['prices[0].tiers[0].usd'])
    },
  )

  test('must say by which rule a price was derived', async () => {
    expect(await fieldsOf({ ...book, prices: [{ ...cpu, basis: 'derived' }] })).toEqual(['prices[0].rule'])
  })

  test('may share the texts of sources and rules in tables, and gives each row its own', async () => {
    const row = { ...cpu, basis: 'derived', rule: 'solved', source: 'list' }
    const tables = { sources: { list: 'a price list' }, rules: { solved: 'solved from two machines' } }
    const { prices, ...rest } = await load({ ...book, ...tables, prices: [row] })
    expect(prices).toEqual([{ ...row, rule: 'solved from two machines', source: 'a price list' }])
    expect(rest).not.toHaveProperty('sources')
    expect(rest).not.toHaveProperty('rules')
  })

  test('that has such a table may name nothing that is not in it', async () => {
    const row = { ...cpu, basis: 'derived', rule: 'sovled', source: 'toString' }
    const tables = { sources: { list: 'a price list' }, rules: { solved: 'solved from two machines' } }
    expect(await fieldsOf({ ...book, ...tables, prices: [row] })).toEqual([
      'prices[0].source',
      'prices[0].rule',
    ])
  })

  test('must let sustained use shares fall from one', async () => {
    const shares = (...sustainedUse: string[]) => ({ ...book, prices: [{ ...cpu, sustainedUse }] })
    expect(await load(shares('1', '0.8'))).toBeTruthy()
    expect(await fieldsOf(shares('1.1', '1.2'))).toHaveLength(2)
  })
})

describe('A price is found', () => {
  const anywhere = { ...cpu, resource: 'network/ipv4', region: 'global' }
  const here = { ...anywhere, region: 'us-central1' }

  test('in its region before it is found for everywhere', () => {
    const priced = { ...book, prices: [anywhere, here] }
    expect(findPrice(priced, 'network/ipv4', 'us-central1')).toBe(here)
    expect(findPrice(priced, 'network/ipv4', 'asia-east1')).toBe(anywhere)
  })

  test('in no other region', () => {
    expect(findPrice(book, 'gce/e2/cpu', 'asia-east1')).toBeUndefined()
  })

  test('on demand, never on spot', () => {
    const spot: Price = { ...cpu, purchase: 'spot' }
    expect(findPrice({ ...book, prices: [cpu, spot] }, 'gce/e2/cpu', 'us-central1')).toBe(cpu)
    expect(findPrice({ ...book, prices: [spot] }, 'gce/e2/cpu', 'us-central1')).toBeUndefined()
  })
})
