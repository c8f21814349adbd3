import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ResponseHistogram } from '../../../src/capacity/simulation/response-histogram.ts'

const times = fc.array(fc.double({ min: 0.001, max: 4_000_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
})

function filled(values: readonly number[]): ResponseHistogram {
  const histogram = new ResponseHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

describe('A response histogram', () => {
  test('does not take what is longer than it tells apart for shorter', () => {
    const hours = Array.from({ length: 1000 }, (_, index) => 3_600_000 * (2 + index / 500))
    const histogram = filled(hours)
    expect(histogram.percentile(0.5) / (3 * 3_600_000)).toBeCloseTo(1, 0)
    expect(histogram.percentile(0.99)).toBeGreaterThan(3.8 * 3_600_000)
    expect(histogram.percentile(1)).toBeCloseTo(hours.at(-1) as number, 3)
  })

  test('knows percentiles to 0.4%, and mean, least and most exactly', () => {
    fc.assert(
      fc.property(times, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, ratio) => {
        const histogram = filled(values)
        const sorted = values.toSorted((a, b) => a - b)
        const exact = sorted[Math.max(0, Math.ceil(ratio * sorted.length - 1e-9) - 1)] as number
        expect(Math.abs(histogram.percentile(ratio) - exact)).toBeLessThanOrEqual(exact * 0.004 + 0.001)
        expect(histogram.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 3)
        expect(histogram.percentile(1)).toBeLessThanOrEqual(sorted.at(-1) as number)
        expect(histogram.percentile(0)).toBeGreaterThanOrEqual(sorted[0] as number)
      }),
    )
  })

  test('adds another with a weight as if each of its times had come so often', () => {
    fc.assert(
      fc.property(times, times, fc.integer({ min: 1, max: 5 }), (some, others, weight) => {
        const added = filled(some)
        added.add(filled(others), weight)
        const repeated = filled([...some, ...Array.from({ length: weight }, () => others).flat()])
        expect(added.count).toBe(repeated.count)
        for (const ratio of [0.1, 0.5, 0.95])
          expect(added.percentile(ratio)).toBeCloseTo(repeated.percentile(ratio), 6)
        expect(added.over(1000)).toBeCloseTo(repeated.over(1000), 6)
      }),
    )
  })

  test('is later by a shift', () => {
    const shifted = new ResponseHistogram()
    shifted.add(filled([10, 20, 30]), 1, 1000)
    expect(shifted.mean).toBeCloseTo(1020, 9)
    expect(shifted.percentile(0.5)).toBeCloseTo(1020, -1)
  })

  test('counts what is over a limit', () => {
    expect(filled([1, 2, 3, 500, 600]).over(100)).toBe(2)
  })
})
