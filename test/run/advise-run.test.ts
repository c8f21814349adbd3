import { describe, expect, test } from 'vitest'
import type { Advice, Verdict } from '../../src/core/advice.ts'
import type { Candidate } from '../../src/core/candidate.ts'
import type { Measurement, Trial } from '../../src/core/measurement.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { threadCounts } from '../../src/run/profile-locally.ts'
import { subjectsOf } from '../../src/run/subject.ts'
import { summarizeProfile } from '../../src/run/summarize-profile.ts'
import { cloudFunction, cloudRun, mig, vertex, vm } from '../fixtures/candidates.ts'
import { localProfile, openMeasurement, timesAround } from '../fixtures/profile.ts'
import { runRecord, scenario, variedRun } from '../fixtures/run.ts'

const book = await loadPriceBook()
/** Enough to tell the candidates apart, at traffic of their own only. */
const brief = { outlook: false, effort: { requests: 4000, leastHours: 24 } } as const
const advise = (record: RunRecord) => adviseRun(record, book, brief)

function verdictOn(name: string, advice: Advice): Verdict {
  const verdict = advice.verdicts.find(({ candidate }) => candidate.name === name)
  if (!verdict) throw new Error(`no verdict on ${name}`)
  return verdict
}

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}

describe('Advice', () => {
  test('is the same each time, and from the saved run', () => {
    const record = variedRun()
    expect(advise(record)).toEqual(advise(record))
    expect(advise(throughJson(record))).toEqual(advise(record))
  })

  test('names the book that it used, and warns when it is over 90 days old', () => {
    const use = { origin: 'synced', file: '/data/google-cloud.json', notes: [] } as const
    const date = new Date(book.date).getTime()
    const adviceAt = (days: number) =>
      adviseRun(variedRun(), book, { ...brief, ...use, now: new Date(date + days * 86_400_000) })
    expect(adviceAt(90).book).toMatchObject({
      date: book.date,
      ageDays: 90,
      origin: 'synced',
      file: use.file,
    })
    const isOld = (warning: string) => warning.includes('days old')
    expect(adviceAt(90).warnings.filter(isOld)).toEqual([])
    expect(adviceAt(91).warnings.filter(isOld)).toEqual([
      `the price book of ${book.date} is 91 days old, and prices may have changed since: plimsoll prices sync reads them again`,
    ])
    expect({ ...adviceAt(91), book: null, warnings: null }).toEqual({
      ...adviceAt(90),
      book: null,
      warnings: null,
    })
  })

  test('passes on why a synced book was not used', () => {
    const notes = ['the synced price book is not used: it is not JSON']
    expect(adviseRun(variedRun(), book, { ...brief, origin: 'built-in', notes }).warnings).toContain(notes[0])
  })

  test('does not change the run', () => {
    const record = variedRun()
    const before = JSON.stringify(record)
    advise(record)
    expect(JSON.stringify(record)).toBe(before)
  })

  test('has one verdict for each candidate, and names from among them', () => {
    const record = variedRun()
    const { verdicts, cheapest, ties, nextMeasurement } = advise(record)
    const names = record.scenario.candidates.map(({ name }) => name)
    expect(verdicts.map(({ candidate }) => candidate.name).sort()).toEqual(names.sort())
    for (const name of [cheapest, ...ties, ...(nextMeasurement?.candidates ?? [])])
      expect(names).toContain(name)
  })

  test('without one price differs in the candidates that need it, and in nothing else', () => {
    const record = variedRun()
    const missing = 'vertex/gpu/nvidia-tesla-t4'
    const less = { ...book, prices: book.prices.filter(({ resource }) => resource !== missing) }
    const [before, after] = [advise(record), adviseRun(record, less, brief)]
    const name = 'vertex n1-standard-4 +t4 us-central1'
    expect(verdictOn(name, before).outcome).toBe('meets')
    expect(verdictOn(name, after)).toMatchObject({ outcome: 'unpriced', usdPerMonth: null })
    expect(verdictOn(name, after).reasons[0]).toContain(missing)
    const others = (advice: Advice) => advice.verdicts.filter(({ candidate }) => candidate.name !== name)
    expect(others(after)).toEqual(others(before))
    expect(after.cheapest).toBe(before.cheapest)
  })

  test('has central figures within their ranges', () => {
    for (const { usdPerMonth, latencyMs, operation } of advise(variedRun()).verdicts) {
      const ranges = [...Object.values(latencyMs ?? {}), operation?.replicas, operation?.utilization]
      for (const range of ranges) {
        if (!range) continue
        expect(range.low).toBeLessThanOrEqual(range.value)
        expect(range.value).toBeLessThanOrEqual(range.high)
      }
      if (!usdPerMonth) continue
      expect(Number(usdPerMonth.low)).toBeLessThanOrEqual(Number(usdPerMonth.value))
      expect(Number(usdPerMonth.value)).toBeLessThanOrEqual(Number(usdPerMonth.high))
    }
  })

  test('gives modelled latencies a range of at least a third either way', () => {
    const modelled = advise(variedRun()).verdicts.filter(({ evidence }) => evidence === 'modelled')
    const ranges = modelled.flatMap(({ latencyMs }) => (latencyMs ? [latencyMs.p95] : []))
    expect(ranges.length).toBeGreaterThan(5)
    for (const { low, high } of ranges) expect(high / low).toBeGreaterThan(4 / 3)
  })

  test('holds the SLO against all requests of the month, those of its busiest hours included', () => {
    const candidates = [vm()]
    const at = (traffic: RunRecord['scenario']['traffic']) =>
      advise(runRecord({}, { candidates, traffic })).verdicts[0]
    const [quiet, burst] = [at({ rps: 0.02 }), at({ rps: 0.02, burst: { rps: 8, hoursPerDay: 0.05 } })]
    expect(burst?.latencyMs?.p95.value).toBeGreaterThan((quiet?.latencyMs?.p95.value ?? 0) * 1.02)
    expect(burst?.operation?.busiestMs.p95.value).toBeGreaterThanOrEqual(burst?.latencyMs?.p95.value ?? 0)
  })

  test('warns of a replica with too little memory for the server', () => {
    const [verdict] = advise(runRecord({}, { candidates: [cloudFunction({ memoryMib: 256 })] })).verdicts
    expect(verdict?.outcome).toBe('misses')
    expect(verdict?.reasons[0]).toBe(
      'too little memory: the server took 320 MiB here, the replica has 256 MiB',
    )
  })

  test('tells of a replica that is full before its autoscaler acts', () => {
    const caveatsOf = (threads: number) =>
      advise(runRecord({}, { candidates: [vertex({ machineType: 'n2-standard-8', threads })] })).verdicts[0]
        ?.caveats ?? []
    expect(caveatsOf(4)).toContain(
      'never scales out: a replica that is full, 1 at a time with 4 threads each, has 57.14% of its CPU at work, and the autoscaler acts at 60%',
    )
    expect(caveatsOf(1).join()).not.toContain('never scales out')
  })

  test('lists what is assumed of the platforms in use and of no other', () => {
    const names = (candidates: Candidate[]) =>
      advise(runRecord({}, { candidates }))
        .assumptions.map(({ name }) => name)
        .join('; ')
    expect(names([vertex()])).toContain('Vertex AI')
    expect(names([vertex()])).not.toContain('Cloud Run free tier')
    expect(names([cloudRun()])).toContain('Cloud Run free tier')
  })
})

