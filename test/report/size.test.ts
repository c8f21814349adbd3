import { expect, test } from 'vitest'
import type { Advice } from '../../src/core/advice.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { REPORTS, type ReportFormat, writeReport } from '../../src/report/index.ts'
import { manyCandidates } from '../fixtures/many-candidates.ts'

const MOST_BYTES = 5_000_000
const advice: Advice = manyCandidates(500, await loadPriceBook())

test.each(Object.keys(REPORTS) as ReportFormat[])(
  'A report of 500 candidates as %s names all of them in under 5 MB',
  async (format) => {
    const report = await writeReport(format, advice)
    expect(Buffer.byteLength(report)).toBeLessThan(MOST_BYTES)
    if (format === 'annotations') return
    const shown = report.replaceAll(/\s+/g, '').replaceAll('&#8203;', '')
    const region = (name: string) => (format === 'terminal' ? name.replace(' us-central1', '') : name)
    const absent = advice.verdicts.filter(({ candidate: { name } }) => {
      return !shown.includes(region(name).replaceAll(' ', '')) && !shown.includes(name.replaceAll(' ', ''))
    })
    expect(absent.map(({ candidate }) => candidate.name)).toEqual([])
  },
)

test('Markdown of 500 candidates fits a job summary of GitHub, a megabyte', async () => {
  expect(Buffer.byteLength(await writeReport('markdown', advice))).toBeLessThan(1_000_000)
})
