import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Advice } from '../../../src/core/advice.ts'
import { loadPriceBook } from '../../../src/pricing/price-book.ts'
import { htmlReport } from '../../../src/report/html/index.ts'
import { adviseRun } from '../../../src/run/advise-run.ts'
import { widened } from '../../fixtures/advice.ts'
import { cloudRun, vertex, vm } from '../../fixtures/candidates.ts'
import { runRecord, variedRun } from '../../fixtures/run.ts'
import { structureOf } from './structure-of.ts'

// After a change that is meant: npx vitest run test/report/html -u, and read what changed.
const book = await loadPriceBook()
const now = new Date('2026-10-01T10:00:00Z')
const EFFORT = { requests: 2000, leastHours: 1 }

describe('The HTML report', () => {
  test('reads as in test/golden', async () => {
    const advice = adviseRun(variedRun(), book, { origin: 'built-in', notes: [], now, effort: EFFORT })
    await expect(structureOf(htmlReport(advice))).toMatchFileSnapshot('../../golden/report.html')
  })

  test('is the same each time', () => {
    const advice = small()
    expect(htmlReport(advice)).toBe(htmlReport(advice))
  })

  test('has no script and no address to load from', () => {
    const page = htmlReport(small())
    expect(page).not.toMatch(/<script|<iframe|<img|<object|javascript:|@import|url\((?!#)/i)
    const addresses = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address)
    expect(addresses.length).toBeGreaterThan(20)
    expect(addresses.every((address) => address?.startsWith('#') || address === 'data:,')).toBe(true)
  })

  test('defines each word that it links to', () => {
    const page = htmlReport(small())
    const links = new Set([...page.matchAll(/href="#([^"]+)"/g)].map(([, anchor]) => anchor))
    expect(links.size).toBeGreaterThan(12)
    for (const anchor of links) expect(page).toContain(`id="${anchor}"`)
  })

  test('has no element twice under one id', () => {
    const ids = [...htmlReport(small()).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('draws what there is: no outlook, no candidate with figures', () => {
    const record = runRecord({}, { candidates: [cloudRun()] })
    const bare = htmlReport(adviseRun(record, book, { outlook: false, effort: EFFORT }))
    expect(bare).toContain('chart-cost-latency')
    expect(bare).not.toContain('chart-traffic')
    const untested = htmlReport(adviseRun({ ...record, trials: [] }, book))
    expect(untested).toContain('nothing to draw')
    expect(untested).toContain('not tried yet')
  })

  test('of 500 candidates is under 5 MB, and has every one of them', () => {
    const advice = widened(small(), 500)
    const page = htmlReport(advice)
    expect(Buffer.byteLength(page)).toBeLessThan(5e6)
    const table = /<section id="candidates">[\s\S]*?<\/section>/.exec(page)?.[0] ?? ''
    for (const { candidate } of advice.verdicts) expect(table).toContain(`<bdi>${candidate.name}</bdi>`)
    const chart = /<figure id="chart-cost-latency">[\s\S]*?<\/figure>/.exec(page)?.[0] ?? ''
    const placed = advice.verdicts.filter(({ usdPerMonth, latencyMs }) => usdPerMonth && latencyMs)
    expect(placed.length).toBeGreaterThan(400)
    for (const { candidate } of placed) expect(chart).toContain(`<title>${candidate.name}: `)
  })
})

describe('Hostile names, reasons and errors', () => {
  const fragments = [
    '<script>alert(1)</script>',
    '</title>',
    '</svg>',
    ']]>',
    '"',
    "'",
    '`',
    '|',
    '\n',
    '\0',
    '\u202e',
    '{a}',
    '{b|c}',
    '&lt;',
    '<img src=x onerror=alert(1)>',
    'שלום',
    '--><!--',
    '</bdi>',
    '$\u007bx}',
    '%',
  ]
  const hostile = fc
    .array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 8 })
    .map((all) => all.join(''))

  test('leave every page made of its own tags alone', () => {
    const plain = small()
    fc.assert(
      fc.property(hostile, (text) => {
        const page = htmlReport(poisoned(plain, text))
        expect(page.replaceAll(TOKEN, '')).toBe('')
        expect(page).not.toMatch(/[\0\u202a-\u202e\u2066-\u2069]/)
      }),
      { numRuns: 8 },
    )
  })
})

/** All that a page may be made of: its own tags with quoted attributes and no handlers, and text without brackets. */
const TAGS =
  'html|head|meta|link|title|style|body|header|h1|h2|h3|p|bdi|a|nav|main|section|span|strong|small|dl|div|dt|dd|ul|li|figure|figcaption|svg|rect|path|g|text|tspan|defs|pattern|clipPath|circle|polyline|line|details|summary|table|caption|thead|tbody|tr|th|td|code|footer'
const TOKEN = new RegExp(
  `<!doctype html>|<style>[^<]*</style>|</?(?:${TAGS})(?:\\s+(?!on)[\\w:-]+(?:="[^"<>]*")?)*\\s*/?>|[^<>]+`,
  'g',
)

let kept: Advice | undefined
function small(): Advice {
  const candidates = [
    cloudRun(),
    vertex({ machineType: 'n1-standard-8' }),
    vm({ machineType: 'e2-standard-2' }),
  ]
  kept ??= adviseRun(runRecord({}, { candidates }), book, { now, effort: EFFORT })
  return kept
}

/** The advice with the text in every name and sentence. */
function poisoned(advice: Advice, text: string): Advice {
  const names = advice.verdicts.map(({ candidate }) => candidate.name)
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string')
      return names.reduce((all, name) => all.replaceAll(name, `${text}${name}`), value)
    if (Array.isArray(value)) return value.map(walk)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each)]))
  }
  const renamed = walk(advice) as Advice
  return {
    ...renamed,
    scenario: { ...renamed.scenario, name: text, file: text },
    warnings: [text],
    recommendation: [...renamed.recommendation, text],
    assumptions: [{ name: text, value: text, source: text, setBy: text }],
    verdicts: renamed.verdicts.map((verdict) => ({ ...verdict, reasons: [text], caveats: [text] })),
  }
}
