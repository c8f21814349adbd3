import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { findChangePoints } from '../../src/gate/change-points.ts'

/** Stretches of 20 around each level, ±1. */
function steps(levels: readonly number[], seed: number): number[] {
  const random = seededRandom(seed)
  return levels.flatMap((level) => Array.from({ length: 20 }, () => level + 2 * random() - 1))
}

describe('change points', () => {
  test('are found where a level changes, with both levels', () => {
    const found = findChangePoints(steps([10, 14, 12], 5))
    expect(found).toHaveLength(2)
    for (const [place, index] of [20, 40].entries())
      expect(Math.abs((found[place]?.index ?? 0) - index)).toBeLessThan(3)
    expect(found[0]?.before).toBeCloseTo(10, 0)
    expect(found[0]?.after).toBeCloseTo(14, 0)
    expect(found[0]?.pValue).toBeLessThan(0.01)
  })

  test('are the same for the same series', () => {
    const values = steps([10, 10.8, 10], 2)
    expect(findChangePoints(values)).toEqual(findChangePoints(values))
  })

  test('are found in about one in twenty series that have none', () => {
    let alarms = 0
    for (let seed = 1; seed <= 100; seed++) {
      if (findChangePoints(steps([10, 10], seed), { permutations: 99 }).length > 0) alarms++
    }
    expect(alarms).toBeLessThan(12)
  })

  test('need five values on each side, and a change', () => {
    expect(findChangePoints([1, 1, 1, 1, 1, 9, 9, 9, 9])).toEqual([])
    expect(findChangePoints([1, 1, 1, 1, 1, 9, 9, 9, 9, 9]).map(({ index }) => index)).toEqual([5])
    expect(findChangePoints(Array(40).fill(3))).toEqual([])
    expect(findChangePoints([])).toEqual([])
  })
})
