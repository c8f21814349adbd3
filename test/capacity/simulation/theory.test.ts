import { describe, expect, test } from 'vitest'
import { simulateOrder } from '../../../src/capacity/simulation/simulate-order.ts'
import type { Distribution } from '../../../src/core/distribution.ts'
import type { QueueFigures } from '../../../src/core/queue-order.ts'
import { bareQueue } from './bare-queue.ts'
import {
  constantQuantile,
  constantWait,
  cosmetatosWait,
  generalWait,
  markovQuantile,
  markovWait,
} from './queueing-theory.ts'

const REQUESTS = 2_000_000
const MEAN_MS = 10

/** Two million requests at a load of all slots. */
function simulate(kind: Distribution, slots: number, load: number, seed = 7): QueueFigures {
  const rps = (load * slots * 1000) / MEAN_MS
  const arrivals = { process: 'poisson', rps } as const
  return simulateOrder(
    bareQueue({ arrivals, serviceMs: kind, slotsPerReplica: slots, requests: REQUESTS, seed }),
  )
}

/** Within 2% of theory, or in the interval that the simulation itself states. */
function expectNear(figure: { value: number; low: number; high: number }, theory: number): void {
  const isClose = Math.abs(figure.value / theory - 1) <= 0.02
  const isInside = figure.low <= theory && theory <= figure.high
  expect(isClose || isInside, `${JSON.stringify(figure)} against ${theory}`).toBe(true)
}

const exponential: Distribution = { kind: 'exponential', mean: MEAN_MS }
const deterministic: Distribution = { kind: 'deterministic', mean: MEAN_MS }

describe('Two million requests agree with theory within 2%, or within their own interval', () => {
  test.each([
    [1, 0.3],
    [1, 0.8],
    [1, 0.95],
    [4, 0.7],
    [16, 0.9],
  ])('M/M/k with %d slots at a load of %d: utilisation, mean and percentiles', (slots, load) => {
    const figures = simulate(exponential, slots, load)
    expect(Math.abs(figures.utilization / load - 1)).toBeLessThan(0.01)
    expectNear(figures.waitMeanMs, markovWait(slots, load) * MEAN_MS)
    for (const [name, ratio] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p95', 0.95],
      ['p99', 0.99],
      ['p999', 0.999],
    ] as const) {
      expectNear(figures.responseMs[name], markovQuantile(slots, load, ratio) * MEAN_MS)
    }
  })

  test.each([0.5, 0.9])('M/D/1 at a load of %d: mean and percentiles', (load) => {
    const figures = simulate(deterministic, 1, load)
    expectNear(figures.waitMeanMs, generalWait(load, 0) * MEAN_MS)
    for (const [name, ratio] of [
      ['p90', 0.9],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      expectNear(figures.responseMs[name], constantQuantile(load, ratio) * MEAN_MS)
    }
  })

  test.each([
    [4, 0.8],
    [8, 0.95],
  ])(
    'M/D/k with %d slots at a load of %d: the exact mean, which Cosmetatos comes within 7% of',
    (slots, load) => {
      const exact = constantWait(slots, load)
      expect(Math.abs(cosmetatosWait(slots, load) / exact - 1)).toBeLessThan(0.07)
      expectNear(simulate(deterministic, slots, load).waitMeanMs, exact * MEAN_MS)
    },
  )

  test.each([
    ['lognormal', { kind: 'lognormal', mean: MEAN_MS, cv: 2 }, 4, 0.6],
    ['gamma', { kind: 'gamma', mean: MEAN_MS, cv: 0.3 }, 0.09, 0.95],
    ['erlang', { kind: 'erlang', mean: MEAN_MS, phases: 4 }, 0.25, 0.8],
    ['hyperexponential', { kind: 'hyperexponential', mean: MEAN_MS, cv: 1.5 }, 2.25, 0.8],
    ['uniform', { kind: 'uniform', low: 0, high: 20 }, 1 / 3, 0.9],
    ['empirical', { kind: 'empirical', samples: [5, 5, 20] }, 0.5, 0.7],
  ] as const)('M/G/1 of %s times: the mean of Pollaczek and Khinchine', (_, kind, squaredCv, load) => {
    const figures = simulate(kind, 1, load)
    expectNear(figures.waitMeanMs, generalWait(load, squaredCv) * MEAN_MS)
    expectNear(figures.responseMs.mean, (1 + generalWait(load, squaredCv)) * MEAN_MS)
  })
})

describe('The interval that a simulation states', () => {
  test('holds the truth about as often as it says, also of a busy queue', () => {
    const load = 0.8
    const truth = {
      mean: (1 + markovWait(1, load)) * MEAN_MS,
      p95: markovQuantile(1, load, 0.95) * MEAN_MS,
      p99: markovQuantile(1, load, 0.99) * MEAN_MS,
    }
    const runs = Array.from({ length: 40 }, (_, seed) =>
      simulateOrder(
        bareQueue({
          arrivals: { process: 'poisson', rps: 80 },
          serviceMs: exponential,
          requests: 50_000,
          seed,
        }),
      ),
    )
    for (const name of ['mean', 'p95', 'p99'] as const) {
      const held = runs.filter(({ responseMs }) => {
        return responseMs[name].low <= truth[name] && truth[name] <= responseMs[name].high
      })
      // At 99% one of 40 misses in a third of all cases; three or more, as here would fail, in 1%.
      expect(held.length, name).toBeGreaterThanOrEqual(37)
    }
  })

  test('is wider the busier the queue is', () => {
    const width = (load: number) => {
      const arrivals = { process: 'poisson', rps: load * 100 } as const
      const { mean } = simulateOrder(
        bareQueue({ arrivals, serviceMs: exponential, requests: 50_000 }),
      ).responseMs
      return (mean.high - mean.low) / mean.value
    }
    expect(width(0.9)).toBeGreaterThan(2 * width(0.5))
  })
})
