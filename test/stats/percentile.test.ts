import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { percentile, sortAscending } from '../../src/stats/percentile.ts'

const values = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 200 })
const ratios = fc.double({ min: 1e-6, max: 1, noNaN: true })

describe('a percentile', () => {
  it('is one of the values, at least the ratio of them at or under it and no smaller value so', () => {
    const property = fc.property(values, ratios, (list, ratio) => {
      const sorted = sortAscending(list)
      const found = percentile(sorted, ratio)
      expect(sorted).toContain(found)
      expect(sorted.filter((value) => value <= found).length).toBeGreaterThanOrEqual(
        list.length * ratio - 1e-6,
      )
      expect(sorted.filter((value) => value < found).length).toBeLessThan(list.length * ratio + 1e-6)
    })
    fc.assert(property)
  })

  it.each([
    [0.05, 15],
    [0.3, 20],
    [0.4, 20],
    [0.5, 35],
    [1, 50],
  ])('of 15, 20, 35, 40, 50 at %d is %d, as in the textbook example of nearest rank', (ratio, expected) => {
    expect(percentile([15, 20, 35, 40, 50], ratio)).toBe(expected)
  })

  it('is not moved a rank up by binary fractions', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
    expect(percentile(hundred, 0.55)).toBe(55)
    expect(percentile(hundred, 0.07)).toBe(7)
  })

  it('of nothing does not exist', () => {
    expect(() => percentile([], 0.5)).toThrow('at least one value')
  })
})
