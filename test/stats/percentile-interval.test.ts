import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { sortAscending } from '../../src/stats/percentile.ts'
import {
  lowerRank,
  percentileInterval,
  percentileLowerBound,
  percentileUpperBound,
  smallestCount,
  upperRank,
} from '../../src/stats/percentile-interval.ts'

const ranksOf = (count: number) => Float64Array.from({ length: count }, (_, index) => index + 1)

describe('the interval of a percentile', () => {
  it('has the published ranks for 1000 values at 0.95: P95 936 to 964, P99 983 to 997', () => {
    expect(percentileInterval(ranksOf(1000), 0.95, 0.95)).toEqual({ low: 936, high: 964, confidence: 0.95 })
    expect(percentileInterval(ranksOf(1000), 0.99, 0.95)).toEqual({ low: 983, high: 997, confidence: 0.95 })
  })

  it.each([
    [0.9, 29],
    [0.95, 59],
    [0.99, 299],
  ])('has a one-sided upper bound at 0.95 for percentile %d from %i values on', (ratio, count) => {
    expect(smallestCount(ratio, 0.95)).toBe(count)
    expect(percentileUpperBound(ranksOf(count), ratio, 0.95)).toBe(count)
    expect(percentileUpperBound(ranksOf(count - 1), ratio, 0.95)).toBeUndefined()
  })

  it('does not exist where so few values cannot resolve it', () => {
    expect(percentileInterval(ranksOf(367), 0.99, 0.95)).toBeUndefined()
    expect(percentileInterval(ranksOf(368), 0.99, 0.95)).toBeDefined()
    expect(percentileInterval([], 0.5, 0.95)).toBeUndefined()
    expect(percentileLowerBound([1], 0.5, 0.95)).toBeUndefined()
    expect(upperRank(10, 0.99, 0.95)).toBe(11)
    expect(lowerRank(3, 0.5, 0.95)).toBe(0)
  })

  it.each([
    [0.5, 60],
    [0.95, 200],
    [0.99, 1000],
  ])('holds the true percentile %d at least as often as it says, of %i exponential draws', (ratio, count) => {
    const random = seededRandom(20)
    const truth = -Math.log(1 - ratio)
    const rounds = 1000
    let [inside, under] = [0, 0]
    for (let round = 0; round < rounds; round++) {
      const sorted = sortAscending(Array.from({ length: count }, () => -Math.log(1 - random())))
      const { low, high } = percentileInterval(sorted, ratio, 0.95) ?? { low: Number.NaN, high: Number.NaN }
      if (low <= truth && truth <= high) inside++
      if (truth <= (percentileUpperBound(sorted, ratio, 0.95) ?? Number.NaN)) under++
    }
    // Three standard deviations of a share of 0.95 over the rounds.
    const slack = 3 * Math.sqrt((0.95 * 0.05) / rounds)
    expect(inside / rounds).toBeGreaterThan(0.95 - slack)
    expect(under / rounds).toBeGreaterThan(0.95 - slack)
    expect(inside / rounds).toBeLessThan(0.995)
  })
})
