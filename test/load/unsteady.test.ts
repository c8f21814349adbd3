import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { warnOfUnsteady } from '../../src/load/unsteady.ts'

const random = seededRandom(11)
const noisy = (count: number, at: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => at(index) * (0.9 + 0.2 * random()))

describe('A load whose server', () => {
  test('is steady has no warning', () => {
    expect(warnOfUnsteady(noisy(4000, () => 20))).toEqual([])
  })

  test('warms up at first says how many requests to leave out', () => {
    const [warning = ''] = warnOfUnsteady(noisy(4000, (index) => 20 * (1 + 4 * Math.exp(-index / 100))))
    expect(warning).toMatch(/^the first \d+ requests were a warm-up/)
  })

  test('gets slower all the time says so', () => {
    const warnings = warnOfUnsteady(noisy(4000, (index) => 20 * (1 + index / 4000)))
    expect(warnings.join()).toMatch(/response times rose by \d+% from start to end/)
  })

  test('answered too few requests to tell has no warning', () => {
    expect(warnOfUnsteady(noisy(10, () => 20))).toEqual([])
  })
})
