import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import type { Advice } from '../../src/core/advice.ts'
import type { Candidate } from '../../src/core/candidate.ts'
import { formatUsd } from '../../src/core/money.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { REPORTS, type ReportFormat, writeReport } from '../../src/report/index.ts'
import { jsonReport } from '../../src/report/json.ts'
import { markdownReport } from '../../src/report/markdown.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { cloudFunction, cloudRun, cloudRunGpu, mig, vertex, vm } from '../fixtures/candidates.ts'
import { localProfile } from '../fixtures/profile.ts'
import { runRecord, variedRun } from '../fixtures/run.ts'

const book = await loadPriceBook()
const advice = adviseRun(variedRun(), book)

const POOL: readonly Candidate[] = [
  cloudRun(),
  cloudRun({ vcpus: 1, memoryGib: 6 }),
  cloudRun({ vcpus: 4, memoryGib: 4, region: 'europe-west1', minReplicas: 3, maxReplicas: 1000, threads: 4 }),
  cloudRunGpu(),
  vertex({ machineType: 'n1-standard-2' }),
  vertex({ machineType: 'n2-standard-128', region: 'northamerica-northeast2', maxReplicas: 10_000 }),
  vertex({ machineType: 'n4-standard-4' }),
  cloudFunction({ memoryMib: 128 }),
  mig({ machineType: 'c4-standard-8' }),
  vm({ machineType: 'n2-standard-2', minReplicas: 4, maxReplicas: 4 }),
]

/** For what does not turn on the figures. */
const quick = { outlook: false, effort: { requests: 1000, leastHours: 24 } } as const

/** Advice on any of these candidates, at any traffic. */
const anyAdvice = fc
  .record({
    candidates: fc.subarray([...POOL], { minLength: 1, maxLength: 4 }),
    rps: fc.constantFrom(0.0002, 0.4, 3, 45.5, 800),
    limitMs: fc.constantFrom(50, 250, 4000),
    interrupted: fc.boolean(),
  })
  .map(({ candidates, rps, limitMs, interrupted }): Advice => {
    const slo = { latencyMs: { p95: limitMs }, errorRatio: 0.001 }
    const cut = interrupted ? { finishedAt: null, trials: [] } : {}
    return adviseRun(runRecord(cut, { candidates, traffic: { rps }, slo }), book, quick)
  })

function terminal(of: Advice, width: number): string {
  return terminalReport(of, { width, color: false })
}

/** One space for every blank, so that text can be found across line ends. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

describe('The terminal report', () => {
  test('has no line wider than the terminal', () => {
    fc.assert(
      fc.property(anyAdvice, fc.constantFrom(40, 60, 80, 100, 200), fc.boolean(), (of, width, color) => {
        const lines = terminalReport(of, { width, color }).split('\n')
        expect(lines.length).toBeGreaterThan(6)
        for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(width)
      }),
      { numRuns: 30 },
    )
  })

  test('shows every candidate, its outcome and a reason, at any width', () => {
    for (const width of [40, 80, 120]) {
      const shown = flat(terminal(advice, width)).replaceAll(' ', '')
      for (const { candidate, outcome, reasons } of advice.verdicts) {
        expect(shown).toContain(candidate.name.replaceAll(' ', ''))
        if (outcome !== 'meets') expect(shown).toContain((reasons[0] ?? '').replaceAll(' ', ''))
      }
    }
  })

  test('marks what is modelled and nothing that is measured', () => {
    for (const line of terminal(advice, 110).split('\n')) {
      if (/^ +(tie|meets|cheapest|misses) .*\d/.test(line)) expect(line).toContain('~')
      if (line.includes('294 ') && line.includes('112 ms')) expect(line).not.toContain('~')
    }
  })

  test('says the evidence first', () => {
    const [, , first] = terminal(advice, 110).split('\n')
    expect(first).toMatch(/^Modelled, not measured:/)
  })

  test('names the region once where all candidates share it', () => {
    const shared = adviseRun(runRecord({}, { candidates: [cloudRun(), vm()] }), book)
    const shown = terminal(shared, 110).split('\n')
    expect(shown[0]).toContain('us-central1')
    expect(shown.filter((line) => /^[✓?✗] /.test(line)).join('')).not.toContain('us-central1')
  })
})

describe('The Markdown report', () => {
  /** Every decimal in the JSON, as the reports would write it, and its text itself. */
  function known(of: Advice): { readonly amounts: ReadonlySet<string>; readonly text: string } {
    const text = jsonReport(of)
    const decimals = [...text.matchAll(/"(-?\d+(?:\.\d+)?)"/g)].map(([, value = '']) => value)
    return { amounts: new Set(decimals.flatMap((value) => [formatUsd(value), `$${value}`])), text }
  }

  test('has no dollar figure and no SKU that the JSON lacks', () => {
    fc.assert(
      fc.property(anyAdvice, (of) => {
        const { amounts, text } = known(of)
        const report = markdownReport(of)
        for (const [figure] of report.matchAll(/\$\d+(?:,\d{3})*(?:\.\d+)?/g)) {
          expect(amounts.has(figure) || text.includes(figure), figure).toBe(true)
        }
        for (const [sku] of report.matchAll(/\b[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}\b/g)) {
          expect(text).toContain(`"${sku}"`)
        }
      }),
      { numRuns: 25 },
    )
  })

  test('shows every bill line of the JSON with its SKU and unit', () => {
    const report = markdownReport(advice)
    const lines = advice.verdicts.flatMap(({ bill }) => bill?.lines ?? [])
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) {
      expect(report).toContain(line.sku ?? line.description)
      expect(report).toContain(`| ${line.unit} | $${line.usdPerUnit}`)
    }
  })

  test('says that a missing price leaves no total', () => {
    expect(markdownReport(advice)).toContain(
      'vertex n2-standard-2 africa-south1: no total: a price is missing',
    )
  })

  /** Rows of one table have as many cells as its head; no tag but those of the report's own; bold and code closed. */
  function expectSound(report: string): void {
    const prose = report.replaceAll(/`[^`\n]*`/g, 'code')
    const tags = [...prose.matchAll(/<[/!a-z][^>]*>?/gi)].map(([tag]) => tag)
    expect(new Set(tags)).toEqual(new Set(['<details>', '<summary>', '</summary>', '</details>']))
    for (const table of report.split('\n\n').filter((block) => block.startsWith('|'))) {
      const cells = table.split('\n').map((row) => row.match(/(?<!\\)\|/g)?.length)
      expect(new Set(cells).size, table).toBe(1)
    }
  }

  test('is sound', () => {
    expectSound(markdownReport(advice))
  })

  test('cannot be broken by what a scenario or a machine is called', () => {
    const nasty = fc
      .array(
        fc.constantFrom(
          '<script>',
          '</details>',
          '<img src=x onerror=y>',
          '|',
          '`',
          '\n',
          '&',
          '"',
          '# ',
          'x',
        ),
        { minLength: 1, maxLength: 8 },
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(nasty, (name) => {
        const record: RunRecord = runRecord({}, { candidates: [cloudRun(), ...POOL.slice(1, 2)] })
        const profile = localProfile()
        const renamed = {
          ...record,
          id: `${name}-1`,
          scenario: { ...record.scenario, name, file: `${name}.yaml` },
          profile: { ...profile, host: { ...profile.host, cpuModel: `CPU ${name}` } },
        }
        const report = markdownReport(adviseRun(renamed, book, quick))
        expectSound(report)
        expect(report.split('\n').filter((line) => /^# /.test(line))).toHaveLength(1)
      }),
      { numRuns: 25 },
    )
  })

  test('keeps a pipe in a reason inside its cell', () => {
    const failed = { candidate: cloudRun().name, status: 'failed', error: 'reset | by <peer>' } as const
    const report = markdownReport(adviseRun(runRecord({ trials: [failed] }), book))
    expect(report).toContain('reset &#124; by &lt;peer&gt;')
  })
})

