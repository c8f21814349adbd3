import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { syncedBookPath } from '../../src/pricing/book-paths.ts'
import { bookWarnings, readMonths } from '../../src/pricing/book-warnings.ts'
import { chooseBook } from '../../src/pricing/default-book.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

describe('A synced book is kept', () => {
  test.each([
    ['linux', { HOME: '/home/ann' }, '/home/ann/.local/share/plimsoll/prices/google-cloud.json'],
    ['linux', { HOME: '/home/ann', XDG_DATA_HOME: '/data' }, '/data/plimsoll/prices/google-cloud.json'],
    [
      'linux',
      { HOME: '/home/ann', XDG_DATA_HOME: 'data' },
      '/home/ann/.local/share/plimsoll/prices/google-cloud.json',
    ],
    [
      'linux',
      { HOME: '/home/ann', XDG_DATA_HOME: '' },
      '/home/ann/.local/share/plimsoll/prices/google-cloud.json',
    ],
    [
      'darwin',
      { HOME: '/Users/ann' },
      '/Users/ann/Library/Application Support/plimsoll/prices/google-cloud.json',
    ],
    ['win32', { LOCALAPPDATA: '/c/local' }, '/c/local/plimsoll/prices/google-cloud.json'],
  ] as const)('on %s with %j in %s', (platform, env, path) => {
    expect(syncedBookPath(env, platform)).toBe(path)
  })
})

describe('Prices are read from', () => {
  const builtIn = readFileSync('src/pricing/books/google-cloud.json', 'utf8')
  const builtInDate = (JSON.parse(builtIn) as { date: string }).date

  /** An environment with a synced book of this content in it. */
  function synced(content: string): { XDG_DATA_HOME: string } {
    const env = { XDG_DATA_HOME: temporaryFolder() }
    mkdirSync(dirname(syncedBookPath(env)), { recursive: true })
    writeFileSync(syncedBookPath(env), content)
    return env
  }
  const dated = (date: string) => JSON.stringify({ ...JSON.parse(builtIn), date })

  test('the built-in book where none was synced', async () => {
    const chosen = await chooseBook(undefined, { XDG_DATA_HOME: temporaryFolder() })
    expect(chosen).toEqual({ book: await loadPriceBook(), origin: 'built-in', notes: [] })
  })

  test('the synced book where it is newer, and not where it is as old or older', async () => {
    const newer = synced(dated('2027-01-31'))
    const chosen = await chooseBook(undefined, newer)
    expect(chosen).toMatchObject({ origin: 'synced', file: syncedBookPath(newer), notes: [] })
    expect(chosen.book.date).toBe('2027-01-31')
    for (const date of [builtInDate, '2026-01-01'])
      expect((await chooseBook(undefined, synced(dated(date)))).origin).toBe('built-in')
  })

  test.each([['{ "prices"'], ['[]'], [dated('soon')]])(
    'the built-in book where the synced one is broken, with a note that says so: %#',
    async (content) => {
      const env = synced(content)
      const { origin, notes } = await chooseBook(undefined, env)
      expect(origin).toBe('built-in')
      expect(notes).toHaveLength(1)
      expect(notes[0]).toContain(syncedBookPath(env))
    },
  )

  test('the file that the user gives, whatever was synced, and an error where it is none', async () => {
    const file = join(temporaryFolder(), 'mine.json')
    writeFileSync(file, dated('2020-02-02'))
    const newer = synced(dated('2027-01-31'))
    expect(await chooseBook(file, newer)).toMatchObject({
      origin: 'given',
      file,
      book: { date: '2020-02-02' },
    })
    await expect(chooseBook(join(temporaryFolder(), 'none.json'), newer)).rejects.toMatchObject({
      name: 'UserError',
    })
  })
})

describe('A reader is warned', () => {
  const book = { schemaVersion: 1, currency: 'USD', date: '2026-09-24', prices: [] } as const

  test.each([
    ['2026-09-24T00:00:00Z', 0],
    ['2026-12-23T23:59:59Z', 0],
    ['2026-12-24T00:00:00Z', 1],
    ['2020-01-01T00:00:00Z', 0],
  ])('of a book of 2026-09-24 on %s: %i warning', (now, count) => {
    expect(bookWarnings({ book, notes: [] }, new Date(now))).toHaveLength(count)
  })

  test('with the date, the age, and what to do; and of a synced book that is broken', () => {
    const [old, broken] = bookWarnings({ book, notes: ['it is broken'] }, new Date('2027-09-24T12:00:00Z'))
    expect(old).toMatch(/2026-09-24 is 365 days old.*plimsoll prices sync/)
    expect(broken).toBe('it is broken')
  })
})

test('The months in which prices were read add up to the whole book, oldest first', async () => {
  const book = await loadPriceBook()
  const months = readMonths(book)
  expect(months.reduce((sum, [, prices]) => sum + prices, 0)).toBe(book.prices.length)
  expect(months.map(([month]) => month)).toEqual(months.map(([month]) => month).sort())
})
