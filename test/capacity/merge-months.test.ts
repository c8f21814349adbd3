import { describe, expect, test } from 'vitest'
import { mergeMonths } from '../../src/capacity/merge-months.ts'
import { type OperatedMonth, operate } from '../../src/capacity/operate.ts'
import { latencyRanges } from '../../src/capacity/operated-figures.ts'
import { ResponseHistogram } from '../../src/capacity/simulation/response-histogram.ts'

const scaling = {
  controller: { kind: 'fixed', replicas: 1 },
  routing: 'round-robin',
  provisioning: 'vm',
  pendingQueue: false,
  timeoutS: Number.POSITIVE_INFINITY,
} as const
const replica = { vcpus: 1, cpu: 'n2', memoryGib: 4, concurrency: Number.POSITIVE_INFINITY }
const effort = { seed: 1, requests: 20_000, leastHours: 24, clientTimeoutMs: 10_000, keepsResponses: true }

/** One VM under a flat rate, all of whose services take as long. */
function month(serviceMs: number, rps: number, networkMs = 0): OperatedMonth {
  const times = {
    slots: 1,
    cpuShare: 1,
    occupancyMs: Float64Array.of(serviceMs),
    networkMs,
    startUpMs: Float64Array.of(1000),
  }
  const traffic = { steps: [{ rps, durationS: 730 * 3600 }], periodHours: 1 }
  return operate([times], replica, scaling, traffic, effort)[0] as OperatedMonth
}

describe('Months of two fleets that share the requests', () => {
  test('are merged by how many requests each answered, not by how many were simulated', () => {
    // Nine requests of ten are fast.
    const [merged] = mergeMonths([month(10, 0.9)], [month(400, 0.1)])
    const { p50, p90, p95 } = latencyRanges(merged ? [merged] : [])
    expect(p50.value).toBeLessThan(12)
    expect(p95.value).toBeGreaterThan(395)
    expect([p90.low < 395, p90.high > 10]).toEqual([true, true])
    expect(merged?.requests.arrived).toBeCloseTo(1 * 730 * 3600, -5)
  })

  test('have the percentiles of the union of their requests, network included', () => {
    const parts = [month(20, 30, 5), month(50, 8, 40)]
    const union = new ResponseHistogram()
    for (const { responses = [], requests, networkMs } of parts) {
      const counted = responses.reduce((sum, { count }) => sum + count, 0)
      for (const batch of responses) union.add(batch, requests.served / counted, networkMs)
    }
    const found = latencyRanges(mergeMonths(parts.slice(0, 1), parts.slice(1)))
    for (const [name, ratio] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
    ] as const) {
      expect(found[name].value / union.percentile(ratio)).toBeCloseTo(1, 2)
      expect(found[name].low).toBeLessThanOrEqual(found[name].value)
      expect(found[name].high).toBeGreaterThanOrEqual(found[name].value)
    }
  })

  test('go fast with fast and slow with slow where one range has more points', () => {
    const wide = [10, 20, 30, 40, 50, 60, 70].map((ms) => month(ms, 1))
    const merged = mergeMonths(wide, [month(10, 1), month(40, 1), month(70, 1)])
    const medians = merged.map((each) => Math.round(latencyRanges([each]).p50.value / 10) * 10)
    expect(medians).toHaveLength(7)
    expect([medians[0], medians[3], medians[6]]).toEqual([10, 40, 70])
  })
})
