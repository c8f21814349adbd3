import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Queue, simulateQueue } from '../../src/capacity/simulate-queue.ts'
import { seededRandom } from '../../src/core/random.ts'

/** Exponential service times of this mean, ms. Their sample mean is scaled to be exact. */
function exponential(meanMs: number, count = 100_000): Float64Array {
  const random = seededRandom(42)
  const times = Float64Array.from({ length: count }, () => -Math.log(1 - random()))
  const mean = times.reduce((sum, time) => sum + time, 0) / count
  return times.map((time) => (time / mean) * meanMs)
}

const EXPONENTIAL = exponential(100)
const CONSTANT = Float64Array.of(100)

/** Erlang C, the probability of waiting, by the stable recursion of Erlang B. */
function erlangC(slots: number, busySlots: number): number {
  let blocked = 1
  for (let slot = 1; slot <= slots; slot++) blocked = (busySlots * blocked) / (slot + busySlots * blocked)
  const load = busySlots / slots
  return blocked / (1 - load + load * blocked)
}

/** Chance that an M/M/k response takes longer than `t`, both times in units of the mean service time. */
function responseTail(slots: number, load: number, t: number): number {
  const wait = erlangC(slots, slots * load)
  const rate = slots * (1 - load)
  // Where the two rates meet, the difference quotient becomes a derivative.
  const both =
    Math.abs(rate - 1) < 1e-9 ? t * Math.exp(-t) : (Math.exp(-t) - Math.exp(-rate * t)) / (rate - 1)
  return (1 - wait) * Math.exp(-t) + wait * (Math.exp(-rate * t) + rate * both)
}

function responseQuantile(slots: number, load: number, ratio: number): number {
  let [low, high] = [0, 200]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (responseTail(slots, load, middle) > 1 - ratio) low = middle
    else high = middle
  }
  return low
}

function queue(some: Partial<Queue> = {}): Queue {
  return { rps: 5, replicas: 1, slots: 1, occupancyMs: CONSTANT, requests: 20_000, seed: 1, ...some }
}

