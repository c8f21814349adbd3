import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'

const take = (seed: number, count: number) => Array.from({ length: count }, seededRandom(seed))

describe('the seeded source of random numbers', () => {
  it('gives the same numbers on every platform', () => {
    expect(take(1, 3)).toEqual([0.4494886628817767, 0.4665925882291049, 0.6713631262537092])
  })

  it('gives other numbers for every seed', () => {
    expect(new Set([0, 1, 2, 3, -1, 2 ** 31].map((seed) => take(seed, 1)[0])).size).toBe(6)
  })

  it('stays in [0, 1) and fills it evenly', () => {
    const numbers = take(5, 10_000)
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
    const tenths = Array.from(
      { length: 10 },
      (_, i) => numbers.filter((n) => Math.floor(n * 10) === i).length,
    )
    const chiSquare = tenths.reduce((sum, seen) => sum + (seen - 1000) ** 2 / 1000, 0)
    // 0.999 quantile of chi-square with 9 degrees of freedom.
    expect(chiSquare).toBeLessThan(27.88)
  })
})
