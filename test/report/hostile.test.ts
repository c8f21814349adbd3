import fc from 'fast-check'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import type { Advice } from '../../src/core/advice.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { annotationsReport } from '../../src/report/annotations.ts'
import { COMPARISON_REPORTS } from '../../src/report/comparison/index.ts'
import { csvReport } from '../../src/report/csv.ts'
import { jsonReport } from '../../src/report/json.ts'
import { junitReport } from '../../src/report/junit.ts'
import { markdownReport } from '../../src/report/markdown.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { comparison } from '../fixtures/comparison.ts'
import { variedRun } from '../fixtures/run.ts'

const advice = adviseRun(variedRun(), await loadPriceBook())

const hostile = fc
  .array(
    fc.constantFrom(
      ...['<script>alert(1)</script>', '</details>', '<img src=x onerror=y>', ']]>', '-->', '&amp;', '&'],
      ...[
        '"',
        "'",
        '`',
        '|',
        '\\',
        '\\|',
        '*',
        '_',
        '[l](javascript:x)',
        '@team',
        '#12',
        '# ',
        '~~',
        'https://x.example/',
        'www.x.example',
        '%0A',
        '%',
      ],
      ...[
        '\n',
        '\r\n',
        '\r',
        '\t',
        '\u2028',
        '\u0000',
        '\u0007',
        '\u001b[31m',
        '\u009b31m',
        '\u202e',
        '\u2066',
      ],
      ...[
        '=1+1',
        '+1',
        '-1',
        '@SUM(A1)',
        ',',
        ';',
        '::error::x',
        '\ud800',
        '\uffff',
        '\u{e0041}',
        'שלום',
        '模型',
        'x',
      ],
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''))

/** The advice of the golden files with this text wherever text comes from outside. */
function named(text: string): Advice {
  const rename = (name: string) => (name === advice.cheapest ? text : name)
  return {
    ...advice,
    run: { ...advice.run, id: text },
    scenario: { ...advice.scenario, name: text, file: text },
    cheapest: advice.cheapest && text,
    ties: advice.ties.map(rename),
    frontier: advice.frontier.map(rename),
    recommendation: [text, text, text],
    warnings: [text],
    assumptions: [{ name: text, value: text, source: text, setBy: text }],
    verdicts: advice.verdicts.map((verdict) => ({
      ...verdict,
      candidate: { ...verdict.candidate, name: rename(verdict.candidate.name) },
      reasons: [text, ...verdict.reasons],
      caveats: [text],
    })),
  }
}

function holds(check: (text: string, of: Advice) => void): void {
  fc.assert(
    fc.property(hostile, (text) => {
      check(text, named(text))
    }),
    { numRuns: 60 },
  )
}

/** What moves a cursor, turns the direction of writing or hides; the line end is ours. */
const ACTIVE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u

describe('Hostile text', () => {
  test('leaves XML well-formed', () => {
    holds((_, of) => expect(XMLValidator.validate(junitReport(of))).toBe(true))
  })

  test('leaves CSV with as many cells in every row, and no cell that is a formula', () => {
    holds((_, of) => {
      const [head = [], ...rows] = parseCsv(csvReport(of))
      expect(rows).toHaveLength(of.verdicts.length)
      for (const row of rows) {
        expect(row).toHaveLength(head.length)
        for (const cell of row) expect(cell).not.toMatch(/^(?!-?\d+(\.\d+)?(e-?\d+)?$)[=+\-@\t\r]/)
      }
    })
  })

  test('leaves one annotation a line', () => {
    holds((_, of) => {
      const lines = annotationsReport(of).trimEnd().split('\n')
      expect(lines.length).toBeLessThanOrEqual(11)
      for (const line of lines) {
        expect(line).toMatch(/^::(error|warning|notice) title=[^:,\r\n]*::[^\r\n]*$/)
        expect(line).not.toMatch(/%(?!25|3A|2C)/)
        expect(line).not.toMatch(ACTIVE)
      }
    })
  })

  test('leaves Markdown tables with as many cells in every row, and no tag, link or mention but its own', () => {
    holds((_, of) => expectSound(markdownReport(of)))
    holds((text) => expectSound(COMPARISON_REPORTS.markdown(comparison(text))))
  })

  test('sends a terminal no control character', () => {
    holds((text, of) => {
      expect(terminalReport(of, { width: 80, color: false })).not.toMatch(ACTIVE)
      expect(COMPARISON_REPORTS.text(comparison(text), { width: 80 })).not.toMatch(ACTIVE)
    })
  })

  test('is in the JSON as it was, escaped where it would act', () => {
    holds((_, of) => {
      const json = jsonReport(of)
      expect(json).not.toMatch(ACTIVE)
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(of)))
    })
  })
})

function expectSound(report: string): void {
  const prose = report.replaceAll(/(?<!\\)`[^`\n]*`/g, 'code')
  for (const [tag] of prose.matchAll(/<[/!a-z][^>]*>?/gi))
    expect(['<details>', '<summary>', '</summary>', '</details>']).toContain(tag)
  // Within a tag of ours Markdown is not read.
  const read = prose.replaceAll(/<summary>.*<\/summary>/g, '')
  expect(read).not.toMatch(/(?<!\\)\[[^\]]*\]\(|(?<!\\)~~/)
  // GitHub looks for these in what is shown, character references resolved.
  const shown = prose.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  expect(shown).not.toMatch(/@[a-z0-9]|#\d|https:\/\/x\.|www\.x/i)
  for (const table of report.split('\n\n').filter((block) => block.startsWith('|'))) {
    const cells = table.split('\n').map((row) => row.match(/(?<!\\)\|/g)?.length)
    expect(new Set(cells).size, table).toBe(1)
  }
}

/** RFC 4180, strictly: a quote within a cell without quotes is an error. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let rest = text
  let row: string[] = []
  while (rest.length > 0) {
    const [whole, quoted, plain = '', end = ''] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? [
      '',
    ]
    if (!whole) throw new Error(`no CSV at ${rest.slice(0, 40)}`)
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '\r\n') {
      rows.push(row)
      row = []
    }
    rest = rest.slice(whole.length)
  }
  return rows
}
