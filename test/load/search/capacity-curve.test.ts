import { describe, expect, it } from 'vitest'
import {
  type CurvePoint,
  combineCapacities,
  weighCapacities,
} from '../../../src/load/search/capacity-curve.ts'

const considered = { lowestRps: 1, highestRps: 125 }
const believe = (points: readonly CurvePoint[], missed: readonly number[] = []) => {
  return combineCapacities([weighCapacities(points, 0.01, missed, considered)], 0.95)
}

describe('the belief in a capacity', () => {
  it('is even over all rates before the first probe', () => {
    const { low, value, high } = believe([])
    expect(low).toBeCloseTo(1 + 124 * 0.025, 0)
    expect(value).toBeCloseTo(1 + 124 * 0.5, 0)
    expect(high / (1 + 124 * 0.975)).toBeCloseTo(1, 1)
  })

  it('is at the rate where the late ratio is the limit, near it on either side', () => {
    const { low, value, high } = believe([
      { rps: 45, events: 20, count: 5000 },
      { rps: 50, events: 50, count: 5000 },
      { rps: 55, events: 125, count: 5000 },
    ])
    expect(value).toBeGreaterThan(49)
    expect(value).toBeLessThan(51)
    expect(low).toBeLessThan(value)
    expect(high).toBeGreaterThan(value)
    expect(high / low).toBeLessThan(1.1)
  })

  it('lies above a rate without late requests and below one with nothing else', () => {
    const { low, high } = believe([
      { rps: 40, events: 0, count: 2000 },
      { rps: 60, events: 50, count: 50 },
    ])
    expect(low).toBeGreaterThan(38)
    expect(high).toBeLessThan(61)
  })

  it('narrows with more requests', () => {
    const width = (scale: number) => {
      const { low, high } = believe([
        { rps: 45, events: 4 * scale, count: 1000 * scale },
        { rps: 55, events: 25 * scale, count: 1000 * scale },
      ])
      return high - low
    }
    expect(width(10)).toBeLessThan(0.6 * width(1))
  })

  it('lies below a rate that was called missed without counting late requests', () => {
    expect(believe([], [50]).value).toBeLessThan(50)
  })

  it('under two limits is the lesser capacity', () => {
    const loose = weighCapacities([{ rps: 100, events: 0, count: 5000 }], 0.01, [], considered)
    const tight = weighCapacities([{ rps: 30, events: 50, count: 5000 }], 0.01, [], considered)
    const alone = combineCapacities([tight], 0.95)
    expect(combineCapacities([loose, tight], 0.95).value / alone.value).toBeCloseTo(1, 1)
  })
})
