import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { fitScalability, throughputAt } from '../../src/stats/scalability.ts'

const LEVELS = [1, 2, 4, 8, 16, 32]

describe('The Universal Scalability Law', () => {
  test('is found again from throughputs that follow it', () => {
    const law = {
      gamma: fc.double({ min: 1, max: 1000, noNaN: true }),
      sigma: fc.double({ min: 0, max: 0.9, noNaN: true }),
      kappa: fc.double({ min: 0, max: 0.1, noNaN: true }),
    }
    fc.assert(
      fc.property(fc.record(law), (truth) => {
        const points = LEVELS.map((concurrency) => ({
          concurrency,
          perSecond: throughputAt(truth, concurrency),
        }))
        const fit = fitScalability(points, seededRandom(1))
        expect(fit?.gamma).toBeCloseTo(truth.gamma, 3)
        expect(fit?.sigma).toBeCloseTo(truth.sigma, 4)
        expect(fit?.kappa).toBeCloseTo(truth.kappa, 5)
      }),
      { numRuns: 30 },
    )
  })

  test('has its published fit to SPEC SDM91: γ 64.9, σ 0.017, κ 7.9e-5', () => {
    const truth = { gamma: 64.9, sigma: 0.017, kappa: 7.9e-5 }
    const random = seededRandom(5)
    const points = [1, 18, 36, 72, 108, 144, 216].flatMap((concurrency) =>
      [0, 1, 2].map(() => ({
        concurrency,
        perSecond: throughputAt(truth, concurrency) * (0.98 + 0.04 * random()),
      })),
    )
    const fit = fitScalability(points, random)
    expect(fit?.peak).toBeCloseTo(Math.sqrt((1 - 0.017) / 7.9e-5), -1.5)
    expect(fit?.intervals.sigma.low).toBeLessThan(0.017)
    expect(fit?.intervals.sigma.high).toBeGreaterThan(0.017)
  })

  test('has a serial share of 0 to 1, whatever was measured: what slows more is the cost of each pair', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 9, maxLength: 9 }),
        (all) => {
          const points = all.map((perSecond, index) => ({
            concurrency: [1, 2, 4][index % 3] ?? 1,
            perSecond,
          }))
          const fit = fitScalability(points, seededRandom(2))
          if (!fit) throw new Error('three concurrencies are enough')
          const { sigma } = fit.intervals
          expect(Math.min(sigma.low, fit.sigma)).toBeGreaterThanOrEqual(0)
          expect(Math.max(sigma.high, fit.sigma)).toBeLessThanOrEqual(1)
          expect(fit.kappa).toBeGreaterThanOrEqual(0)
        },
      ),
      { numRuns: 30 },
    )
    const slower = { gamma: 100, sigma: 1.5, kappa: 0 }
    const falling = [1, 2, 4].map((concurrency) => ({
      concurrency,
      perSecond: throughputAt(slower, concurrency),
    }))
    expect(fitScalability(falling, seededRandom(3))?.sigma).toBe(1)
  })

  test('says nothing from one concurrency', () => {
    expect(fitScalability([{ concurrency: 1, perSecond: 5 }], seededRandom(1))).toBeNull()
  })
})