describe('The JSON report', () => {
  const parsed = JSON.parse(jsonReport(advice))

  test('is the advice itself, with null where a queue grows without end', () => {
    expect(jsonReport(advice)).not.toMatch(/Infinity|NaN/)
    const overloaded = parsed.verdicts.find(
      (verdict: Advice['verdicts'][number]) => verdict.candidate.name === 'gce vm e2-standard-2 us-central1',
    )
    expect(overloaded.latencyMs.p95).toMatchObject({ low: expect.any(Number), value: null, high: null })
    expect(JSON.parse(JSON.stringify(advice))).toEqual(parsed)
  })

  test('has what its readers rely on', () => {
    expect(parsed).toMatchObject({ schemaVersion: 1, cheapest: expect.any(String), ties: expect.any(Array) })
    for (const verdict of parsed.verdicts) {
      expect(verdict.candidate).toMatchObject({
        platform: expect.stringMatching(/^(vertex|cloud-run|functions|gce)$/),
        region: expect.stringMatching(/-/),
        name: expect.stringMatching(/./),
      })
      expect(verdict.outcome).toMatch(/^(meets|misses|undecided|unpriced|refused|untested)$/)
      expect(verdict.evidence).toMatch(/^(measured|modelled)$/)
      expect(verdict.reasons.length).toBeGreaterThan(0)
      if (verdict.usdPerMonth === null) continue
      for (const bound of ['low', 'value', 'high']) {
        expect(verdict.usdPerMonth[bound]).toMatch(/^\d+(\.\d+)?$/)
      }
    }
  })

  test('has a total of exactly its bill lines', () => {
    for (const { usdPerMonth, bill } of advice.verdicts) {
      if (usdPerMonth) expect(usdPerMonth.value).toBe(bill?.usdTotal)
    }
  })
})

describe('All formats', () => {
  test('agree on the cheapest', () => {
    fc.assert(
      fc.property(anyAdvice, (of) => {
        const { cheapest } = JSON.parse(jsonReport(of))
        const markdown = markdownReport(of)
        const shown = flat(terminal(of, 100))
        if (cheapest === null) {
          expect(markdown).not.toContain('| cheapest |')
          expect(shown).toMatch(/No candidate (meets|is sure to meet) the SLO/)
          return
        }
        expect(markdown).toContain(`| **${cheapest}** | cheapest |`)
        expect(shown).toContain(`Cheapest that meets the SLO: ${cheapest},`)
        const region = of.verdicts.find(({ candidate }) => candidate.name === cheapest)?.candidate.region
        expect(shown.replaceAll(` ${region}`, '')).toContain(
          `✓ ${cheapest.replace(` ${region}`, '')} cheapest `,
        )
      }),
      { numRuns: 25 },
    )
  })

  test('end in one line end', async () => {
    for (const format of Object.keys(REPORTS)) {
      expect(await writeReport(format as ReportFormat, advice)).toMatch(/[^\r\n]\r?\n$/)
    }
  })
})
