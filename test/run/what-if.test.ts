import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import type { Trial } from '../../src/core/measurement.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import type { Traffic } from '../../src/core/scenario.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { readWhatIf } from '../../src/run/read-what-if.ts'
import { suppose, whatIfProblems } from '../../src/run/suppose.ts'
import type { WhatIf } from '../../src/run/what-if.ts'
import { monthProfile } from '../../src/traffic/month-profile.ts'
import { cloudFunction, cloudRun, mig, vertex, vm } from '../fixtures/candidates.ts'
import { openMeasurement, timesAround } from '../fixtures/profile.ts'
import { runRecord } from '../fixtures/run.ts'

const book = await loadPriceBook()
const brief = { outlook: false, effort: { requests: 2000, leastHours: 24 } } as const
const curve = { peakRps: 50, shape: 'office', timeZone: 'UTC', weekendFactor: 0.2 } as const
const advise = (record: RunRecord, whatIf: WhatIf) => adviseRun(record, book, { ...brief, whatIf })
const names = ({ record }: { record: RunRecord }) => record.scenario.candidates.map(({ name }) => name)

describe('Traffic', () => {
  const monthOf = (traffic: Traffic) => monthProfile(traffic, 1)
  const peakOverMean = (traffic: Traffic) => monthOf(traffic).peakRps / traffic.rps

  test('is a multiple of its own, peaks and bursts included', () => {
    const record = runRecord({}, { traffic: { rps: 10, curve, burst: { rps: 80, hoursPerDay: 1 } } })
    const { traffic } = suppose(record, { traffic: { factor: 3 } }).record.scenario
    const [before, after] = [record.scenario.traffic, traffic].map(monthOf)
    expect((after?.meanRps ?? 0) / (before?.meanRps ?? 1)).toBeCloseTo(3, 9)
    expect((after?.peakRps ?? 0) / (before?.peakRps ?? 1)).toBeCloseTo(3, 9)
  })

  test('is flat at a rate, unless a peak is asked for: then it keeps its shape', () => {
    const record = runRecord({}, { traffic: { rps: 10, curve } })
    const under = (whatIf: WhatIf) => suppose(record, whatIf).record.scenario.traffic
    expect(under({ traffic: { rps: 5 } })).toEqual({ rps: 5 })
    expect(under({ traffic: { rps: 5 }, peakFactor: 4 })).toEqual({
      rps: 5,
      curve: { ...curve, peakRps: 20 },
    })
    expect(under({ traffic: { factor: 2 }, peakFactor: 4 })).toEqual({
      rps: 20,
      curve: { ...curve, peakRps: 80 },
    })
  })

  test('has the peak that is asked for: a week, a flat rate and a trace, whose mean stays', () => {
    const trace = { file: './t.csv', stepS: 3600, rps: [1, 5, 9, 20, 9, 4] }
    const base: Traffic[] = [{ rps: 10, curve }, { rps: 10 }, { rps: 8, trace }]
    for (const traffic of base) {
      const after = suppose(runRecord({}, { traffic }), { peakFactor: 3 }).record.scenario.traffic
      expect(peakOverMean(after)).toBeCloseTo(3, 2)
      expect(monthOf(after).meanRps / after.rps).toBeCloseTo(1, 2)
    }
  })

  test('that cannot have such a peak says so', () => {
    const problem = (traffic: Traffic, peakFactor: number) =>
      whatIfProblems(runRecord({}, { traffic }), { peakFactor })[0]
    expect(problem({ rps: 10, curve }, 1.05)).toMatchObject({
      field: 'peak-factor',
      message: '1.05 is too low for its weekend',
      hint: 'with that weekend the peak is at least 1.3 times the mean',
    })
    expect(problem({ rps: 10, curve: { ...curve, weekendFactor: 1 } }, 900)?.message).toMatch(/too high/)
    expect(problem({ rps: 10, burst: { rps: 20, hoursPerDay: 1 } }, 4)?.message).toMatch(/above the burst/)
    expect(() => suppose(runRecord({}, { traffic: { rps: 10, curve } }), { peakFactor: 1.05 })).toThrow(
      UserError,
    )
  })
})

test('A run keeps all that was measured, and itself where nothing is asked', () => {
  const record = runRecord()
  const slo = { latencyMs: { p99: 70 }, errorRatio: 0.01 }
  const supposed = suppose(record, { slo, traffic: { rps: 5 } }).record
  expect(supposed.scenario).toEqual({ ...record.scenario, slo, traffic: { rps: 5 } })
  expect(supposed.trials).toBe(record.trials)
  expect(suppose(record, {}).record).toEqual(record)
})

