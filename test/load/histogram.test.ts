import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Histogram } from '../../src/load/histogram.ts'
import { percentile, sortAscending } from '../../src/stats/percentile.ts'

/** ms, from a microsecond to over an hour. */
const times = fc.oneof(
  fc.double({ min: 0, max: 5, noNaN: true }),
  fc.double({ min: 0, max: 1000, noNaN: true }),
  fc.double({ min: 0, max: 4_000_000, noNaN: true }),
)
const ratios = fc.double({ min: 0.001, max: 1, noNaN: true })

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

describe('a histogram', () => {
  it('has every percentile within half a microsecond or 1/4000 of that of the single values', () => {
    const property = fc.property(
      fc.array(times, { minLength: 1, maxLength: 300 }),
      ratios,
      (values, ratio) => {
        const exact = percentile(sortAscending(values), ratio)
        const found = histogramOf(values).percentile(ratio)
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.0005001 + exact / 4000)
      },
    )
    fc.assert(property, { numRuns: 500 })
  })

  it('bounds every rank by times that hold the single value, to the microsecond', () => {
    const property = fc.property(
      fc.array(times, { minLength: 1, maxLength: 200 }),
      fc.nat(199),
      (values, place) => {
        const rank = (place % values.length) + 1
        const exact = Math.round((sortAscending(values)[rank - 1] ?? 0) * 1000) / 1000
        const { low, high } = histogramOf(values).boundsAtRank(rank)
        expect(low).toBeLessThanOrEqual(exact)
        expect(high).toBeGreaterThanOrEqual(exact)
      },
    )
    fc.assert(property)
  })

  it('merges exactly: the parts, however they are cut and put together, are the whole', () => {
    const parts = fc.array(fc.array(times, { maxLength: 60 }), { maxLength: 6 })
    const property = fc.property(parts, (lists) => {
      const merged = new Histogram()
      for (const list of lists.toReversed()) merged.merge(structuredClone(histogramOf(list)))
      const whole = histogramOf(lists.flat())
      expect([...merged.buckets()]).toEqual([...whole.buckets()])
      expect({ ...merged, octaves: [] }).toEqual({ ...whole, octaves: [] })
    })
    fc.assert(property)
  })

  it('has the exact maximum and mean', () => {
    const histogram = histogramOf([1.234, 5000.001, 0.766])
    expect(histogram.max).toBe(5000.001)
    expect(histogram.mean).toBeCloseTo(5002.001 / 3, 9)
    expect(histogram.percentile(1)).toBe(5000.001)
  })

  it('has no percentile when it is empty', () => {
    expect(new Histogram().percentile(0.5)).toBeNaN()
    expect(new Histogram().max).toBeNaN()
  })

  it('counts a time below 0 as 0 and holds one beyond its range', () => {
    const histogram = histogramOf([-1, 1e9])
    expect(histogram.percentile(0.5)).toBe(0)
    expect(histogram.max).toBe(1e9)
  })
})
