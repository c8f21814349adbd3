import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { loadPriceBook } from '../../../src/pricing/price-book.ts'
import { adviseRun } from '../../../src/run/advise-run.ts'
import { asPublishedAdvice } from '../../../src/run/schema/advice-schema.ts'
import { adviceJsonSchema, runJsonSchema } from '../../../src/run/schema/json-schemas.ts'
import { asPublishedRun } from '../../../src/run/schema/run-schema.ts'
import { runRecord, variedRun } from '../../fixtures/run.ts'

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
const advice = ajv.compile(adviceJsonSchema())
const run = ajv.compile(runJsonSchema())
const golden = JSON.parse(readFileSync('test/golden/report.json', 'utf8'))
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value))

function expectValid(validate: typeof advice, value: unknown): void {
  expect(validate(value) ? [] : validate.errors).toEqual([])
}

describe('The published schema of the advice', () => {
  test('takes the golden report', () => {
    expectValid(advice, golden)
  })

  test('takes advice without a profile, on a run cut short', async () => {
    const cut = adviseRun(runRecord({ finishedAt: null, profile: null, trials: [] }), await loadPriceBook())
    expectValid(advice, asJson(asPublishedAdvice(cut)))
  })

  test.each([
    ['another version', { schemaVersion: 2 }],
    ['a field it does not know', { verdict: [] }],
    ['money that is a number', { nextMeasurement: { ...golden.nextMeasurement, usd: 1.5 } }],
    ['a verdict without reasons', { verdicts: [{ ...golden.verdicts[0], reasons: [] }] }],
    ['an outcome that is none', { verdicts: [{ ...golden.verdicts[0], outcome: 'wins' }] }],
  ])('refuses %s', (_, change) => {
    expect(advice({ ...golden, ...change })).toBe(false)
  })
})

describe('The published schema of a run', () => {
  test('takes a run with every kind of trial', () => {
    expectValid(run, asJson(asPublishedRun(variedRun())))
  })

  test('refuses a trial of a kind that it does not know', () => {
    const record = asJson(variedRun())
    expect(run({ ...record, trials: [{ candidate: 'x', status: 'guessed' }] })).toBe(false)
  })
})
