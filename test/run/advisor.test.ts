import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../src/core/run-record.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { FORGETFUL } from '../../src/run/advice-memo.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { Advisor } from '../../src/run/advisor.ts'
import { COMMITMENTS, type WhatIf } from '../../src/run/what-if.ts'
import { variedRun } from '../fixtures/run.ts'

const book = await loadPriceBook()
/** Every fourth candidate, the measured one among them. */
const record = runOf(variedRun(), (index) => index % 4 === 3 || index === 0)
const brief = { outlook: false, effort: { requests: 1000, leastHours: 24 } } as const

const question: fc.Arbitrary<WhatIf> = fc.record(
  {
    slo: fc.integer({ min: 20, max: 900 }).map((p95) => ({ latencyMs: { p95 }, errorRatio: 0.01 })),
    traffic: fc.constantFrom({ factor: 2 }, { rps: 5 }),
    region: fc.constantFrom('us-central1', 'europe-west4', 'africa-south1'),
    commitment: fc.constantFrom(...COMMITMENTS),
    minReplicas: fc.constantFrom(0, 1, 2),
    peakFactor: fc.constantFrom(1, 3),
  },
  { requiredKeys: [] },
)

function runOf(run: RunRecord, keep: (index: number) => boolean): RunRecord {
  const candidates = run.scenario.candidates.filter((_, index) => keep(index))
  return { ...run, scenario: { ...run.scenario, candidates } }
}

describe('An advisor', () => {
  test('answers any question after any other as advising without memory does, to the digit', () => {
    const advisor = new Advisor(record, book, brief)
    fc.assert(
      fc.property(question, (whatIf) => {
        const afresh = adviseRun(record, book, { ...brief, whatIf, memo: FORGETFUL })
        expect(JSON.stringify(advisor.advise(whatIf))).toBe(JSON.stringify(afresh))
      }),
      { numRuns: 10 },
    )
  }, 60_000)

  test('looks at other traffic too, the same as without memory', () => {
    const advisor = new Advisor(record, book, brief)
    advisor.advise({ traffic: { factor: 2 } })
    const asked = advisor.advise({}, { outlook: true })
    expect(asked.outlook).not.toBeNull()
    expect(asked).toEqual(adviseRun(record, book, { ...brief, outlook: true, memo: FORGETFUL }))
  }, 60_000)

  test('prepares an answer one candidate after the other', () => {
    const advisor = new Advisor(record, book, brief)
    const whatIf = { traffic: { factor: 3 } }
    const steps = [...advisor.prepare(whatIf)]
    const total = record.scenario.candidates.length
    expect(steps).toEqual(Array.from({ length: total }, (_, index) => ({ done: index + 1, total })))
    expect(advisor.advise(whatIf)).toEqual(adviseRun(record, book, { ...brief, whatIf }))
  })
})
