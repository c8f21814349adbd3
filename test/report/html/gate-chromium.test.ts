import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gateHtml, historyHtml } from '../../../src/report/gate/html.ts'
import { gateHistory, gateResult, hostileGateResult } from '../../fixtures/gate.ts'
import { openBrowser } from './browser.ts'
import { describeCharts, findViolations, lowContrasts, measurePage, openDetails } from './in-page.mjs'
import { FOLDER, save, THEMES, visit, WIDTHS } from './visit.ts'

let browser: Browser
let file: string

beforeAll(async () => {
  browser = await openBrowser()
  file = save('gate', gateHtml(gateResult()))
}, 120_000)

afterAll(() => browser?.close())

describe.each(THEMES)('The report of a gate in the %s theme', (theme) => {
  test('asks for nothing, passes axe-core and has no text under contrast AA', async () => {
    const { page, troubles } = await visit(browser, file, WIDTHS.desktop, theme)
    await page.screenshot({ path: join(FOLDER, `gate-${theme}.png`), fullPage: true })
    const paper = theme === 'dark' ? 'rgb(18, 23, 28)' : 'rgb(255, 255, 255)'
    expect(await page.evaluate(measurePage)).toMatchObject({ paper, overflow: 0 })
    await page.evaluate(openDetails)
    const { read, low } = await page.evaluate(lowContrasts)
    expect(low).toEqual([])
    expect(read).toBeGreaterThan(30)
    await page.evaluate(axe.source)
    const violations = await page.evaluate(findViolations)
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
    expect(troubles).toEqual([])
    await page.close()
  })

  test('fits a phone of 400 px', async () => {
    const { page, troubles } = await visit(browser, file, WIDTHS.phone, theme)
    const { overflow, smallestTextPx } = await page.evaluate(measurePage)
    await page.screenshot({ path: join(FOLDER, `gate-phone-${theme}.png`), fullPage: true })
    await page.close()
    expect(overflow).toBe(0)
    expect(smallestTextPx).toBeGreaterThan(11)
    expect(troubles).toEqual([])
  })
})

describe('The chart of the history', () => {
  test('has a title, units, dates with commits, a mark for every entry of every metric, and the change points', async () => {
    const { page } = await visit(browser, file, WIDTHS.desktop, 'light')
    const [chart, ...others] = await page.evaluate(describeCharts)
    await page.close()
    expect(others).toEqual([])
    expect(chart?.id).toBe('chart-history')
    expect(chart?.alternative).toContain(`${chart?.title}. 32 entries of 4 metrics. p50 went from 10.02 ms`)
    for (const name of ['p50, ms', 'p99, ms', 'errors, %', 'model size, MiB'])
      expect(chart?.texts).toContain(name)
    const { entries } = gateHistory()
    for (const { at, commit } of [entries[0], entries[31]].flatMap((each) => each ?? [])) {
      expect(chart?.texts).toContain(at.slice(0, 10))
      expect(chart?.texts).toContain(commit)
    }
    expect(chart?.texts).toContain('+22%')
    for (const metric of ['p50', 'p99', 'errors', 'model size'])
      expect(
        chart?.marks.filter((mark) => mark.startsWith(`${metric}: `) && / 2026-/.test(mark)),
      ).toHaveLength(32)
    const changes = chart?.marks.filter((mark) => mark.includes('went from'))
    expect([...new Set(changes)]).toEqual([
      expect.stringContaining('p50 went from 10.02 ms to 12.22 ms with the entry of 2026-09-20'),
    ])
    expect(chart?.rows).toBe(32)
  })

  test.each([0, 1, 2])('is sound with %d entries', async (count) => {
    const history = gateHistory({ entries: gateHistory().entries.slice(0, count), others: 0 })
    const html = historyHtml({ plimsoll: '0.1.0', history, changePoints: [] })
    const { page, troubles } = await visit(browser, save(`history-${count}`, html), WIDTHS.phone, 'light')
    const { overflow } = await page.evaluate(measurePage)
    const charts = await page.evaluate(describeCharts)
    await page.close()
    expect({ overflow, troubles, charts: charts.length }).toEqual({
      overflow: 0,
      troubles: [],
      charts: count > 0 ? 1 : 0,
    })
    for (const { marks } of charts)
      expect(marks.filter((mark) => mark.startsWith('p50: 10'))).toHaveLength(count)
  })
})

test('Names that are scripts run nowhere in a gate', async () => {
  const page = gateHtml(hostileGateResult())
  expect(page).not.toMatch(/[\u202e\u0007\u001b]/)
  const opened = await visit(browser, save('gate-hostile', page), WIDTHS.phone, 'light')
  const seen = await opened.page.evaluate(measurePage)
  await opened.page.close()
  expect(seen).toMatchObject({ pwned: false, scripts: 0, overflow: 0 })
  expect(opened.troubles).toEqual([])
})
