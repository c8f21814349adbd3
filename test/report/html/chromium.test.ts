import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Advice } from '../../../src/core/advice.ts'
import { htmlReport } from '../../../src/report/html/index.ts'
import { quickstartAdvice, widened } from '../../fixtures/advice.ts'
import { openBrowser } from './browser.ts'
import { describeCharts, findViolations, lowContrasts, measurePage, openDetails } from './in-page.mjs'
import { FOLDER, save, THEMES, type Visit, visit, WIDTHS } from './visit.ts'

let browser: Browser
let advice: Advice
let file: string

beforeAll(async () => {
  browser = await openBrowser()
  advice = await quickstartAdvice()
  file = save('quickstart', htmlReport(advice))
}, 300_000)

afterAll(() => browser?.close())

describe.each(THEMES)('The report of the quickstart in the %s theme', (theme) => {
  let visited: Visit
  beforeAll(async () => {
    visited = await visit(browser, file, WIDTHS.desktop, theme)
  })
  afterAll(() => visited?.page.close())

  test('says nothing on the console and asks for nothing', async () => {
    await visited.page.screenshot({ path: join(FOLDER, `desktop-${theme}.png`), fullPage: true })
    expect(visited.troubles).toEqual([])
  })

  test('has its colours, and is as wide as the window', async () => {
    const paper = theme === 'dark' ? 'rgb(18, 23, 28)' : 'rgb(255, 255, 255)'
    expect(await visited.page.evaluate(measurePage)).toMatchObject({ paper, overflow: 0 })
  })

  test('passes axe-core with no serious or critical violation, and no text under contrast AA', async () => {
    await visited.page.evaluate(openDetails)
    await visited.page.evaluate(axe.source)
    const violations = await visited.page.evaluate(findViolations)
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(grave).toEqual([])
  })

  test('writes in charts with a contrast of at least 4.5', async () => {
    const { read, low } = await visited.page.evaluate(lowContrasts)
    expect(low).toEqual([])
    expect(read).toBeGreaterThan(80)
  })
})

/** Each chart's axes with their units, and whether its marks name each candidate with figures or each with a bill. */
const CHARTS = {
  'chart-cost-latency': ['cost, USD a month', 'response time p95, ms or s'],
  'chart-response-times': ['response time, ms or s'],
  'chart-capacity': ['goodput of one replica, requests/s', 'response time p95, ms or s'],
  'chart-month': ['traffic, requests/s', 'replicas', 'cost, USD an hour', 'day of the month'],
  'chart-bills': ['USD a month'],
  'chart-traffic': ['traffic, requests/s on average', 'cost, USD a month'],
} as const

describe('Every chart of the report', () => {
  let charts: ReturnType<typeof describeCharts>
  beforeAll(async () => {
    const { page } = await visit(browser, file, WIDTHS.desktop, 'light')
    charts = await page.evaluate(describeCharts)
    await page.close()
  })

  test('is one of those that are known', () => {
    expect(charts.map(({ id }) => id).sort()).toEqual(Object.keys(CHARTS).sort())
  })

  test.each(Object.entries(CHARTS))(
    '%s has a title, axes with units, and a mark for each candidate',
    (id, axes) => {
      const chart = charts.find((each) => each.id === id)
      if (!chart) throw new Error(`the page has no ${id}`)
      expect(chart.title.length).toBeGreaterThan(10)
      expect(chart.alternative).toContain(chart.title)
      for (const axis of axes) expect(chart.texts).toContain(axis)
      const known = advice.verdicts.filter(({ latencyMs, bill }) => latencyMs && bill?.usdTotal)
      expect(known.length).toBeGreaterThan(15)
      expect(chart.rows).toBe(known.length)
      const unmarked = known.filter(
        ({ candidate }) => !chart.marks.some((mark) => mark.startsWith(`${candidate.name}: `)),
      )
      expect(unmarked.map(({ candidate }) => candidate.name)).toEqual([])
    },
  )
})

describe('On a phone of 400 px', () => {
  test.each(THEMES)('the report fits without scrolling sideways in the %s theme', async (theme) => {
    const { page, troubles } = await visit(browser, file, WIDTHS.phone, theme)
    const { overflow, smallestTextPx } = await page.evaluate(measurePage)
    await page.screenshot({ path: join(FOLDER, `phone-${theme}.png`), fullPage: true })
    await page.close()
    expect(overflow).toBe(0)
    expect(smallestTextPx).toBeGreaterThan(11)
    expect(troubles).toEqual([])
  })
})

test('On paper it is light, whatever the theme, and shows no menu', async () => {
  const { page } = await visit(browser, file, WIDTHS.desktop, 'dark')
  await page.emulateMediaType('print')
  const seen = await page.evaluate(measurePage)
  // Nothing can be opened there: closed bills are shown with their names.
  const bills = (await page.evaluate(`Array.from(document.querySelectorAll('main details'), (each) => ({
    isOpen: each.hasAttribute('open'),
    name: each.querySelector('summary').checkVisibility(),
    lines: each.querySelector('table')?.checkVisibility({ contentVisibilityAuto: true }),
    isOfChart: each.closest('figure') !== null,
  }))`)) as { isOpen: boolean; name: boolean; lines?: boolean; isOfChart: boolean }[]
  await page.pdf({ path: join(FOLDER, 'print.pdf'), format: 'A4' })
  await page.close()
  expect(seen).toMatchObject({ paper: 'rgb(255, 255, 255)', menu: 'none' })
  const own = bills.filter(({ isOfChart }) => !isOfChart)
  expect(own.some(({ isOpen }) => !isOpen)).toBe(true)
  expect(own.filter(({ name, lines }) => !name || lines === false)).toEqual([])
})

test('A report of 500 candidates opens without trouble, and fits a phone', async () => {
  const { page, troubles } = await visit(
    browser,
    save('many', htmlReport(widened(advice, 500))),
    WIDTHS.phone,
    'light',
  )
  const { overflow } = await page.evaluate(measurePage)
  await page.setViewport({ width: WIDTHS.desktop, height: 2400 })
  await page.screenshot({ path: join(FOLDER, 'many.png') })
  await page.close()
  expect({ overflow, troubles }).toEqual({ overflow: 0, troubles: [] })
})

test('Names that are scripts run nowhere', async () => {
  const name = '"><script>window.pwned = 1</script><img src=x onerror="window.pwned=1"></title></svg>\u202e|'
  const [first, ...others] = advice.verdicts
  if (!first) throw new Error('the quickstart has candidates')
  const hostile = { ...first, candidate: { ...first.candidate, name }, reasons: [name] }
  const poisoned: Advice = {
    ...advice,
    scenario: { ...advice.scenario, name },
    verdicts: [hostile, ...others],
    cheapest: name,
    warnings: [name],
  }
  const { page, troubles } = await visit(
    browser,
    save('hostile', htmlReport(poisoned)),
    WIDTHS.phone,
    'light',
  )
  const seen = await page.evaluate(measurePage)
  await page.close()
  expect(seen).toMatchObject({ pwned: false, scripts: 0, overflow: 0 })
  expect(troubles).toEqual([])
})
