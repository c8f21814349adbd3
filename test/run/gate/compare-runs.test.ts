import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/core/errors.ts'
import type { Trial } from '../../../src/core/measurement.ts'
import type { RunRecord } from '../../../src/core/run-record.ts'
import type { Changeable } from '../../../src/gate/find-differences.ts'
import { BASELINE_RULES } from '../../../src/gate/rules.ts'
import { loadPriceBook } from '../../../src/pricing/price-book.ts'
import { compareRuns } from '../../../src/run/gate/compare-runs.ts'
import { cloudRun, vm } from '../../fixtures/candidates.ts'
import {
  closedMeasurement,
  host,
  localProfile,
  openMeasurement,
  timesAround,
} from '../../fixtures/profile.ts'
import { runRecord } from '../../fixtures/run.ts'

const book = await loadPriceBook(undefined)
const candidates = [cloudRun(), vm({ machineType: 'e2-standard-2' }), vm({ machineType: 'n2-standard-4' })]
const scenario = { candidates, traffic: { rps: 2 } }
const base = runRecord({}, scenario)

function compare(head: RunRecord, changed: readonly Changeable[] = [], from = base) {
  return compareRuns({
    base: { file: 'base.json', record: from },
    head: { file: 'head.json', record: head },
    rules: BASELINE_RULES,
    changed,
    book,
  })
}

function outcomes(head: RunRecord, changed: readonly Changeable[] = []) {
  const { judgements } = compare(head, changed)
  const of = (wanted: string) =>
    judgements
      .filter(({ outcome }) => outcome === wanted)
      .map(({ metric, subject }) => `${metric} ${subject}`.trim())
  return { failed: of('failed'), unjudged: of('unjudged'), judgements }
}

/** 60 ms and 36 ms times `factor`, from other seeds than the base's. */
function slower(factor: number) {
  return localProfile({
    settings: [
      { threads: 1, measurement: closedMeasurement(timesAround(60 * factor, 300, 3), 0.9) },
      { threads: 2, measurement: closedMeasurement(timesAround(36 * factor, 300, 4), 0.9) },
    ],
  })
}

const deployed = cloudRun({ url: 'https://harbour.example/predict' })
const candidate = deployed.name
const measurement = openMeasurement(timesAround(90, 1000, 7), { failures: 0 })
const payload = { requestBytes: 1000, replyBytes: 1000 }
/** Runs of one deployment: as it was tried. */
const runOf = (trial: Trial) => runRecord({ trials: [trial] }, { candidates: [deployed] })
const tried = runOf({ candidate, status: 'measured', measurement, payload })
const untried = runOf({ candidate, status: 'failed', error: 'no answer' })

/** The problems that a comparison is refused for. */
function problems(head: RunRecord, changed: readonly Changeable[] = [], from = base) {
  try {
    compare(head, changed, from)
  } catch (error) {
    if (error instanceof UserError) return error.problems
    throw error
  }
  throw new Error('it was compared')
}

