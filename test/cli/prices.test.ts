import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Price, PriceBook } from '../../src/core/bill.ts'
import { syncedBookPath } from '../../src/pricing/book-paths.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { plimsoll, readJson } from './plimsoll.ts'

const book = readJson<PriceBook>('src/pricing/books/google-cloud.json')

function write(some: Partial<PriceBook>): string {
  const file = join(temporaryFolder(), 'book.json')
  writeFileSync(file, JSON.stringify({ ...book, ...some }))
  return file
}

function change(resource: string, usd: string | null): readonly Price[] {
  return book.prices.flatMap((price) => {
    if (price.resource !== resource || price.region !== 'us-central1' || price.purchase !== 'on-demand')
      return [price]
    return usd === null ? [] : [{ ...price, tiers: [{ from: '0', usd }] }]
  })
}

describe('plimsoll prices', () => {
  test('names its commands', async () => {
    const { code, stdout } = await plimsoll(['prices', '--help'])
    expect(code).toBe(0)
    for (const name of ['show', 'check', 'diff']) expect(stdout).toContain(`prices ${name}`)
    expect(await plimsoll(['help', 'prices'])).toMatchObject({ code: 0, stdout })
  })

  test.each([
    [['prices'], 'prices needs one of its commands'],
    [['prices', 'shw'], 'did you mean prices show?'],
    [['prices', 'diff', 'a.json'], 'prices diff takes <old> and <new>, but got a.json'],
    [['prices', 'show', 'a', 'b'], 'prices show takes at most one <pattern>, but got a b'],
    [['prices', 'check', 'x'], 'prices check takes no argument, but got x'],
    [['prices', 'show', 'frobnicator'], 'no price matches "frobnicator"'],
    [['prices', 'show', 'gce/e2/cpu', '--region', 'us-west4'], 'it has prices in asia-east1'],
    [['prices', 'diff', 'built-in', 'synced'], 'plimsoll prices sync writes it'],
  ])('%j is an error that says what to do', async (args, message) => {
    const { code, stdout, stderr } = await plimsoll(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })
})

describe('plimsoll prices show', () => {
  test('shows price, unit, SKU, month and basis of what matches, and which book it read', async () => {
    const { code, stdout, stderr } = await plimsoll(['prices', 'show', 'gce/e2/*', '--region', 'us-central1'])
    expect(code).toBe(0)
    const row = stdout.split('\n').find((line) => /^gce\/e2\/cpu .*on-demand/.test(line))
    for (const cell of ['0.02181159', 'vCPU-hour', '2026-09', 'listed', 'CF4E-A0C7-E3BF'])
      expect(row).toContain(cell)
    expect(stdout).toMatch(/gce\/e2\/cpu .* spot .*derived/)
    expect(stderr).toContain(`price book of ${book.date}, built in`)
  })

  test('shows tiers whole, and finds by SKU id and text', async () => {
    const byId = await plimsoll(['prices', 'show', '2da5-55d3-e679'])
    expect(byId.stdout).toContain('0, 0.0000004 from 2000000')
    const byText = await plimsoll(['prices', 'show', 'Tesla T4', '--json'])
    const { prices } = JSON.parse(byText.stdout) as PriceBook
    expect(prices.map(({ resource }) => resource)).toContain('vertex/gpu/nvidia-tesla-t4')
  })

  test('as JSON gives the rows with the text of their source, and the book', async () => {
    const { stdout } = await plimsoll(['prices', 'show', '--json'])
    const shown = JSON.parse(stdout) as PriceBook & { book: object }
    expect(shown.prices).toHaveLength(book.prices.length)
    expect(shown.prices[0]?.source.length).toBeGreaterThan(20)
    expect(shown.book).toMatchObject({ date: book.date, origin: 'built-in' })
  })
})

describe('plimsoll prices check', () => {
  test('passes for the built-in book and prints the known gaps with their reasons', async () => {
    const { code, stdout } = await plimsoll(['prices', 'check'])
    expect(code).toBe(0)
    expect(stdout).toContain('known gaps:')
    expect(stdout).toMatch(/network\/egress\/premium in asia-northeast1\n.*not believed/)
    expect(stdout.trimEnd().endsWith('passed')).toBe(true)
  })

  test.each([
    ['a price that is gone', change('gce/n2/memory', null), 'gce/n2/memory us-central1 on-demand: missing'],
    [
      'a price of another kind',
      change('gce/gpu/nvidia-h100-80gb', '4.20076'),
      'nvidia-h100-80gb us-central1 commit',
    ],
  ])('fails with 1 and names %s', async (_, prices, message) => {
    const { code, stdout } = await plimsoll(['prices', 'check', '--book', write({ prices })])
    expect([code, stdout]).toEqual([1, expect.stringContaining(message)])
    expect(stdout.trimEnd().endsWith('FAILED')).toBe(true)
  })

  test('warns of an old book, and passes', async () => {
    const old = write({ date: '2020-01-01' })
    const { code, stdout } = await plimsoll(['prices', 'check', '--book', old])
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/warning: the price book of 2020-01-01 is \d+ days old/),
    ])
  })

  test('as JSON gives every finding', async () => {
    const file = write({ prices: change('gce/n2/memory', null) })
    const { code, stdout } = await plimsoll(['prices', 'check', '--json', '--book', file])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      book: { origin: 'given', file },
      coverage: { unlisted: [{ resource: 'gce/n2/memory', region: 'us-central1', purchase: 'on-demand' }] },
    })
  })

  test('takes the synced book where it is newer', async () => {
    const env = { XDG_DATA_HOME: temporaryFolder() }
    mkdirSync(dirname(syncedBookPath(env)), { recursive: true })
    writeFileSync(syncedBookPath(env), JSON.stringify({ ...book, date: '2099-01-01' }))
    const { code, stdout } = await plimsoll(['prices', 'check'], { env })
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`price book of 2099-01-01, synced in ${env.XDG_DATA_HOME}`),
    ])
  })
})

describe('plimsoll prices diff', () => {
  test('lists changes with the largest first, marks those to confirm, and what is new and removed', async () => {
    const prices = change('gce/e2/cpu', '0.03').filter(({ resource }) => resource !== 'gce/e2/memory')
    const small = prices.map((price) =>
      price.resource === 'gce/n1/cpu' && price.purchase === 'on-demand'
        ? { ...price, tiers: [{ from: '0', usd: '0.0317' }] }
        : price,
    )
    const { code, stdout } = await plimsoll(['prices', 'diff', 'built-in', write({ prices: small })])
    expect(code).toBe(0)
    const lines = stdout.split('\n')
    expect(lines[1]).toBe('6 prices changed, 1 of them by more than 25%: confirm those before believing them')
    expect(lines[2]).toMatch(/CONFIRM +\+37\.5% +gce\/e2\/cpu +us-central1 .*0\.02181159 → 0\.03/)
    expect(stdout).toContain('20 removed')
    expect(stdout).toContain('0 new')
  })

  test('as JSON gives both prices of each change', async () => {
    const file = write({ prices: change('gce/e2/cpu', '0.03') })
    const { stdout } = await plimsoll(['prices', 'diff', 'built-in', file, '--json'])
    const { changed, unchanged } = JSON.parse(stdout)
    expect(changed).toMatchObject([{ before: { resource: 'gce/e2/cpu' }, mustConfirm: true }])
    expect(unchanged).toBe(book.prices.length - 1)
  })
})

test('the books that the tests read are those of the source', () => {
  expect(JSON.parse(readFileSync('dist/pricing/books/google-cloud.json', 'utf8'))).toEqual(book)
})
