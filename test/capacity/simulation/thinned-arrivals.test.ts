import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { profileOf, RateReader, stepProfile } from '../../../src/capacity/simulation/rate-profile.ts'
import { ThinnedArrivals } from '../../../src/capacity/simulation/thinned-arrivals.ts'
import { seededRandom } from '../../../src/core/random.ts'

const knots = fc
  .array(fc.record({ startS: fc.integer({ min: 0, max: 1000 }), rps: fc.integer({ min: 0, max: 50 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((steps) => steps.toSorted((a, b) => a.startS - b.startS))

describe('Arrivals by thinning', () => {
  test('are as many as the rate says, in every part of its curve', () => {
    const profile = profileOf((tS) => 100 * (1 + Math.sin(tS / 50)), 1000, 10)
    const reader = new RateReader(profile)
    const arrivals = new ThinnedArrivals(profile, 0, seededRandom(1))
    const counts = new Array<number>(10).fill(0)
    for (let at = arrivals.next(); at < 1_000_000; at = arrivals.next()) {
      const part = Math.floor(at / 100_000)
      counts[part] = (counts[part] as number) + 1
    }
    for (const [part, count] of counts.entries()) {
      const expected = reader.between(part * 100, (part + 1) * 100)
      // Four standard deviations of a Poisson count.
      expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected))
    }
  })

  test('never come backwards, nor while the rate is 0, and end where it stays 0', () => {
    fc.assert(
      fc.property(knots, fc.nat(1000), (steps, seed) => {
        const profile = stepProfile([...steps, { startS: 1100, rps: 0 }])
        const reader = new RateReader(profile)
        const arrivals = new ThinnedArrivals(profile, 0, seededRandom(seed))
        let before = 0
        let wrong = 0
        for (let at = arrivals.next(); at < Number.POSITIVE_INFINITY; at = arrivals.next()) {
          if (at < before || reader.at(at / 1000) <= 0) wrong++
          before = at
        }
        expect(wrong).toBe(0)
        expect(before).toBeLessThanOrEqual(1_100_000)
      }),
      { numRuns: 50 },
    )
  })
})
