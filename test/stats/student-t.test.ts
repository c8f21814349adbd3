import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { studentCdf, studentQuantile } from '../../src/stats/student-t.ts'

describe("Student's t", () => {
  test.each([
    [0.95, 1, 6.3138],
    [0.975, 4, 2.7764],
    [0.95, 9, 1.8331],
    [0.999, 19, 3.5794],
    [0.9995, 29, 3.6594],
    [0.975, 120, 1.9799],
  ])('has the published quantile of %d at %d degrees of freedom', (ratio, freedom, quantile) => {
    expect(studentQuantile(ratio, freedom)).toBeCloseTo(quantile, 4)
    expect(studentQuantile(1 - ratio, freedom)).toBeCloseTo(-quantile, 4)
  })

  test('is the Cauchy distribution at one degree of freedom', () => {
    for (const t of [-30, -1, 0, 0.3, 4]) {
      expect(studentCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 12)
    }
    expect([studentCdf(Number.POSITIVE_INFINITY, 3), studentCdf(Number.NEGATIVE_INFINITY, 3)]).toEqual([1, 0])
  })

  test('has quantiles that its distribution gives back', () => {
    const shares = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
    fc.assert(
      fc.property(shares, fc.double({ min: 1, max: 500, noNaN: true }), (ratio, freedom) => {
        expect(studentCdf(studentQuantile(ratio, freedom), freedom)).toBeCloseTo(ratio, 9)
      }),
    )
  })
})