/** A queue of 100 ms services at this load of all its slots. */
function loaded(load: number, replicas: number, slots: number, some: Partial<Queue> = {}) {
  return simulateQueue(queue({ rps: load * replicas * slots * 10, replicas, slots, ...some }))
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function quantile(sorted: Float64Array, ratio: number): number {
  return sorted[Math.ceil(ratio * sorted.length) - 1] ?? Number.NaN
}

// 400,000 requests: the standard error of the mean response is under 1.5% at the loads below, longest queues included.
describe('The simulated queue', () => {
  const requests = 400_000

  test.each([
    [1, 0.5],
    [1, 0.8],
    [2, 0.7],
    [4, 0.8],
    [16, 0.9],
  ])('agrees with Erlang C on %d slots at a load of %d: mean within 4%%, p95 within 4%%', (slots, load) => {
    const { responseMs } = loaded(load, 1, slots, { occupancyMs: EXPONENTIAL, requests })
    const wait = (erlangC(slots, slots * load) * 100) / (slots * (1 - load))
    expect(Math.abs(mean(responseMs) / (100 + wait) - 1)).toBeLessThan(0.04)
    const p95 = responseQuantile(slots, load, 0.95) * 100
    expect(Math.abs(quantile(responseMs, 0.95) / p95 - 1)).toBeLessThan(0.04)
  })

  test.each([0.3, 0.5, 0.8])(
    'agrees with Pollaczek and Khinchine on constant service at a load of %d: mean wait within 4%%',
    (load) => {
      const { responseMs } = loaded(load, 1, 1, { requests })
      const wait = ((load / (1 - load)) * 100) / 2
      expect(Math.abs((mean(responseMs) - 100) / wait - 1)).toBeLessThan(0.04)
    },
  )

  test('lets every replica take any request: two of one slot wait like one of two', () => {
    const apart = loaded(0.7, 2, 1, { occupancyMs: EXPONENTIAL, requests })
    const together = loaded(0.7, 1, 2, { occupancyMs: EXPONENTIAL, requests })
    expect(mean(apart.responseMs)).toBeCloseTo(mean(together.responseMs), 6)
  })

  test('gives the same result for the same seed and another for another', () => {
    const run = (seed: number) => loaded(0.7, 2, 2, { occupancyMs: EXPONENTIAL, seed })
    expect(run(7)).toEqual(run(7))
    expect(run(8).responseMs).not.toEqual(run(7).responseMs)
  })

  test('returns sorted response times of all but the first tenth, none under its service', () => {
    const { responseMs } = loaded(0.8, 1, 3, { requests: 5000 })
    expect(responseMs).toHaveLength(4500)
    expect(responseMs[0]).toBeGreaterThanOrEqual(100 - 1e-6)
    expect(responseMs).toEqual(responseMs.toSorted())
  })

  test('is no slower with more replicas', () => {
    const cases = fc.record({
      rps: fc.integer({ min: 5, max: 60 }),
      replicas: fc.integer({ min: 1, max: 8 }),
      seed: fc.nat(1000),
    })
    fc.assert(
      fc.property(cases, ({ rps, replicas, seed }) => {
        const p95 = (count: number) => {
          const { responseMs } = simulateQueue(
            queue({ rps, replicas: count, occupancyMs: EXPONENTIAL, requests: 5000, seed }),
          )
          return quantile(responseMs, 0.95)
        }
        // The same arrivals and services either way: no noise but that of binary fractions.
        expect(p95(replicas + 1)).toBeLessThanOrEqual(p95(replicas) * (1 + 1e-9))
      }),
      { numRuns: 30 },
    )
  })
})

describe('Billed time', () => {
  test('of one slot is its utilisation where services are long against 100 ms', () => {
    const occupancyMs = EXPONENTIAL.map((time) => time * 200)
    for (const load of [0.2, 0.5, 0.8]) {
      const result = simulateQueue(queue({ rps: load / 20, occupancyMs, requests: 200_000 }))
      expect(result.busyReplicas).toBeCloseTo(load, 1)
      expect(Math.abs(result.executions / load - 1)).toBeLessThan(0.02)
    }
  })

  test('of a lone 130 ms request is 200 ms', () => {
    const rps = 0.001
    const result = simulateQueue(queue({ rps, occupancyMs: Float64Array.of(130) }))
    const served = result.executions / 0.2
    expect(served).toBeCloseTo(rps, 4)
    expect(result.busyReplicas / served).toBeCloseTo(0.2, 3)
  })

  test('of a lone request that takes whole steps is not rounded', () => {
    const result = simulateQueue(queue({ rps: 0.001, occupancyMs: Float64Array.of(300) }))
    expect(result.busyReplicas / result.executions).toBeCloseTo(1, 3)
    expect(result.executions / 0.3).toBeCloseTo(0.001, 4)
  })

  test('of requests that overlap on one replica counts once, and per execution each time', () => {
    const result = simulateQueue(
      queue({ rps: 200, slots: 64, occupancyMs: Float64Array.of(100), requests: 50_000 }),
    )
    // 20 in flight on average: the replica is idle one moment in e^20.
    expect(result.busyReplicas).toBeCloseTo(1, 3)
    expect(result.executions).toBeCloseTo(20, 0)
  })

  test('is never longer than the replicas live, nor shorter than the work, for any queue that keeps up', () => {
    const cases = fc.record({
      serviceMs: fc.double({ min: 1, max: 500, noNaN: true }),
      load: fc.double({ min: 0.01, max: 0.95, noNaN: true }),
      replicas: fc.integer({ min: 1, max: 4 }),
      slots: fc.integer({ min: 1, max: 8 }),
    })
    fc.assert(
      fc.property(cases, ({ serviceMs, load, replicas, slots }) => {
        const occupancyMs = Float64Array.of(serviceMs)
        const rps = (load * replicas * slots * 1000) / serviceMs
        const result = simulateQueue(queue({ rps, replicas, slots, occupancyMs, requests: 4000 }))
        expect(result.busyReplicas).toBeLessThanOrEqual(replicas * (1 + 1e-9))
        // Work in flight takes at least its share of the slots; 4,000 arrivals vary by a few percent.
        expect(result.busyReplicas).toBeGreaterThan(load * replicas * 0.9)
      }),
      { numRuns: 100 },
    )
  })
})
