import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { writeReport } from '../../src/report/index.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { variedRun } from '../fixtures/run.ts'

// After a change that is meant: npx vitest run test/report -u, and read what changed.
const now = new Date('2026-10-01T10:00:00Z')
const use = { origin: 'built-in', notes: [], now } as const
const advice = adviseRun(variedRun(), await loadPriceBook(), use)
const plain = (width: number) => terminalReport(advice, { width, color: false })

describe('The advice of the golden files', () => {
  test('holds every outcome and both kinds of evidence', () => {
    const outcomes = new Set(advice.verdicts.map(({ outcome }) => outcome))
    expect([...outcomes].sort()).toEqual(['meets', 'misses', 'refused', 'undecided', 'unpriced', 'untested'])
    expect(new Set(advice.verdicts.map(({ evidence }) => evidence)).size).toBe(2)
    expect(advice.cheapest).not.toBeNull()
    expect(advice.ties.length).toBeGreaterThan(0)
    expect(advice.warnings.length).toBeGreaterThan(0)
  })
})

describe('The reports read as in test/golden', () => {
  test.each([40, 80, 120])('in a terminal of %d columns', async (width) => {
    await expect(plain(width)).toMatchFileSnapshot(`../golden/report-${width}.txt`)
  })

  test('in colour, which changes no letter and no width', async () => {
    const colored = terminalReport(advice, { width: 80, color: true })
    expect(colored).not.toBe(plain(80))
    expect(stripVTControlCharacters(colored)).toBe(plain(80))
    await expect(colored).toMatchFileSnapshot('../golden/report-80-color.txt')
  })

  test.each([
    ['markdown', 'report.md'],
    ['json', 'report.json'],
    ['csv', 'report.csv'],
    ['junit', 'report.xml'],
    ['annotations', 'report.annotations.txt'],
  ] as const)('as %s', async (format, file) => {
    await expect(await writeReport(format, advice)).toMatchFileSnapshot(`../golden/${file}`)
  })
})
