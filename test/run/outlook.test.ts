import { beforeEach, describe, expect, test } from 'vitest'
import { outlookSentences } from '../../src/advise/outlook.ts'
import type { Ranking } from '../../src/advise/rank.ts'
import type { Advice } from '../../src/core/advice.ts'
import type { Candidate } from '../../src/core/candidate.ts'
import type { Traffic } from '../../src/core/scenario.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { explore } from '../../src/run/explore.ts'
import { monthProfile } from '../../src/traffic/month-profile.ts'
import { cloudRun, vertex, vm } from '../fixtures/candidates.ts'
import { runRecord } from '../fixtures/run.ts'

const book = await loadPriceBook()
const EFFORT = { requests: 20_000, leastHours: 24 }
const machine = vm({ machineType: 'n2-standard-2' })
const serverless = cloudRun({ vcpus: 1, memoryGib: 2, concurrency: 1 })
const office = { shape: 'office', timeZone: 'UTC', weekendFactor: 0.1 } as const

function advise(candidates: Candidate[], traffic: Traffic): Advice {
  return adviseRun(runRecord({}, { candidates, traffic }), book, { effort: EFFORT })
}

describe('A daily curve', () => {
  const advice = advise([machine, serverless], { rps: 7, curve: { ...office, peakRps: 35 } })

  test('has another winner than its flat mean, and the report says why', () => {
    expect(advice.cheapest).toBe(serverless.name)
    expect(advice.outlook?.flat).toMatchObject({ cheapest: machine.name, meanRps: 7, peakRps: 7 })
    expect(advice.recommendation.join('\n')).toMatch(
      new RegExp(
        `At a flat 7 requests/s the cheapest would be ${machine.name}, \\$[\\d.]+ a month: the peaks of this traffic (may )?break it \\((overloaded|may be too small|p9)`,
      ),
    )
    expect(advise([machine, serverless], { rps: 7 }).cheapest).toBe(machine.name)
  })

  test('costs what serves by the request no more than the flat mean does, and breaks what is sized for it', () => {
    const flat = advise([serverless], { rps: 7 }).verdicts[0]?.usdPerMonth?.value
    const curved = advice.verdicts.find(({ candidate }) => candidate.name === serverless.name)
    expect(Number(curved?.usdPerMonth?.value) / Number(flat)).toBeGreaterThan(0.95)
    expect(Number(curved?.usdPerMonth?.value) / Number(flat)).toBeLessThan(1.1)
  })
})

describe('More and less traffic', () => {
  const gpu = vertex({ machineType: 'n1-standard-4', accelerator: { type: 'nvidia-tesla-t4', count: 1 } })
  const advice = advise([serverless, gpu], { rps: 10 })

  test('has a winner at each multiple, and a break-even where it changes', () => {
    const { scaled = [], breakEvens = [] } = advice.outlook ?? {}
    expect(scaled.map(({ factor, cheapest }) => [factor, cheapest])).toEqual([
      [0.1, serverless.name],
      [2, serverless.name],
      [10, gpu.name],
    ])
    expect(breakEvens).toEqual([
      expect.objectContaining({ below: serverless.name, above: gpu.name, because: 'cost' }),
    ])
    // About $11.50 of Cloud Run per request/s against $453.70 of a node with its GPU.
    expect(breakEvens[0]?.meanRps).toBeGreaterThan(30)
    expect(breakEvens[0]?.meanRps).toBeLessThan(50)
  })

  test('is left out where it is not asked for, and nothing else changes', () => {
    const record = runRecord({}, { candidates: [serverless], traffic: { rps: 1 } })
    const [with_, without] = [{}, { outlook: false }].map((options) =>
      adviseRun(record, book, { effort: EFFORT, ...options }),
    )
    const { hourly: _, loadCurves: __, ...rest } = with_ as Advice
    expect(without).toEqual({ ...rest, outlook: null })
  })

  test('says what breaks, and why', () => {
    const { outlook } = advise([machine], { rps: 5 })
    expect(outlook?.scaled.at(-1)?.breaks).toEqual([
      {
        candidate: machine.name,
        why: expect.stringMatching(/^overloaded: at its peak the traffic is .* times/),
      },
    ])
    expect(outlook?.scaled.at(-1)?.cheapest).toBeNull()
  })
})