describe('Another region', () => {
  const elsewhere = cloudRun({ vcpus: 4, memoryGib: 4, url: 'https://harbour.example/predict' })
  const trial: Trial = {
    candidate: elsewhere.name,
    status: 'measured',
    measurement: openMeasurement(timesAround(90, 400, 7)),
    payload: { requestBytes: 410_000, replyBytes: 4096 },
  }
  const record = runRecord(
    { trials: [trial, { candidate: vm().name, status: 'modelled' }] },
    { candidates: [elsewhere, vm()] },
  )

  test('is where every candidate is priced, and the advice says that it is a what-if', () => {
    const advice = advise(record, { region: 'europe-west4' })
    const moved = advice.verdicts.find(({ candidate }) => candidate.platform === 'gce')
    expect(moved?.candidate.name).toMatch(/europe-west4$/)
    expect(moved?.bill?.lines.map(({ region }) => region)).toContain('europe-west4')
    expect(advice.warnings[0]).toBe('what if, not what the scenario says: every candidate in europe-west4')
  })

  test('is not where something was measured: it is untested there, and says why', () => {
    const { verdicts } = advise(record, { region: 'europe-west4' })
    expect(verdicts.find(({ candidate }) => candidate.url)).toMatchObject({
      outcome: 'untested',
      evidence: 'measured',
      reasons: [
        'measured in us-central1, and what was measured there cannot be moved: deploy it in europe-west4 and load it there',
      ],
    })
    const there = advise(record, { region: 'us-central1' }).verdicts
    expect(there.find(({ candidate }) => candidate.url)?.evidence).toBe('measured')
    expect(there.find(({ candidate }) => candidate.url)?.outcome).not.toBe('untested')
  })

  test('makes candidates the same that differ in nothing else: one of them stays, and it says so', () => {
    const candidates = [vm(), vm({ region: 'europe-west4' })]
    const supposed = suppose(runRecord({}, { candidates }), { region: 'europe-west1' })
    expect(names(supposed)).toEqual([vm({ region: 'europe-west1' }).name])
    expect(supposed.notes[1]).toBe(`the same as another candidate then, and left out: ${candidates[1]?.name}`)
  })
})

describe('Another purchase', () => {
  test('is that of candidates that are sold so; the others stay and say so', () => {
    const candidates = [vm(), vertex({ purchase: 'spot' }), cloudRun(), cloudFunction()]
    const { record, remarks } = suppose(runRecord({}, { candidates }), { commitment: '1yr' })
    expect(record.scenario.candidates[0]).toMatchObject({ purchase: 'commit-1yr' })
    expect(record.scenario.candidates.slice(1)).toEqual(candidates.slice(1))
    expect(candidates.slice(1).map(({ name }) => remarks.get(name))).toEqual([
      ['no 1yr price of Vertex AI is known here: it stays on spot'],
      ['no 1yr price of Cloud Run is known here: it stays on demand'],
      ['no 1yr price of Cloud Functions is known here: it stays on demand'],
    ])
    const { verdicts } = advise(runRecord({}, { candidates }), { commitment: '1yr' })
    const service = verdicts.find(({ candidate }) => candidate.platform === 'cloud-run')
    expect(service?.caveats).toContain('no 1yr price of Cloud Run is known here: it stays on demand')
  })

  test('costs what the candidate would cost that is bought so', () => {
    const usd = (whatIf: WhatIf, candidates = [vm()]) =>
      advise(runRecord({}, { candidates }), whatIf).verdicts[0]?.usdPerMonth
    expect(usd({ commitment: '3yr' })).toEqual(usd({}, [vm({ purchase: 'commit-3yr' })]))
    expect(usd({ commitment: 'on-demand' }, [vm({ purchase: 'spot' })])).toEqual(usd({}))
  })
})

describe('More replicas at least', () => {
  const scaled = (minReplicas: number) => suppose(runRecord({}, { candidates }), { minReplicas })
  const candidates = [
    cloudRun(),
    vertex(),
    mig({ maxReplicas: 3 }),
    vm(),
    vm({ minReplicas: 4, maxReplicas: 4 }),
  ]

  test('are those of what scales, and of fixed fleets that are smaller', () => {
    expect(scaled(2).record.scenario.candidates.map(({ minReplicas }) => minReplicas)).toEqual([
      2, 2, 2, 2, 4,
    ])
    expect(scaled(2).record.scenario.candidates.map(({ maxReplicas }) => maxReplicas)).toEqual([
      100, 10, 3, 2, 4,
    ])
  })

  test('than the most of a candidate are refused, and what the platform does not take', () => {
    const refusals = (minReplicas: number, name: string) =>
      scaled(minReplicas).record.trials.find(({ candidate }) => candidate.startsWith(name))
    expect(refusals(5, 'gce mig')).toMatchObject({
      status: 'refused',
      refusals: [{ rule: 'at least 5 replicas are more than its most, which are 3' }],
    })
    expect(refusals(0, 'vertex')).toMatchObject({
      status: 'refused',
      refusals: [{ rule: expect.stringMatching(/keeps at least 1 replica/) }],
    })
    expect(refusals(0, 'cloud-run')?.status).toBe('modelled')
  })

  test('let in what was refused for having too few', () => {
    const none = vertex({ minReplicas: 0 })
    const record = runRecord({}, { candidates: [none] })
    expect(record.trials[0]?.status).toBe('refused')
    expect(suppose(record, { minReplicas: 1 }).record.trials[0]?.status).toBe('modelled')
  })
})

test('A question is read with everything that is wrong with it at once', () => {
  const { whatIf, problems } = readWhatIf({
    traffic: '-5 rps',
    slo: 'p95<200ms, p98<1s',
    region: 'europe-west44',
    commitment: '2yr',
    'min-replicas': '1.5',
    'peak-factor': '0.5',
  })
  expect(whatIf).toEqual({})
  expect(problems.map(({ field }) => field)).toEqual([
    'traffic',
    'slo',
    'region',
    'commitment',
    'min-replicas',
    'peak-factor',
  ])
  expect(problems[2]?.hint).toBe('did you mean europe-west4?')
})

test('A question is read as it is written', () => {
  expect(
    readWhatIf({
      traffic: 'x2',
      region: 'europe-west4',
      commitment: '3yr',
      'min-replicas': '0',
      'peak-factor': 'x4.5',
    }),
  ).toEqual({
    whatIf: {
      traffic: { factor: 2 },
      region: 'europe-west4',
      commitment: '3yr',
      minReplicas: 0,
      peakFactor: 4.5,
    },
    problems: [],
  })
})
