import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import type { DeploySettings } from '../../../src/core/deploy-settings.ts'
import { loadPriceBook } from '../../../src/pricing/price-book.ts'
import { adoptProfile } from '../../../src/run/adopt-profile.ts'
import { adviseRun } from '../../../src/run/advise-run.ts'
import { asPublishedAdvice } from '../../../src/run/schema/advice-schema.ts'
import { adviceJsonSchema, profileJsonSchema, runJsonSchema } from '../../../src/run/schema/json-schemas.ts'
import { asPublishedProfile } from '../../../src/run/schema/profile-schema.ts'
import { asPublishedRun } from '../../../src/run/schema/run-schema.ts'
import { deploySettings } from '../../fixtures/deploy.ts'
import { modelProfile } from '../../fixtures/model-profile.ts'
import { runRecord, variedRun } from '../../fixtures/run.ts'

const book = await loadPriceBook()
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
const advice = ajv.compile(adviceJsonSchema())
const run = ajv.compile(runJsonSchema())
const profile = ajv.compile(profileJsonSchema())
const golden = JSON.parse(readFileSync('test/golden/report.json', 'utf8'))
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
