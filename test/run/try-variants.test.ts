import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/core/candidate.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import type { VariantFacts } from '../../src/core/variant.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { accuracyRefusal, gpuRefusal } from '../../src/run/try-variants.ts'
import { vm } from '../fixtures/candidates.ts'
import { closedMeasurement, localProfile, timesAround } from '../fixtures/profile.ts'
import { runRecord, scenario } from '../fixtures/run.ts'

const run = runRecord()
const book = await loadPriceBook()

const range = (value: number) => ({ low: value - 0.01, value, high: value + 0.01 })

function recordWith(loss: number, limit?: number): RunRecord {
  const output = {
    output: 'mask',
    kind: 'mask',
    agreement: range(0.99),
    iou: range(1 - loss),
    cosine: range(0.99),
    maxError: 0.5,
    largest: 1,
    loss: range(loss),
  } as const
  const accuracy = { samples: 32, source: 'files', outputs: [output], loss: range(loss) } as const
  const facts: VariantFacts = {
    name: 'int8-weights',
    path: '/v.onnx',
    sha256: '',
    bytes: 1,
    fp32Bytes: 4,
    accuracy,
    notes: [],
  }
  const model = { ...run.scenario.model, ...(limit === undefined ? {} : { maxAccuracyLoss: limit }) }
  return { ...run, scenario: { ...run.scenario, model }, variants: [{ facts, profile: null }] }
}

const plain = run.scenario.candidates[0] as Candidate
const varied: Candidate = { ...plain, variant: 'int8-weights' }

describe('maxAccuracyLoss', () => {
  test('refuses a candidate whose variant loses more, and says by how much', () => {
    expect(accuracyRefusal(varied, recordWith(0.031, 0.01))).toEqual([
      {
        candidate: varied.name,
        status: 'refused',
        refusals: [
          {
            rule: 'int8-weights: loses 3.1% (2.1% to 4.1%) of the IoU of "mask" on 32 samples, 2.1 points over the limit of 1%',
            source: "the scenario's model.maxAccuracyLoss",
          },
        ],
      },
    ])
  })

  test('lets the others be: within the limit, without one, and the model as it is', () => {
    expect(accuracyRefusal(varied, recordWith(0.01, 0.01))).toEqual([])
    expect(accuracyRefusal(varied, recordWith(0.5))).toEqual([])
    expect(accuracyRefusal(plain, recordWith(0.5, 0.01))).toEqual([])
  })
})

test('Dynamic int8 is refused on a GPU, where ONNX Runtime has no operators for it', () => {
  const accelerator = { type: 'nvidia-l4', count: 1 }
  expect(gpuRefusal({ ...plain, variant: 'int8-dynamic', accelerator })).toHaveLength(1)
  expect(gpuRefusal({ ...plain, variant: 'int8-weights', accelerator })).toEqual([])
  expect(gpuRefusal({ ...plain, variant: 'int8-dynamic' })).toEqual([])
})

describe('The advice', () => {
  function timed(ms: number) {
    return localProfile({
      settings: [{ threads: 1, measurement: closedMeasurement(timesAround(ms, 200), 0.9) }],
    })
  }

  /** fp32 is too slow for the small machine, int8 is fast enough there, and `lossy` is faster but loses too much. */
  function recorded(): RunRecord {
    const machine = (machineType: string, variant?: string) =>
      vm({ machineType, ...(variant ? { variant } : {}) })
    const candidates = ['e2-standard-2', 'e2-standard-8'].flatMap((type) => [
      machine(type),
      machine(type, 'int8-weights'),
      machine(type, 'lossy'),
    ])
    const model = {
      ...scenario().model,
      variants: [{ name: 'int8-weights' }, { name: 'lossy' }],
      maxAccuracyLoss: 0.01,
    }
    const [good, bad] = [recordWith(0.004, 0.01).variants?.[0], recordWith(0.2, 0.01).variants?.[0]]
    if (!good || !bad) throw new Error('no variants')
    const variants = [
      { ...good, profile: timed(6) },
      { facts: { ...bad.facts, name: 'lossy' }, profile: null },
    ]
    const record = runRecord({ profile: timed(90), variants }, { model, candidates })
    const trials = record.trials.map((trial) => {
      const candidate = candidates.find(({ name }) => name === trial.candidate)
      return (candidate && accuracyRefusal(candidate, record)[0]) ?? trial
    })
    return { ...record, trials }
  }

  test('is a cheaper variant within the accuracy, with its accuracy beside it', () => {
    const { cheapest, recommendation } = adviseRun(recorded(), book)
    expect(cheapest).toContain('e2-standard-2 int8-weights')
    expect(recommendation.join(' ')).toContain('loses 0.4%')
  })

  test('refuses the one that loses too much, by how much', () => {
    const { verdicts, variants } = adviseRun(recorded(), book)
    const lossy = verdicts.filter(({ candidate }) => candidate.variant === 'lossy')
    expect(lossy.map(({ outcome }) => outcome)).toEqual(['refused', 'refused'])
    expect(lossy[0]?.reasons[0]).toContain('19 points over the limit of 1%')
    expect(variants?.map(({ name, refused }) => [name, refused])).toEqual([
      ['int8-weights', false],
      ['lossy', true],
    ])
    expect(variants?.[0]?.settings[0]?.ratioToFp32).toBeLessThan(0.1)
  })
})
