import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binomialCdf, ratioLowerBound, ratioUpperBound } from '../../src/stats/binomial.ts'

/** Plain sum of products, fine for few trials. */
function summedCdf(events: number, trials: number, ratio: number): number {
  let [sum, ways] = [0, 1]
  for (let i = 0; i <= events; i++) {
    sum += ways * ratio ** i * (1 - ratio) ** (trials - i)
    ways *= (trials - i) / (i + 1)
  }
  return sum
}

const counts = fc
  .integer({ min: 1, max: 40 })
  .chain((trials) => fc.tuple(fc.nat(trials), fc.constant(trials)))
const ratios = fc.double({ min: 0.001, max: 0.999, noNaN: true })
const confidences = fc.double({ min: 0.5, max: 0.999, noNaN: true })

describe('the binomial distribution', () => {
  it('agrees with the plain sum for few trials', () => {
    const property = fc.property(counts, ratios, ([events, trials], ratio) => {
      expect(binomialCdf(events, trials, ratio)).toBeCloseTo(summedCdf(events, trials, ratio), 10)
    })
    fc.assert(property)
  })

  it('is symmetric: so few events are as likely as so many non-events', () => {
    const property = fc.property(counts, ratios, ([events, trials], ratio) => {
      const others = 1 - binomialCdf(trials - events - 1, trials, 1 - ratio)
      expect(binomialCdf(events, trials, ratio)).toBeCloseTo(others, 10)
    })
    fc.assert(property)
  })

  it('does not underflow for a million trials', () => {
    expect(binomialCdf(500_000, 1_000_000, 0.5)).toBeCloseTo(0.5004, 4)
    expect(binomialCdf(0, 1_000_000, 1e-6)).toBeCloseTo(Math.exp(-1), 6)
    expect(binomialCdf(900, 1_000_000, 1e-3)).toBeLessThan(0.001)
    expect(binomialCdf(1_000_000, 1_000_000, 0.5)).toBe(1)
    expect(binomialCdf(-1, 10, 0.5)).toBe(0)
  })
})

describe('the bounds on a ratio', () => {
  it('are those of Clopper and Pearson for 5 events in 100: 0.0164 to 0.1128 at 0.95 two-sided', () => {
    expect(ratioLowerBound(5, 100, 0.975)).toBeCloseTo(0.016432, 6)
    expect(ratioUpperBound(5, 100, 0.975)).toBeCloseTo(0.112835, 6)
  })

  it('follow the rule of three: no event in n trials bounds the ratio by about 3 / n', () => {
    expect(ratioUpperBound(0, 1000, 0.95)).toBeCloseTo(1 - 0.05 ** (1 / 1000), 12)
    expect(ratioUpperBound(0, 1000, 0.95)).toBeCloseTo(0.003, 4)
  })

  it('are 0 and 1 where the events leave it open', () => {
    expect(ratioLowerBound(0, 10, 0.95)).toBe(0)
    expect(ratioUpperBound(10, 10, 0.95)).toBe(1)
  })

  it('enclose the observed ratio and move apart as the confidence rises', () => {
    const property = fc.property(counts, confidences, ([events, trials], confidence) => {
      const [low, high] = [
        ratioLowerBound(events, trials, confidence),
        ratioUpperBound(events, trials, confidence),
      ]
      expect(low).toBeLessThanOrEqual(events / trials + 1e-12)
      expect(high).toBeGreaterThanOrEqual(events / trials - 1e-12)
      const surer = confidence + (1 - confidence) / 2
      expect(ratioLowerBound(events, trials, surer)).toBeLessThanOrEqual(low + 1e-12)
      expect(ratioUpperBound(events, trials, surer)).toBeGreaterThanOrEqual(high - 1e-12)
    })
    fc.assert(property)
  })
})
