import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { unitMeanInterval, unitRatioInterval } from '../../src/stats/mean-interval.ts'

describe('The interval of a mean in [0, 1]', () => {
  test('is the exact binomial one of zeros and ones', () => {
    const { low, value, high } = unitMeanInterval([...Array<number>(59).fill(1), 0])
    expect(value).toBeCloseTo(59 / 60)
    // Clopper and Pearson for 59 of 60.
    expect(low).toBeCloseTo(0.9106, 3)
    expect(high).toBeCloseTo(0.9996, 3)
  })

  test('is not empty where all values are equal: few of them show little', () => {
    const { low, value, high } = unitMeanInterval(Array<number>(20).fill(0.5))
    expect([low, value, high].map((each) => Math.round(each * 1000))).toEqual([416, 500, 584])
  })

  test('holds the true mean in about 95 of 100 samples', () => {
    const random = seededRandom(7)
    const held = Array.from({ length: 1000 }, () => {
      const { low, high } = unitMeanInterval(Array.from({ length: 24 }, () => random() ** 2))
      return low <= 1 / 3 && 1 / 3 <= high
    }).filter(Boolean).length
    expect(held).toBeGreaterThan(925)
    expect(held).toBeLessThan(975)
  })
})

describe('The interval of a ratio of sums', () => {
  test('holds the true ratio in about 95 of 100 samples', () => {
    const random = seededRandom(3)
    const held = Array.from({ length: 1000 }, () => {
      const pairs = Array.from({ length: 30 }, () => {
        const whole = 10 + 90 * random()
        return [whole * (0.8 + 0.2 * random()), whole] as const
      })
      const { low, high } = unitRatioInterval(pairs)
      return low <= 0.9 && 0.9 <= high
    }).filter(Boolean).length
    expect(held).toBeGreaterThan(925)
    expect(held).toBeLessThan(975)
  })

  test('knows nothing of one pair, and counts nothing over nothing as whole', () => {
    expect(unitRatioInterval([[1, 2]])).toEqual({ low: 0, value: 0.5, high: 1 })
    expect(
      unitRatioInterval([
        [0, 0],
        [0, 0],
      ]),
    ).toMatchObject({ value: 1, high: 1 })
  })
})