describe('A run that was interrupted', () => {
  const candidates = [cloudRun(), vm(), cloudRun({ vcpus: 1, memoryGib: 6 })]
  const whole = runRecord({}, { candidates })
  const refusedOnly = whole.trials.filter(({ status }) => status === 'refused')

  test('leaves what was not tried untested, and warns', () => {
    const advice = advise({ ...whole, finishedAt: null, profile: null, trials: refusedOnly })
    expect(advice.verdicts.map(({ outcome }) => outcome)).toEqual(['refused', 'untested', 'untested'])
    expect(advice.verdicts[1]?.reasons[0]).toContain('--resume')
    expect(advice).toMatchObject({
      run: { complete: false },
      cheapest: null,
      profile: null,
      nextMeasurement: null,
    })
    expect(advice.warnings).toEqual([
      'the run was interrupted: candidates without a trial are untested',
      '2 candidates untested: a cheaper one may be among them',
    ])
  })

  test('is advised on at every stage of its profile', () => {
    const { replyBytes: _, peakRssMib: __, ...profile } = localProfile()
    const begun = { ...profile, startUps: profile.startUps.slice(0, 1), settings: [] }
    const record = { ...whole, finishedAt: null, profile: begun, trials: refusedOnly }
    expect(advise(record).profile).toBeNull()
    expect(advise(record).verdicts.filter(({ outcome }) => outcome === 'untested')).toHaveLength(2)
  })

  test('warns of a profile that is invalid', () => {
    const [first] = localProfile().settings
    if (!first) throw new Error('a profile has settings')
    const measurement = { ...first.measurement, valid: false, invalidReasons: ['a neighbour was noisy'] }
    const record = runRecord({ profile: localProfile({ settings: [{ threads: 1, measurement }] }) })
    expect(advise(record).warnings).toEqual([
      expect.stringMatching(/^the profile with 1 threads? is invalid: a neighbour was noisy$/),
    ])
  })
})

