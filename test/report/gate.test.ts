import { describe, expect, test } from 'vitest'
import { gateAnnotations } from '../../src/report/gate/annotations.ts'
import { GATE_REPORTS } from '../../src/report/gate/index.ts'
import { gateResult, hostileGateResult } from '../fixtures/gate.ts'
import { structureOf } from './html/structure-of.ts'

const options = { width: 100, color: false }
const FILES = {
  terminal: 'gate.txt',
  markdown: 'gate.md',
  json: 'gate.json',
  junit: 'gate.xml',
  annotations: 'gate.annotations.txt',
  html: 'gate.html',
} as const

describe('reports of a gate', () => {
  test.each(Object.keys(GATE_REPORTS) as (keyof typeof GATE_REPORTS)[])(
    'as %s are as they were',
    async (format) => {
      const report = await GATE_REPORTS[format](gateResult(), options)
      await expect(format === 'html' ? structureOf(report) : report).toMatchFileSnapshot(
        `../golden/${FILES[format]}`,
      )
    },
  )

  test('keep hostile text out of the page, the table, the log and the terminal', () => {
    const result = hostileGateResult()
    const markdown = GATE_REPORTS.markdown(result)
    expect(markdown).not.toContain('<script')
    expect(markdown).not.toMatch(/[^\\]`|[^\\]\[l\]|@(?!&#8203;)[a-z]/)
    const rows = markdown.split('\n').filter((line) => line.startsWith('|'))
    const columns = rows.map((row) => row.split('|').length)
    expect(new Set(columns)).toEqual(new Set([9, 6]))
    for (const line of gateAnnotations(result).trimEnd().split('\n'))
      expect(line).toMatch(/^::(error|warning) title=[^:\n]+::[^\n]*$/)
    for (const text of [markdown, GATE_REPORTS.terminal(result, options), GATE_REPORTS.junit(result)]) {
      expect(text).not.toMatch(/[\u202e\u0007\u001b]/)
    }
  })

  test('as JUnit are XML in which nothing from outside is markup', () => {
    const xml = GATE_REPORTS.junit(hostileGateResult())
    expect(
      xml
        .replace(/^<\?xml.*\?>/, '')
        .replace(/<\/?(testsuites|testsuite|testcase|failure|error|skipped|system-out)\b[^<>]*>/g, ''),
    ).not.toMatch(/[<>]/)
    expect(xml).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/)
    // The answer is a case of its own.
    expect(xml).toContain('tests="9" failures="3" errors="1" skipped="1"')
  })

  test('as HTML link only to what is there, and load nothing', async () => {
    const page = await GATE_REPORTS.html(gateResult())
    const links = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address = '']) => address)
    expect(links.length).toBeGreaterThan(8)
    for (const link of links) if (link !== 'data:,') expect(page).toContain(`id="${link.replace(/^#/, '')}"`)
  })

  test('as JSON hold every figure of the others', () => {
    expect(JSON.parse(GATE_REPORTS.json(gateResult()))).toEqual(gateResult())
  })

  test('tell a pass with a notice, since no line at all would look like a step that did nothing', () => {
    const { judgements } = gateResult()
    const passed = gateResult({
      outcome: 'passed',
      judgements: judgements.filter(({ outcome }) => outcome === 'passed'),
    })
    expect(gateAnnotations(passed)).toEqual(
      expect.stringMatching(/^::notice title=plimsoll gate::The gate passed\. .*\n$/),
    )
  })
})