describe('a run against a baseline', () => {
  test('fails nothing when only chance differs, and says what it could not judge', () => {
    const { failed, unjudged } = outcomes(runRecord({ profile: slower(1) }, scenario))
    expect(failed).toEqual([])
    expect(unjudged).toEqual(['p99 with 1 thread', 'p99 with 2 threads'])
  })

  test('fails on a model that takes a quarter longer', () => {
    const { failed } = outcomes(runRecord({ profile: slower(1.25) }, scenario))
    expect(failed).toEqual(expect.arrayContaining(['p50 with 1 thread', 'p50 with 2 threads']))
  })

  test('that leaves latency alone but needs a larger machine fails on cost alone, and says which line grew', () => {
    const head = runRecord({ profile: localProfile({ peakRssMib: 9000 }) }, scenario)
    const { failed, judgements } = outcomes(head)
    expect(failed).toEqual(['usdPerMonth', 'usdPerMillion'])
    const cost = judgements.find(({ metric }) => metric === 'usdPerMonth')
    expect(cost?.concern).toBe('cost')
    expect(cost?.reason).toMatch(/"N2 Instance Core running in Americas" by \$73\.86 a month, from nothing/)
    expect(cost?.reason).toContain('the cheapest is now gce vm n2-standard-4 us-central1')
    const [grown, ...rest] = compare(head).billChanges
    expect(grown).toMatchObject({ resource: 'gce/n2/cpu', baseUsd: '0', usd: '73.861756824' })
    expect(rest.at(-1)?.usd).toMatch(/^-/)
  })

  test('fails on the SLO when no candidate meets it any more', () => {
    const { failed, judgements } = outcomes(
      runRecord({ profile: localProfile({ peakRssMib: 90_000 }) }, scenario),
    )
    expect(failed).toEqual(['slo'])
    expect(judgements.find(({ metric }) => metric === 'slo')?.reason).toContain('too little memory')
    expect(judgements.find(({ metric }) => metric === 'usdPerMonth')?.outcome).toBe('unjudged')
  })

  test('notes what the baseline left untested', () => {
    const note = `the baseline's run left untested what may have been cheaper: ${candidate} (no answer)`
    expect(compare(tried, [], untried).notes).toContain(note)
    expect(compare(tried, [], tried).notes.join()).not.toContain('left untested')
  })

  test('is not decided where the base was measured and the head was not, and an invalid load says nothing', () => {
    const errorsOf = (head: RunRecord) =>
      compare(head, [], tried).judgements.filter(({ metric }) => metric === 'errors')
    expect(errorsOf(untried)).toEqual([
      expect.objectContaining({
        subject: `of ${candidate}`,
        outcome: 'inconclusive',
        reason: 'the base was measured there and the head was not: it failed: no answer',
      }),
    ])
    const counts = { ...measurement.counts, ok: measurement.counts.ok - 100, dropped: 100 }
    const late = { ...measurement, counts, valid: false, invalidReasons: ['it could not keep up'] }
    expect(errorsOf(runOf({ candidate, status: 'measured', measurement: late, payload }))).toEqual([
      expect.objectContaining({ outcome: 'unjudged', reason: 'invalid: it could not keep up' }),
    ])
  })

  test('judges variants by themselves, and refuses another file for one', () => {
    const variant = (sha256: string, factor: number, bytes: number) => ({
      facts: {
        ...{ name: 'pruned', path: '/pruned.onnx', fp32Bytes: 5e6, accuracy: null, notes: [] },
        sha256,
        bytes,
      },
      profile: slower(factor),
    })
    const sources = [{ name: 'fp32' }, { name: 'pruned', path: '/pruned.onnx' }]
    const run = (sha256: string, factor: number, bytes = 1e6) => {
      const record = runRecord({ variants: [variant(sha256, factor, bytes)] }, scenario)
      const model = { ...record.scenario.model, variants: sources } as RunRecord['scenario']['model']
      return { ...record, scenario: { ...record.scenario, ...(model ? { model } : {}) } }
    }
    const failed = compare(run('a', 1.3, 2e6), [], run('a', 1))
      .judgements.filter(({ outcome }) => outcome === 'failed')
      .map(({ metric, subject }) => `${metric} ${subject}`)
    expect(failed).toEqual(expect.arrayContaining(['p50 with 1 thread as pruned', 'modelSize of pruned']))
    expect(failed).not.toContain('p50 with 1 thread')
    expect(problems(run('b', 1), [], run('a', 1))).toMatchObject([{ field: 'variants.pruned' }])
  })

  test('judges start-up, size and errors of a measured deployment', () => {
    const run = (failures: number, startUpMs: number, bytes: number) => {
      const startUps = [0, 9, 21, 5, 14].map((more) => ({
        processMs: 100,
        modelLoadMs: 100,
        firstReplyMs: 100,
        totalMs: startUpMs + more,
      }))
      const profile = localProfile({ startUps })
      return runRecord(
        {
          profile: { ...profile, model: { ...profile.model, bytes } },
          trials: [
            {
              candidate: deployed.name,
              status: 'measured',
              measurement: openMeasurement(timesAround(90, 3000, 7), { failures }),
              payload: { requestBytes: 1000, replyBytes: 1000 },
            },
          ],
        },
        { candidates: [deployed] },
      )
    }
    const { judgements } = compare(run(100, 1400, 6_000_000), [], run(0, 900, 5_000_000))
    const failed = judgements.filter(({ outcome }) => outcome === 'failed').map(({ metric }) => metric)
    expect(failed).toEqual(expect.arrayContaining(['errors', 'startUp', 'modelSize']))
    expect(judgements.find(({ metric }) => metric === 'errors')?.subject).toBe(`of ${deployed.name}`)
  })
})

describe('a baseline that cannot be compared', () => {
  const profile = localProfile()

  test.each([
    ['machine', { profile: localProfile({ host: { ...host, cpuModel: 'Other' } }) }, {}, 'machine.cpuModel'],
    [
      'runtime',
      { profile: localProfile({ host: { ...host, onnxruntime: '1.31.0' } }) },
      {},
      'runtime.onnxruntime',
    ],
    ['model', { profile: { ...profile, model: { ...profile.model, sha256: 'beef' } } }, {}, 'model'],
    ['candidates', {}, { candidates: candidates.slice(1) }, 'candidates'],
    ['question', {}, { traffic: { rps: 3 } }, 'traffic.rps'],
    ['question', {}, { slo: { latencyMs: { p95: 251 }, errorRatio: 0.001 } }, 'slo.latencyMs.p95'],
  ])('for its %s is refused with the difference', (what, record, changes, field) => {
    const found = problems(runRecord(record, { ...scenario, ...changes }))
    expect(found.map((problem) => problem.field)).toContain(field)
    expect(found[0]).toMatchObject({
      file: 'base.json',
      message: expect.stringContaining(`of another ${what}`),
    })
    expect(found[0]?.hint).toBeTruthy()
  })

  test('is refused with all differences at once, and those that are judged are none', () => {
    const head = runRecord(
      { profile: { ...profile, model: { ...profile.model, sha256: 'beef' } } },
      { ...scenario, candidates: candidates.slice(1), traffic: { rps: 3 } },
    )
    expect(problems(head)).toHaveLength(3)
    expect(problems(head, ['model', 'candidates']).map(({ field }) => field)).toEqual(['traffic.rps'])
  })

  test('because a run was cut short is refused, whichever of the two it is', () => {
    const cut = { ...runRecord({}, scenario), finishedAt: null }
    expect(problems(cut)[0]).toMatchObject({
      file: 'head.json',
      message: expect.stringContaining('cut short'),
    })
    expect(problems(base, [], cut)[0]).toMatchObject({ file: 'base.json' })
  })

  test('may differ in its model when that is judged, and the report says so', () => {
    const other = runRecord(
      { profile: { ...profile, model: { ...profile.model, sha256: 'beef' } } },
      scenario,
    )
    expect(compare(other, ['model']).notes[0]).toMatch(
      /judged with another model \(model: c0ffee.*now beef\)/,
    )
  })
})
