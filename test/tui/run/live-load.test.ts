import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/random.ts'
import type { Slo } from '../../../src/core/scenario.ts'
import { percentileInterval } from '../../../src/stats/percentile-interval.ts'
import { LiveLoad } from '../../../src/tui/run/live-load.ts'

const slo: Slo = { latencyMs: { p95: 100 }, errorRatio: 0.01 }
const open = { arrivals: 'poisson', offeredRps: 10, warmupRequests: 0 } as const

describe('A load under way', () => {
  test('has the percentiles and intervals of its requests, within the hundredth that its buckets are wide', () => {
    const random = seededRandom(3)
    const values = Array.from({ length: 5000 }, () => 20 * (1 - random()) ** -0.5)
    const load = new LiveLoad(open, slo)
    for (const [index, value] of values.entries()) load.add(index * 10, [value])
    const sorted = values.toSorted((a, b) => a - b)
    for (const [of, ratio] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const exact = percentileInterval(sorted, ratio, 0.95)
      const live = load.percentile(of)
      for (const end of ['low', 'high'] as const) {
        expect((live?.[end] ?? 0) / (exact?.[end] ?? 1)).toBeGreaterThan(0.994)
        expect((live?.[end] ?? 0) / (exact?.[end] ?? 1)).toBeLessThan(1.006)
      }
    }
  })

  test('claims no percentile that so few requests cannot resolve', () => {
    const load = new LiveLoad(open, slo)
    load.add(0, [1, 2, 3])
    expect(load.percentile('p99')).toBeUndefined()
  })

  test('counts failures apart, and they count against the SLO', () => {
    const load = new LiveLoad(open, slo)
    load.add(
      10,
      Array.from({ length: 200 }, () => Number.POSITIVE_INFINITY),
    )
    expect(load).toMatchObject({ ok: 0, failed: 200 })
    expect(load.verdict()?.verdict).toBe('misses')
  })

  test('shows the SLO met only after enough requests, and says how many more it takes', () => {
    const load = new LiveLoad(open, slo)
    load.add(
      10,
      Array.from({ length: 30 }, () => 50),
    )
    expect(load.verdict()).toMatchObject({ verdict: 'undecided', requestsToDecide: expect.any(Number) })
    load.add(
      20,
      Array.from({ length: 2000 }, () => 50),
    )
    expect(load.verdict()?.verdict).toBe('meets')
  })

  test('of a closed loop has no verdict: nothing waits in it', () => {
    const load = new LiveLoad({ arrivals: 'closed', warmupRequests: 0 }, slo)
    load.add(10, [500, 500])
    expect(load.verdict()).toBeUndefined()
  })

  test('takes no more room for more requests', () => {
    const load = new LiveLoad(open, slo)
    for (let second = 0; second < 1000; second++) load.add(second * 1000, [10, 20, 30])
    expect(load.slowestBySecond()).toHaveLength(120)
    expect(load.sketch(500).length).toBeLessThan(520)
    expect(load.goodputRps).toBeCloseTo(3, 1)
  })

  test('bears whatever a server does', () => {
    const responses = fc.array(fc.oneof(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.constant(Infinity)))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1e6), responses)), (batches) => {
        const load = new LiveLoad(open, slo)
        for (const [atMs, responseMs] of batches) load.add(atMs, responseMs)
        const count = batches.reduce((sum, [, { length }]) => sum + length, 0)
        expect(load.ok + load.failed).toBe(count)
        const p50 = load.percentile('p50')
        if (p50) expect(p50.low).toBeLessThanOrEqual(p50.high)
        expect(load.slowestBySecond().length).toBeLessThanOrEqual(120)
      }),
    )
  })
})
