import { describe, expect, test } from 'vitest'
import { alternativeSentences } from '../../src/advise/alternatives.ts'
import type { Candidate } from '../../src/core/candidate.ts'
import { platformOf } from '../../src/platforms/index.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { neighboursOf } from '../../src/run/neighbours.ts'
import { cloudFunction, cloudRun, mig, vertex, vm } from '../fixtures/candidates.ts'
import { runRecord } from '../fixtures/run.ts'

const book = await loadPriceBook()
const effort = { requests: 4000, leastHours: 24 }

function advise(candidates: Candidate[], rps: number) {
  return adviseRun(runRecord({}, { candidates, traffic: { rps } }), book, { effort })
}

describe('Neighbours of a candidate', () => {
  test('differ in one setting by one step, and are what its platform takes', () => {
    const settings = (candidate: Candidate) =>
      neighboursOf(candidate).map((each) => [
        'concurrency' in each ? each.concurrency : 0,
        each.minReplicas,
        each.maxReplicas,
      ])
    expect(settings(cloudRun({ concurrency: 4, minReplicas: 0, maxReplicas: 100 }))).toEqual([
      [2, 0, 100],
      [8, 0, 100],
      [4, 1, 100],
    ])
    expect(settings(vertex({ minReplicas: 1, maxReplicas: 10 }))).toEqual([
      [0, 2, 10],
      [0, 1, 20],
    ])
    expect(settings(vm({ minReplicas: 2, maxReplicas: 2 }))).toEqual([
      [0, 1, 1],
      [0, 3, 3],
    ])
    for (const candidate of [
      cloudRun({ vcpus: 0.5, memoryGib: 0.5, concurrency: 1 }),
      cloudFunction(),
      mig(),
    ]) {
      for (const each of neighboursOf(candidate)) {
        expect(platformOf(each).limits(each)).toEqual([])
        expect(each.name).not.toBe(candidate.name)
      }
    }
  })
})

test('Batches are neighbours as far as they were timed', () => {
  const sizes = (maxBatch: number, timed: number) => {
    const candidate = vm(maxBatch > 1 ? { maxBatch } : {})
    return neighboursOf(candidate, timed).map((each) => each.maxBatch ?? 1)
  }
  expect(new Set(sizes(1, 1))).toEqual(new Set([1]))
  expect(new Set(sizes(1, 4))).toEqual(new Set([1, 2]))
  expect(new Set(sizes(4, 4))).toEqual(new Set([2, 4]))
})

describe('A suggestion', () => {
  // Two VMs where one is enough: fewer would do.
  const many = vm({ machineType: 'n2-standard-4', minReplicas: 3, maxReplicas: 3 })
  const advice = advise([many], 2)

  test('is a setting that the scenario does not list, meets, and costs less', () => {
    const { suggestion } = advice
    expect(advice.cheapest).toBe(many.name)
    expect(suggestion).toMatchObject({ candidate: { minReplicas: 1 }, evidence: 'modelled' })
    expect(suggestion?.checks.map(({ outcome }) => outcome)).not.toContain('misses')
    const own = Number(advice.verdicts[0]?.usdPerMonth?.value)
    expect(Number(suggestion?.usdPerMonth.value)).toBeCloseTo(own - Number(suggestion?.usdLess), 6)
    expect(Number(suggestion?.usdLess)).toBeGreaterThan(0)
  })

  test('is not among the candidates, and costs what it would cost among them', () => {
    const name = advice.suggestion?.candidate.name
    expect(advice.verdicts.map(({ candidate }) => candidate.name)).toEqual([many.name])
    expect(advice.frontier).not.toContain(name)
    const listed = advise([many, vm({ machineType: 'n2-standard-4' })], 2).verdicts
    expect(listed.find(({ candidate }) => candidate.name === name)?.usdPerMonth).toEqual(
      advice.suggestion?.usdPerMonth,
    )
  })

  test('is told in a sentence that says that it was not in the scenario', () => {
    expect(alternativeSentences(advice).at(-1)).toMatch(
      /^Not in your scenario, and not ranked: gce vm n2-standard-4 us-central1 would meet the SLO for \$.* a month, \$.* less than the cheapest that it lists; p95 .*; modelled\./,
    )
  })

  test('is none where the scenario lists the best, and none that misses', () => {
    expect(advise([vm({ machineType: 'n2-standard-4' })], 2).suggestion).toBeNull()
    expect(advise([vm({ machineType: 'e2-standard-2' })], 100_000).suggestion).toBeNull()
  })

  test('may meet where nothing that is listed does', () => {
    const { cheapest, suggestion } = advise([vm({ machineType: 'n2-standard-4' })], 40)
    expect(cheapest).toBeNull()
    expect(suggestion).toMatchObject({ candidate: { minReplicas: 2 }, usdLess: null })
  })
})
