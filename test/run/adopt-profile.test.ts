import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mean } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import type { ModelProfile } from '../../src/core/model-profile.ts'
import type { Accuracy } from '../../src/core/variant.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { adoptProfile, settleByProfile } from '../../src/run/adopt-profile.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { readProfile } from '../../src/run/read-profile.ts'
import { cloudRun, vm } from '../fixtures/candidates.ts'
import { modelProfile, profileResult } from '../fixtures/model-profile.ts'
import { openMeasurement, timesAround } from '../fixtures/profile.ts'
import { runRecord, scenario } from '../fixtures/run.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const book = await loadPriceBook()
const effort = { requests: 4000, leastHours: 24 }

function problemsOf(act: () => unknown) {
  try {
    act()
  } catch (error) {
    if (error instanceof UserError) return error.problems
    throw error
  }
  return []
}

const save = (value: unknown) => {
  const file = join(temporaryFolder(), 'profile.json')
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
  return file
}

const range = (value: number) => ({ low: value, value, high: value })

function int8(loss: number): ModelProfile {
  const accuracy: Accuracy = { samples: 32, source: 'generated', outputs: [], loss: range(loss) }
  const whole = modelProfile()
  const facts = { name: 'int8-dynamic', path: '/v/int8.onnx', sha256: 'd0', bytes: 1000, fp32Bytes: 4000 }
  return {
    ...whole,
    variants: [...whole.variants, { ...facts, accuracy, notes: [] }],
    results: [...whole.results, profileResult(20, { variant: 'int8-dynamic' })],
    starts: [
      ...whole.starts,
      { variant: 'int8-dynamic', loadMs: 100, firstInferenceMs: 50, peakRssMib: 200, starts: 3 },
    ],
  }
}

