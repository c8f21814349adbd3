import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { judgeSeries, ratioEvidence } from '../../src/gate/judge-series.ts'
import type { Rule } from '../../src/gate/rules.ts'

const rule: Rule = { metric: 'p50', concern: 'regression', allowed: 0.02, caught: 0.05, binding: false }
const levels = { alpha: 0.05, beta: 0.05 }

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function series(center: number, deviation: number, count: number, seed: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => Math.log1p(center) + deviation * normal(random))
}

describe('a judgement of one series', () => {
  test('fails exactly when its near edge is beyond what is allowed', () => {
    let failures = 0
    for (let seed = 1; seed <= 200; seed++) {
      const [judged] = judgeSeries([ratioEvidence(rule, '', series(0.04, 0.03, 12, seed))], levels)
      expect(judged?.outcome === 'failed').toBe((judged?.worsening.low ?? 0) > rule.allowed)
      if (judged?.outcome === 'failed') failures++
    }
    expect(failures).toBeGreaterThan(40)
    expect(failures).toBeLessThan(200)
  })

  test('passes only when its far edge is within what is to be caught, and is inconclusive between', () => {
    const around = (center: number) =>
      Array.from({ length: 20 }, (_, index) => Math.log1p(center) + (index % 2 === 0 ? 0.05 : -0.05))
    const outcomes = [0, 0.035, 0.2].map(
      (center) => judgeSeries([ratioEvidence(rule, '', around(center))], levels)[0]?.outcome,
    )
    expect(outcomes).toEqual(['passed', 'inconclusive', 'failed'])
  })

  test('has edges that miss the truth as seldom as they say', () => {
    const runs = 2000
    let missed = 0
    for (let seed = 1; seed <= runs; seed++) {
      const evidence = ratioEvidence(rule, '', series(0.03, 0.05, 6, seed))
      if (evidence.low(0.95) > 0.03) missed++
    }
    expect(missed / runs).toBeGreaterThan(0.03)
    expect(missed / runs).toBeLessThan(0.07)
  })

  test('finds what it calls detectable in nine of ten', () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => 5000 + seed)
    const told = seeds.map((seed) => ratioEvidence(rule, '', series(0, 0.03, 20, seed)).detectable(0.05))
    const center = told.reduce((sum, value) => sum + value, 0) / told.length
    let found = 0
    for (let seed = 1; seed <= 1000; seed++) {
      if (ratioEvidence(rule, '', series(center, 0.03, 20, seed)).pValue <= 0.05) found++
    }
    expect(found / 1000).toBeGreaterThan(0.85)
    expect(found / 1000).toBeLessThan(0.94)
  })

  test('without any spread is decided by its value alone', () => {
    const [worse, alike] = [0.03, 0.01].map(
      (center) =>
        judgeSeries([ratioEvidence(rule, '', Array(5).fill(Math.log1p(center)))], levels)[0]?.outcome,
    )
    expect([worse, alike]).toEqual(['failed', 'passed'])
  })
})

describe('several series', () => {
  const of = (center: number, seed: number) =>
    ratioEvidence(rule, String(seed), series(center, 0.02, 10, seed))

  test('share the error rate: with none beyond what is allowed, one in twenty runs at most fails any', () => {
    let alarms = 0
    for (let run = 0; run < 400; run++) {
      const all = [1, 2, 3, 4, 5].map((metric) => of(rule.allowed, 10 * run + metric))
      if (judgeSeries(all, levels).some(({ outcome }) => outcome === 'failed')) alarms++
    }
    expect(alarms / 400).toBeLessThan(0.08)
    expect(alarms / 400).toBeGreaterThan(0.015)
  })

  test('are held to levels that rise as others fail, as Holm has it, and come back in their order', () => {
    const judged = judgeSeries([of(0.5, 1), of(0.02, 2), of(0.4, 3)], levels)
    expect(judged.map(({ evidence }) => evidence.subject)).toEqual(['1', '2', '3'])
    expect(judged.map(({ outcome }) => outcome === 'failed')).toEqual([true, false, true])
    const confidences = judged.map(({ worsening }) => 1 - worsening.confidence.low)
    expect(confidences.sort((a, b) => a - b).map((level) => level.toFixed(4))).toEqual([
      '0.0167',
      '0.0250',
      '0.0500',
    ])
  })
})