describe('A measured candidate', () => {
  const candidate = cloudRun({ url: 'https://harbour.example/predict' })
  const payload = { requestBytes: 410_000, replyBytes: 4096 }

  function verdict(trial: Trial): Verdict {
    return verdictOn(candidate.name, advise(runRecord({ trials: [trial] }, { candidates: [candidate] })))
  }

  function measured(measurement: Measurement): Verdict {
    return verdict({ candidate: candidate.name, status: 'measured', measurement, payload })
  }

  test('that failed is untested, with the error', () => {
    const trial = { candidate: candidate.name, status: 'failed', error: 'connect ECONNREFUSED' } as const
    expect(verdict(trial)).toMatchObject({
      outcome: 'untested',
      evidence: 'measured',
      reasons: ['connect ECONNREFUSED'],
      usdPerMonth: null,
    })
  })

  test('that was loaded by a late sender is untested, with the reason', () => {
    const late = openMeasurement(timesAround(90, 400), { lagMs: 60 })
    expect(measured(late)).toMatchObject({
      outcome: 'untested',
      latencyMs: null,
      reasons: [expect.stringMatching(/^invalid: the sender fell behind/)],
    })
  })

  test('that answered nothing is untested, after a round trip through JSON too', () => {
    const silent = openMeasurement(timesAround(90, 40), { failures: 40 })
    for (const measurement of [silent, throughJson(silent)]) {
      expect(measured(measurement)).toMatchObject({
        outcome: 'untested',
        reasons: ['no request was answered'],
      })
    }
  })

  test('has the measured latency with its interval, and nothing modelled in it', () => {
    const measurement = openMeasurement(timesAround(90, 5000))
    const { evidence, latencyMs, outcome } = measured(measurement)
    expect([evidence, outcome]).toEqual(['measured', 'meets'])
    const { low, high } = measurement.intervals.p95 ?? { low: 0, high: 0 }
    expect(latencyMs?.p95).toEqual({ low, value: measurement.responseMs.p95, high })
    expect(high - low).toBeLessThan(10)
  })

  test('has no upper bound on a percentile that too few requests cannot resolve', () => {
    const few = measured(openMeasurement(timesAround(90, 100)))
    expect(few.latencyMs?.p99.high).toBe(Number.POSITIVE_INFINITY)
    expect(few.latencyMs?.p50.high).toBeLessThan(200)
    expect(few.outcome).toBe('undecided')
  })

  test('has its errors with bounds: none in 5000 meet 0.1%, none in 1000 leave it open, 50 miss it', () => {
    const errors = (count: number, failures: number) => {
      const { checks } = measured(openMeasurement(timesAround(90, count), { failures }))
      return checks.find(({ metric }) => metric === 'errors')
    }
    expect(errors(5000, 0)).toMatchObject({ outcome: 'meets', found: { low: 0, value: 0 } })
    // 1 - 0.025^(1/5000)
    expect(errors(5000, 0)?.found.high).toBeCloseTo(0.000738, 6)
    expect(errors(1000, 0)?.outcome).toBe('undecided')
    expect(errors(1000, 50)?.outcome).toBe('misses')
    expect(errors(1000, 50)?.found.value).toBe(0.05)
  })

  test('needs no local profile', () => {
    const measurement = openMeasurement(timesAround(90, 5000))
    const trials: Trial[] = [{ candidate: candidate.name, status: 'measured', measurement, payload }]
    const advice = advise(runRecord({ profile: null, trials }, { candidates: [candidate] }))
    expect(advice.cheapest).toBe(candidate.name)
    expect(advice.recommendation[0]).toMatch(/^Measured: /)
  })
})

describe('Assessing', () => {
  test('takes an unfinished profile with a modelled trial for a bug of ours', () => {
    const record = runRecord({ profile: null })
    expect(() => subjectsOf(record)).toThrow('not finished')
  })
})

describe('The thread counts of a profile', () => {
  const counts = (candidates: Candidate[], cores: number) => threadCounts({ candidates }, cores)

  test.each([
    [1, [1]],
    [2, [1, 2]],
    [3, [1, 2]],
    [4, [1, 2, 4]],
    [64, [1, 2, 4]],
  ])('are powers of two up to 4 on %d cores', (cores, expected) => {
    expect(counts([cloudRun()], cores)).toEqual(expected)
  })

  test('add what modelled candidates ask for, where there are cores', () => {
    expect(counts([mig({ threads: 3 }), mig({ threads: 8 })], 8)).toEqual([1, 2, 3, 4, 8])
    expect(counts([mig({ threads: 8 })], 4)).toEqual([1, 2, 4])
    expect(counts([mig({ threads: 3, url: 'https://harbour.example/' })], 4)).toEqual([1, 2, 4])
  })
})

describe('The summary of a profile', () => {
  test('has figures in place of samples, and the whole start whose total is the middle one', () => {
    const summary = summarizeProfile(localProfile())
    expect(summary?.startUpMs).toEqual({
      median: { processMs: 150, modelLoadMs: 250, firstReplyMs: 500, totalMs: 900 },
      count: 3,
    })
    expect(summary?.settings.map(({ threads, requests }) => [threads, requests])).toEqual([
      [1, 300],
      [2, 300],
    ])
    const [one] = summary?.settings ?? []
    expect(one?.inferenceMs?.p50).toBeCloseTo((one?.serviceMs.p50 ?? 0) * 0.9, 1)
    expect(JSON.stringify(summary)).not.toContain('samplesMs')
  })

  test('is nothing until the profile is whole', () => {
    const { replyBytes: _, ...unanswered } = localProfile()
    expect(summarizeProfile(unanswered)).toBeNull()
    expect(summarizeProfile(localProfile({ startUps: [] }))).toBeNull()
    expect(summarizeProfile(null)).toBeNull()
  })
})

describe('A scenario of the fixtures', () => {
  test('names every candidate apart', () => {
    const names = variedRun().scenario.candidates.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(scenario().candidates).toHaveLength(1)
  })
})
