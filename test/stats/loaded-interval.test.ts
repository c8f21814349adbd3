import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { correlationTime, effectiveCount } from '../../src/stats/correlation-time.ts'
import { loadedInterval } from '../../src/stats/loaded-interval.ts'
import { sortAscending } from '../../src/stats/percentile.ts'
import { percentileInterval } from '../../src/stats/percentile-interval.ts'
import { bimodal, exponential, lognormal, simulate, take } from '../load/search/simulated-server.ts'

const independent = (draw: (random: () => number) => number, count: number, seed: number) => {
  const random = seededRandom(seed)
  return Float64Array.from({ length: count }, () => draw(random))
}

/** Response times of an M/M/1 queue with a mean service time of 1 ms, started long before. */
function queue(utilization: number, count: number, seed: number): Float64Array {
  const requests = simulate({ workers: 1, serviceMs: exponential(1) }, utilization * 1000, seed)
  return (take(requests, count + 2000).responseMs as Float64Array).slice(2000)
}

/** True percentile of it: response times are exponential with mean 1 / (1 - utilization). */
const queuePercentile = (utilization: number, ratio: number) => -Math.log(1 - ratio) / (1 - utilization)

interface Coverage {
  /** Share of resolved intervals that hold the truth. */
  readonly inside: number
  /** The same of intervals for independent values. */
  readonly plain: number
  readonly resolved: number
}

function cover(draws: (seed: number) => Float64Array, ratio: number, truth: number, runs: number): Coverage {
  let [inside, plain, resolved] = [0, 0, 0]
  const holds = (interval: { low: number; high: number } | undefined) => {
    return interval && interval.low <= truth && truth <= interval.high ? 1 : 0
  }
  for (let seed = 1; seed <= runs; seed++) {
    const values = draws(seed)
    const interval = loadedInterval(values, ratio, 0.95)
    plain += holds(percentileInterval(sortAscending(values), ratio, 0.95))
    if (!interval.resolvable) continue
    resolved++
    inside += holds(interval)
  }
  return { inside: inside / resolved, plain: plain / runs, resolved: resolved / runs }
}

describe('intervals of percentiles under load', () => {
  const z = { 0.5: 0, 0.95: 1.6448536269514722, 0.99: 2.3263478740408408, 0.999: 3.090232306167813 }

  it.each([0.5, 0.95, 0.99, 0.999] as const)(
    'hold percentile %d of lognormal latencies in nine of ten runs',
    (ratio) => {
      const draw = lognormal(20, 0.5)
      const { inside, resolved } = cover(
        (seed) => independent(draw, 6000, seed),
        ratio,
        20 * Math.exp(0.5 * z[ratio]),
        150,
      )
      expect(inside).toBeGreaterThanOrEqual(0.9)
      expect(resolved).toBeGreaterThan(0.9)
    },
  )

  // One request in a hundred takes 20 times as long; jitter of 1% makes the percentiles unique.
  it.each([
    [0.5, 20 * (1 + 0.01 * (0.5 / 0.99))],
    [0.95, 20 * (1 + 0.01 * (0.95 / 0.99))],
    [0.99, 20 * 1.01],
    [0.999, 400 * (1 + 0.01 * 0.9)],
  ])(
    'hold percentile %d of latencies, one in a hundred 20 times as long, in nine of ten runs',
    (ratio, truth) => {
      const slow = bimodal(20)
      const draw = (random: () => number) => slow(random) * (1 + 0.01 * random())
      expect(cover((seed) => independent(draw, 6000, seed), ratio, truth, 150).inside).toBeGreaterThanOrEqual(
        0.9,
      )
    },
  )

  it.each([
    [0.5, 0.95, 10_000],
    [0.5, 0.99, 10_000],
    [0.8, 0.5, 10_000],
    [0.8, 0.95, 10_000],
    [0.8, 0.99, 60_000],
  ])('hold at utilisation %d percentile %d of %i requests of an M/M/1 queue', (utilization, ratio, count) => {
    const truth = queuePercentile(utilization, ratio)
    const { inside, plain, resolved } = cover((seed) => queue(utilization, count, seed), ratio, truth, 60)
    expect(inside).toBeGreaterThanOrEqual(0.9)
    expect(plain).toBeLessThan(0.75)
    expect(resolved).toBeGreaterThan(0.8)
  })

  it('are not guessed when correlation leaves too few independent requests', () => {
    const interval = loadedInterval(queue(0.9, 10_000, 1), 0.99, 0.95)
    expect(interval.resolvable).toBe(false)
    expect(interval).toHaveProperty(
      'reason',
      expect.stringMatching(/^10000 requests under load say as much as \d+ /),
    )
    expect(loadedInterval([1, 2, 3], 0.99, 0.95)).toMatchObject({ resolvable: false })
    expect(loadedInterval([], 0.99, 0.95)).toMatchObject({ resolvable: false })
  })

  it('have the ranks of the textbook when nothing correlates', () => {
    const ranks = Float64Array.from({ length: 1000 }, (_, index) => ((index * 7919) % 1000) + 1)
    const effective = effectiveCount(ranks, 0.95)
    const interval = loadedInterval(ranks, 0.95, 0.95)
    if (effective === 1000) expect(interval).toMatchObject({ low: 936, high: 964 })
    expect(interval.resolvable).toBe(true)
  })
})

describe('the correlation time', () => {
  it('is 1 for independent values', () => {
    const times = Array.from({ length: 20 }, (_, seed) =>
      correlationTime(independent((r) => r(), 5000, seed)),
    )
    expect(times.reduce((a, b) => a + b) / 20).toBeLessThan(1.1)
  })

  it.each([
    [0.5, 3],
    [0.9, 19],
  ])('of an autoregression with factor %d is %d: (1 + f) / (1 - f)', (factor, expected) => {
    const times = Array.from({ length: 20 }, (_, seed) => {
      let value = 0
      return correlationTime(independent((random) => (value = factor * value + random() - 0.5), 20_000, seed))
    })
    expect(times.reduce((a, b) => a + b) / 20 / expected).toBeGreaterThan(0.85)
    expect(times.reduce((a, b) => a + b) / 20 / expected).toBeLessThan(1.15)
  })

  it('is found from blocks in a series of a hundred thousand', () => {
    let value = 0
    const series = independent((random) => (value = 0.9 * value + random() - 0.5), 100_000, 4)
    expect(correlationTime(series)).toBeGreaterThan(15)
    expect(correlationTime(series)).toBeLessThan(23)
  })

  it('of values that never change is their number: they say as much as one', () => {
    expect(correlationTime([3, 3, 3, 3, 3, 3])).toBe(6)
    expect(effectiveCount([], 0.5)).toBe(0)
  })
})
