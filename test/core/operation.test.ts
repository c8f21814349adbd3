import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { between, inverse, product, toRange } from '../../src/core/operation.ts'

const estimate = fc.record({
  value: fc.double({ min: 0.001, max: 1000, noNaN: true }),
  spread: fc.double({ min: 1, max: 20, noNaN: true }),
})

describe('estimates with a spread', () => {
  test('spreads of a product add in quadrature on the log scale', () => {
    const [three, four] = [Math.exp(0.3), Math.exp(0.4)]
    const { value, spread } = product({ value: 2, spread: three }, { value: 5, spread: four })
    expect(value).toBe(10)
    expect(Math.log(spread)).toBeCloseTo(0.5, 12)
  })

  test('the product of nothing is exactly one', () => {
    expect(product()).toEqual({ value: 1, spread: 1 })
  })

  test('an exact factor widens nothing', () => {
    fc.assert(
      fc.property(estimate, (uncertain) => {
        expect(product(uncertain, { value: 3, spread: 1 }).spread).toBeCloseTo(uncertain.spread, 9)
      }),
    )
  })

  test('a product is at least as uncertain as each factor and less than all of them together', () => {
    fc.assert(
      fc.property(estimate, estimate, (left, right) => {
        const { spread } = product(left, right)
        expect(spread).toBeGreaterThanOrEqual(Math.max(left.spread, right.spread) - 1e-9)
        expect(spread).toBeLessThanOrEqual(left.spread * right.spread + 1e-9)
      }),
    )
  })

  test('an inverse has the same spread, and of itself is where it began', () => {
    expect(inverse({ value: 4, spread: 1.5 })).toEqual({ value: 0.25, spread: 1.5 })
    fc.assert(
      fc.property(estimate, (each) => {
        expect(inverse(inverse(each)).value).toBeCloseTo(each.value, 9)
      }),
    )
  })

  test('a range goes from value / spread to value * spread', () => {
    expect(toRange({ value: 10, spread: 2 })).toEqual({ low: 5, value: 10, high: 20 })
    fc.assert(
      fc.property(estimate, (each) => {
        const { low, value, high } = toRange(each)
        expect(low).toBeLessThanOrEqual(value)
        expect(value).toBeLessThanOrEqual(high)
      }),
    )
  })

  test('the estimate between two ends has exactly those ends', () => {
    const { low, value, high } = toRange(between(2, 18))
    expect(low).toBeCloseTo(2, 12)
    expect(value).toBeCloseTo(6, 12)
    expect(high).toBeCloseTo(18, 12)
  })
})
