import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import type { DeploySettings } from '../../../src/core/deploy-settings.ts'
import { loadPriceBook } from '../../../src/pricing/price-book.ts'
import { adoptProfile } from '../../../src/run/adopt-profile.ts'
import { adviseRun } from '../../../src/run/advise-run.ts'
import { asPublishedAdvice } from '../../../src/run/schema/advice-schema.ts'
import { asPublishedComparison } from '../../../src/run/schema/comparison-schema.ts'
import { asPublishedGate } from '../../../src/run/schema/gate-schema.ts'
import {
  adviceJsonSchema,
  comparisonJsonSchema,
  gateJsonSchema,
  profileJsonSchema,
  runJsonSchema,
} from '../../../src/run/schema/json-schemas.ts'
import { asPublishedProfile } from '../../../src/run/schema/profile-schema.ts'
import { asPublishedRun } from '../../../src/run/schema/run-schema.ts'
import { comparison as comparisonOf } from '../../fixtures/comparison.ts'
import { deploySettings } from '../../fixtures/deploy.ts'
import { gateHistory, gateResult, hostileGateResult } from '../../fixtures/gate.ts'
import { modelProfile } from '../../fixtures/model-profile.ts'
import { runRecord, variedRun } from '../../fixtures/run.ts'

const book = await loadPriceBook()
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
const advice = ajv.compile(adviceJsonSchema())
const run = ajv.compile(runJsonSchema())
const profile = ajv.compile(profileJsonSchema())
const gate = ajv.compile(gateJsonSchema())
const comparison = ajv.compile(comparisonJsonSchema())
const readGolden = (name: string) => JSON.parse(readFileSync(`test/golden/${name}.json`, 'utf8'))
const golden = readGolden('report')
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value))

function expectValid(validate: typeof advice, value: unknown): void {
  expect(validate(value) ? [] : validate.errors).toEqual([])
}

describe('The published schema of the advice', () => {
  test('takes the golden report', () => {
    expectValid(advice, golden)
  })

  test('takes advice without a profile, on a run cut short', () => {
    const cut = adviseRun(runRecord({ finishedAt: null, profile: null, trials: [] }), book)
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

  test('takes one whose scenario says all that there is to say of deployments', () => {
    const deploy: Required<DeploySettings> = {
      ...deploySettings(),
      image: 'h/p/r/model:1',
      modelUri: 'gs://b/m.onnx',
      clientRanges: ['203.0.113.7/32'],
      serviceAccount: 'server@p.iam.gserviceaccount.com',
      network: 'models',
      subnetwork: 'projects/p/regions/r/subnetworks/s',
      variants: { 'int8-weights': { image: 'h/p/r/model:int8', modelUri: 'gs://b/int8.onnx' } },
    }
    const record = runRecord()
    expectValid(run, asJson(asPublishedRun({ ...record, scenario: { ...record.scenario, deploy } })))
  })

  test('refuses a trial of a kind that it does not know', () => {
    const record = asJson(variedRun())
    expect(run({ ...record, trials: [{ candidate: 'x', status: 'guessed' }] })).toBe(false)
  })
})

describe('The published schema of a profile', () => {
  test('takes a profile, and a run that adopted it fits its own', () => {
    expectValid(profile, asJson(asPublishedProfile(modelProfile())))
    const record = adoptProfile(runRecord(), modelProfile(), 'p.json')
    expectValid(run, asJson(asPublishedRun(record)))
    expectValid(advice, asJson(asPublishedAdvice(adviseRun(record, book, { outlook: false }))))
  })

  test('refuses one without its results', () => {
    expect(profile({ ...asJson(modelProfile()), results: [] })).toBe(false)
  })
})

describe('The published schema of a gate', () => {
  const result = readGolden('gate')

  test('takes the golden gate, and one on a real machine', () => {
    expectValid(gate, result)
    expectValid(gate, JSON.parse(readFileSync('test/fixtures/quickstart-gate.json', 'utf8')))
  })

  test('takes edges that are infinite, a history, and names that are hostile', () => {
    const { judgements } = gateResult()
    const [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    const worsening = { value: 0.1, low, high, confidence: { low: 0.95, high: 0.95 } }
    const unbounded = judgements.map((judgement) => ({ ...judgement, worsening, detectable: high }))
    const history = gateHistory()
    for (const value of [gateResult({ judgements: unbounded, history }), hostileGateResult()])
      expectValid(gate, asJson(asPublishedGate(value)))
  })

  test.each([
    ['an outcome that is none', { outcome: 'maybe' }],
    ['a judgement without a reason', { judgements: [{ ...result.judgements[0], reason: undefined }] }],
    ['a field it does not know', { verdict: 'passed' }],
  ])('refuses %s', (_, change) => {
    expect(gate(asJson({ ...result, ...change }))).toBe(false)
  })
})

describe('The published schema of a comparison', () => {
  const result = readGolden('compare')

  test('takes the golden comparison, and one of other runs', () => {
    expectValid(comparison, result)
    expectValid(comparison, asJson(asPublishedComparison(comparisonOf('text'))))
  })

  test.each([
    ['one run alone', { runs: result.runs.slice(0, 1) }],
    ['a change that is none', { measured: [{ ...result.measured[0], values: [{ change: 'so-so' }] }] }],
  ])('refuses %s', (_, change) => {
    expect(comparison({ ...result, ...change })).toBe(false)
  })
})