describe('Where the cheapest changes', () => {
  const asked: string[][] = []
  beforeEach(() => asked.splice(0))

  const rankings = (winner: (rps: number, among: readonly string[]) => string | undefined) => {
    const usd = (rps: number, name: string) =>
      name === 'dear' ? '100' : name === 'small' ? '0.5' : String(rps)
    const ranking = (rps: number, among: readonly string[]) => {
      const name = winner(rps, among)
      const verdicts = among.map((each) => ({
        candidate: { name: each, minReplicas: 1, maxReplicas: each === 'small' ? 1 : 9 },
        outcome: each === name ? 'meets' : 'misses',
        usdPerMonth: { value: usd(rps, each), low: usd(rps, each), high: usd(rps, each) },
      }))
      const cheapest = verdicts.find(({ candidate }) => candidate.name === name)
      return { verdicts, cheapest, ties: [] } as unknown as Ranking
    }
    const all = ['a', 'b', 'c', 'dear', 'small']
    const profile = monthProfile({ rps: 10 }, 1)
    return explore(ranking(10, all), profile, {
      rankAll: ({ meanRps }) => ranking(meanRps, all),
      rankSome: (names, { meanRps }) => {
        asked.push([...names])
        return ranking(meanRps, names)
      },
    }).breakEvens
  }

  test('a third candidate that wins in between is told, not passed over', () => {
    // a to 13 requests/s; c from there on, dearer than b, which meets from 16 only.
    const found = rankings((rps, among) =>
      ['a', 'b', 'c'].find(
        (name) => among.includes(name) && (name === 'a' ? rps < 13 : name === 'b' ? rps > 16 : rps > 12),
      ),
    )
    expect(found.map(({ below, above }) => [below, above])).toEqual([
      ['a', 'c'],
      ['c', 'b'],
    ])
    expect(found[0]?.meanRps).toBeCloseTo(13, 0)
    expect(found[1]?.meanRps).toBeCloseTo(16, 0)
  })

  test('only those are held against it that may win there: not dearer ones, nor a fixed fleet that is too small already', () => {
    rankings((rps, among) => among.find((name) => (name === 'a' ? rps < 13 : name === 'b')))
    const inSearch = new Set(asked.flat())
    expect([...inSearch].sort()).toEqual(['a', 'b', 'c'])
  })

  test('a stretch in which neither meets is told as such', () => {
    const found = rankings((rps, among) =>
      among.find((name) => (name === 'a' ? rps < 13 : name === 'b' ? rps > 16 : false)),
    )
    expect(found).toMatchObject([{ below: 'a', above: 'b', because: 'below-misses' }])
    expect(found[0]?.aboveFromRps).toBeCloseTo(16, 0)
    const [sentence] = outlookSentences({ breakEvens: found, scaled: [], flat: null }, 'a')
    expect(sentence).toMatch(
      /^a meets the SLO up to about 1[23][.\d]* requests\/s on average, and b from about 1[56][.\d]* requests\/s; between, neither is sure to\.$/,
    )
  })
})

describe('An SLO that is tighter than the fastest service time', () => {
  test('is met by none, and the report says that none can', () => {
    const slo = { latencyMs: { p95: 1 }, errorRatio: 0.001 }
    const record = runRecord({}, { candidates: [machine, serverless], traffic: { rps: 1 }, slo })
    const advice = adviseRun(record, book, { effort: EFFORT })
    expect(advice.cheapest).toBeNull()
    expect(advice.recommendation[1]).toMatch(/^No candidate meets the SLO, and none can, .* over 1\.00 ms\.$/)
  })
})
