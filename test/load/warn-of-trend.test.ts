import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { warnOfTrend } from '../../src/load/warn-of-trend.ts'

const random = seededRandom(11)
const noisy = (count: number, at: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => at(index) * (0.9 + 0.2 * random()))

describe('A load whose server', () => {
  test('is steady has no warning', () => {
    expect(warnOfTrend(noisy(4000, () => 20))).toEqual([])
  })

  test('gets slower all the time says so', () => {
    const warnings = warnOfTrend(noisy(4000, (index) => 20 * (1 + index / 4000)))
    expect(warnings.join()).toMatch(/response times rose by \d+% from start to end/)
  })

  test('answered too few requests to tell has no warning', () => {
    expect(warnOfTrend(noisy(10, () => 20))).toEqual([])
  })
})
