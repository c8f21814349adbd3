import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { monthProfile } from '../../src/traffic/month-profile.ts'
import { splitMonth } from '../../src/traffic/split-month.ts'

const curve = { peakRps: 90, shape: 'office', timeZone: 'Europe/Berlin', weekendFactor: 0.1 } as const

function rateAt(steps: readonly { rps: number; durationS: number }[], atS: number): number {
  let endS = 0
  for (const { rps, durationS } of steps) {
    endS += durationS
    if (atS < endS) return rps
  }
  return Number.NaN
}

describe('A month split at a rate', () => {
  test('has the same rate at every moment, and the same requests, as both parts together', () => {
    const months = [
      { rps: 14, curve },
      { rps: 3, curve: { ...curve, peakRps: 20 }, growthRatio: 0.5 },
    ].map((traffic) => monthProfile(traffic, 1))
    fc.assert(
      fc.property(
        fc.constantFrom(...months),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 730 * 3600 - 1, noNaN: true }), { maxLength: 20 }),
        (month, upToRps, times) => {
          const { below, above } = splitMonth(month, upToRps)
          expect(below.requests + above.requests).toBeCloseTo(month.requests, 2)
          for (const atS of times) {
            const [low, high] = [rateAt(below.steps, atS), rateAt(above.steps, atS)]
            expect(low + high).toBeCloseTo(rateAt(month.steps, atS), 9)
            expect(low).toBeLessThanOrEqual(upToRps)
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  test('sends the base what comes up to the rate, and the burst nothing until more comes', () => {
    const { below, above } = splitMonth(monthProfile({ rps: 14, curve }, 1), 30)
    expect(below.peakRps).toBe(30)
    expect(above.peakRps).toBeCloseTo(60, 1)
    expect(above.steps.some(({ rps }) => rps === 0)).toBe(true)
    for (const { steps } of [below, above])
      expect(steps.reduce((sum, { durationS }) => sum + durationS, 0)).toBeCloseTo(730 * 3600, 3)
  })
})