describe('A run that adopts a saved profile', () => {
  const { profile } = adoptProfile(runRecord(), modelProfile(), 'p.json')

  test('takes each time in the model with one beside it, and says where they are from', () => {
    expect(profile?.source).toEqual({ file: 'p.json', startedAt: '2026-10-02T09:00:00.000Z' })
    const [one, two] = profile?.settings ?? []
    expect([one?.threads, two?.threads]).toEqual([1, 2])
    const { samplesMs = [], inferenceMs = [], valid } = one?.measurement ?? {}
    expect(valid).toBe(true)
    expect([...inferenceMs].sort((a, b) => a - b)).toEqual(modelProfile().results[0]?.samplesMs)
    expect(mean(samplesMs.map((ms, index) => ms - (inferenceMs[index] ?? 0)))).toBeCloseTo(10, 0)
  })

  test('has the curve of concurrencies up to the cores, and of batches, straight between those timed', () => {
    const [one, two] = profile?.settings ?? []
    expect(one?.stretch).toEqual([1, 1.2])
    expect(one?.batches).toEqual([1, 1.5, 2, 2.5])
    expect(two?.stretch).toBeUndefined()
    expect(two?.batches).toBeUndefined()
  })

  test('is advised on without a load, all of it modelled, and the assumptions name the profile', () => {
    const candidates = [cloudRun({ vcpus: 2, memoryGib: 2, concurrency: 8 }), vm()]
    const empty = runRecord({ trials: [], finishedAt: null }, { candidates })
    const record = settleByProfile(adoptProfile(empty, modelProfile(), 'p.json'))
    const advice = adviseRun(record, book, { effort, outlook: false })
    expect(advice.verdicts.map(({ evidence }) => evidence)).toEqual(['modelled', 'modelled'])
    expect(advice.assumptions.find(({ setBy }) => setBy === '--profile')?.value).toContain('p.json')
    expect(advice.profile?.source?.file).toBe('p.json')
    expect(advice.warnings.join()).not.toContain('interrupted')
  })

  test('keeps what was loaded, and says of a url that was not what loads it', () => {
    const measured = cloudRun({ url: 'https://a.example/predict' })
    const other = cloudRun({ url: 'https://b.example/predict' })
    const trial = {
      candidate: measured.name,
      status: 'measured',
      measurement: openMeasurement(timesAround(80, 300)),
      payload: { requestBytes: 1, replyBytes: 1 },
    } as const
    const record = runRecord({ trials: [trial] }, { candidates: [measured, other] })
    const { trials } = settleByProfile(adoptProfile(record, modelProfile(), 'p.json'))
    expect(trials[0]).toBe(trial)
    expect(trials[1]).toMatchObject({ status: 'failed', error: expect.stringContaining('plimsoll run') })
  })

  test('has its variants with their own times, and refuses one that loses too much', () => {
    const model = { ...scenario().model, variants: [{ name: 'int8-dynamic' }], maxAccuracyLoss: 0.01 }
    const candidates = [cloudRun({ variant: 'int8-dynamic' })]
    const empty = runRecord({ trials: [] }, { model, candidates })
    const [within, over] = [0.001, 0.05].map((loss) =>
      settleByProfile(adoptProfile(empty, int8(loss), 'p.json')),
    )
    const variant = within?.variants?.[0]
    expect(variant?.profile?.arithmetic).toBe('int8')
    expect(variant?.profile?.startUps[0]?.modelLoadMs).toBeCloseTo(125, 6)
    expect(variant?.profile?.settings[0]?.measurement.serviceMs.p50).toBeLessThan(35)
    expect(within?.trials[0]?.status).toBe('modelled')
    expect(over?.trials[0]).toMatchObject({
      status: 'refused',
      refusals: [{ rule: expect.stringContaining('5%') }],
    })
  })

  test('of another model, shape, encoding or without a variant is refused with all of that at once', () => {
    const model = {
      ...scenario().model,
      encoding: 'json' as const,
      inputs: { x: { shape: [1, 3, 640, 640], values: { from: 'uniform', low: 0, high: 1 } as const } },
      variants: [{ name: 'int8-weights' }],
    }
    const served = { ...modelProfile().served, model: { ...modelProfile().served.model, sha256: 'ff' } }
    const profile = modelProfile({ served, results: [profileResult(20, { batch: 4 })] })
    const problems = problemsOf(() => adoptProfile(runRecord({}, { model }), profile, 'p.json'))
    expect(problems.map(({ field }) => field)).toEqual([
      'served.model.sha256',
      'served.inputs.x',
      'served.encoding',
      'results',
      'variants',
    ])
    expect(problems.every(({ file }) => file === 'p.json')).toBe(true)
    expect(problems.at(-1)?.hint).toContain('plimsoll profile scenarios/harbour.yaml')
  })
})

describe('A saved profile', () => {
  test('reads as it was written, whatever a later version adds', () => {
    const file = save({ ...modelProfile(), later: true })
    expect(readProfile(file)).toMatchObject(modelProfile())
  })

  test.each([
    [
      'that is none',
      { schemaVersion: 1, results: [{ threads: 'x' }] },
      ['served', 'results[0].threads', 'host'],
    ],
    [
      'with a time below 0',
      { ...modelProfile(), results: [{ ...profileResult(5), samplesMs: [-1] }] },
      ['results[0].samplesMs[0]'],
    ],
    [
      'with one setting twice',
      modelProfile({ results: [profileResult(5), profileResult(6)] }),
      ['results[1]'],
    ],
  ])('%s is refused with every field at fault', (_, value, fields) => {
    const found = problemsOf(() => readProfile(save(value))).map(({ field }) => field)
    expect(found).toEqual(expect.arrayContaining(fields))
  })

  test.each([
    ['of a later schema', '{"schemaVersion": 2}', 'schema version 2'],
    ['that is cut short', '{"schemaVersion": 1,', 'is not JSON'],
  ])('%s says so', (_, text, message) => {
    expect(problemsOf(() => readProfile(save(text)))[0]?.message).toContain(message)
  })

  test('that is not there says so', () => {
    expect(problemsOf(() => readProfile('/nowhere/p.json'))[0]?.message).toBe('does not exist')
  })
})
