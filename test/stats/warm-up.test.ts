import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { findWarmUp } from '../../src/stats/warm-up.ts'
import { lognormal } from '../load/search/simulated-server.ts'

/** Latencies around 1 ms with a noise of 0.3, which start `height` times higher and settle with time constant `tau`. */
function ramp(tau: number, height: number, seed: number, count = 10_000): Float64Array {
  const random = seededRandom(seed)
  const noise = lognormal(Math.exp(-0.045), 0.3)
  return Float64Array.from({ length: count }, (_, i) => (1 + height * Math.exp(-i / tau)) * noise(random))
}

function study(tau: number, height: number) {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed)
  const runs = seeds.map((seed) => ramp(tau, height, seed))
  const cuts = runs.map((run) => findWarmUp(run).cut)
  const bias = (from: (run: number) => number) => {
    const means = runs.map((run, index) => mean(run.subarray(from(index))))
    return mean(means) - 1
  }
  return { cut: median(cuts), before: bias(() => 0), after: bias((run) => cuts[run] as number) }
}

describe('the end of the warm-up', () => {
  it('is at the start when there is none', () => {
    const cuts = Array.from({ length: 100 }, (_, seed) => findWarmUp(ramp(1, 0, seed)).cut)
    expect(median(cuts)).toBeLessThanOrEqual(5)
    expect(cuts.sort((a, b) => a - b)[90]).toBeLessThanOrEqual(30)
  })

  // The published check: cuts at about 105, 410 and 685 requests, and a bias that falls to an eighth or less.
  it.each([
    [50, 1, 60, 150],
    [200, 1, 250, 500],
    [200, 4, 500, 800],
  ])('after a ramp of time constant %i and height %i is where its bias has gone', (tau, height, from, to) => {
    const { cut, before, after } = study(tau, height)
    expect(cut).toBeGreaterThan(from)
    expect(cut).toBeLessThan(to)
    expect(after).toBeLessThan(before / 5)
  })

  it('is not moved by one stall of a thousand times the latency', () => {
    const run = ramp(1, 0, 7)
    run[3000] = 1000
    expect(findWarmUp(run).cut).toBeLessThan(100)
  })

  it('is not known of a handful, or of a series that only rises', () => {
    expect(findWarmUp([1, 2, 3])).toEqual({ cut: 0, settled: false })
    expect(findWarmUp(Float64Array.from({ length: 1000 }, (_, i) => Math.exp(i / 100))).settled).toBe(false)
  })

  it('takes failures for slow, not for endless', () => {
    const run = Float64Array.from(ramp(50, 1, 3), (value, i) =>
      i % 500 === 0 ? Number.POSITIVE_INFINITY : value,
    )
    expect(findWarmUp(run).cut).toBeLessThan(300)
  })
})

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0) / values.length
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
