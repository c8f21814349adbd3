import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Traffic } from '../../src/core/scenario.ts'
import { createArrivals } from '../../src/load/arrivals.ts'
import { type MonthProfile, monthProfile } from '../../src/traffic/month-profile.ts'
import { greatestMeanRps } from '../../src/traffic/week-curve.ts'

const office = { peakRps: 50, shape: 'office', timeZone: 'Europe/Berlin', weekendFactor: 0.2 } as const
const HOUR = 3600

function hoursOf({ steps }: MonthProfile): number {
  return steps.reduce((sum, { durationS }) => sum + durationS, 0) / HOUR
}

/** Hours of the month at which the rate is over `rps`. */
function hoursOver({ steps }: MonthProfile, rps: number): number {
  return steps.filter((step) => step.rps > rps).reduce((sum, { durationS }) => sum + durationS, 0) / HOUR
}

describe('A month of traffic', () => {
  test('is one step where it is flat', () => {
    expect(monthProfile({ rps: 7 }, 1)).toEqual({
      steps: [{ rps: 7, durationS: 730 * HOUR }],
      meanRps: 7,
      peakRps: 7,
      requests: 7 * 730 * HOUR,
      periodHours: 1,
    })
  })

  test('has a daily burst for its share of the hours, and never under the other traffic', () => {
    const month = monthProfile({ rps: 2, burst: { rps: 60, hoursPerDay: 6 } }, 1)
    expect(hoursOver(month, 59)).toBeCloseTo((730 * 6) / 24, 6)
    expect(month.peakRps).toBe(60)
    expect(hoursOf(month)).toBeCloseTo(730, 9)
    const curved = monthProfile({ rps: 10, curve: office, burst: { rps: 20, hoursPerDay: 24 * 0.999 } }, 1)
    expect(curved.peakRps).toBeCloseTo(50, 1)
  })

  test('follows a working day: busy when it is, quiet at night and on weekends', () => {
    const month = monthProfile({ rps: 10, curve: office }, 1)
    expect(month.meanRps).toBeCloseTo(10, 9)
    expect(month.peakRps).toBeCloseTo(50, 1)
    // 22 working days of about six busy hours; on weekends the peak is 10.
    expect(hoursOver(month, 40)).toBeGreaterThan(80)
    expect(hoursOver(month, 40)).toBeLessThan(180)
    expect(hoursOver(month, 10)).toBeLessThan(260)
  })

  test('has the mean and the peak that it was given, whatever the shape', () => {
    const shape = fc.constantFrom('sine' as const, 'office' as const, 'evening' as const)
    const real = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(
        shape,
        real(0.2, 1),
        real(0, 2),
        real(0.001, 1e5),
        (name, ratio, weekendFactor, peakRps) => {
          const curve = { peakRps, shape: name, timeZone: 'Asia/Kolkata', weekendFactor }
          const rps = greatestMeanRps(curve) * ratio
          const month = monthProfile({ rps, curve }, 1)
          expect(month.meanRps / rps).toBeCloseTo(1, 9)
          expect(month.peakRps / peakRps).toBeCloseTo(1, 2)
          expect(hoursOf(month)).toBeCloseTo(730, 6)
          for (const step of month.steps) expect(step.rps).toBeGreaterThanOrEqual(0)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('grows in a straight line from the rates given', () => {
    const month = monthProfile({ rps: 20, growthRatio: 0.5 }, 1)
    expect(month.steps[0]?.rps).toBeCloseTo(20, 1)
    expect(month.steps.at(-1)?.rps).toBeCloseTo(30, 1)
    expect(month.meanRps).toBeCloseTo(25, 6)
  })

  test('repeats a trace, however long it is', () => {
    const trace = { file: 'day.csv', stepS: HOUR, rps: [1, 2, 9] }
    const month = monthProfile({ rps: 4, trace }, 1)
    expect(month.meanRps).toBeCloseTo(4, 9)
    expect(month.peakRps).toBeCloseTo(9, 1)
    expect(hoursOver(month, 8)).toBeCloseTo(243, -1)
    const long = { ...trace, rps: Array.from({ length: 2000 }, (_, hour) => 1 + (hour % 24)) }
    expect(hoursOf(monthProfile({ rps: 12.5, trace: long }, 1))).toBeCloseTo(730, 9)
  })

  test('has regular bursts of just their length, and random ones of their length on average', () => {
    const bursts = { factor: 5, lengthS: 600, everyS: 6 * HOUR }
    const regular = monthProfile({ rps: 20, bursts: { ...bursts, process: 'regular' } }, 1)
    expect(hoursOver(regular, 99)).toBeCloseTo((122 * 600) / HOUR, 1)
    const often: Traffic = { rps: 20, bursts: { factor: 5, lengthS: 60, everyS: 600, process: 'markov' } }
    // A tenth of 730 h, in some 4,400 bursts.
    expect(hoursOver(monthProfile(often, 1), 99)).toBeGreaterThan(73 * 0.95)
    expect(hoursOver(monthProfile(often, 1), 99)).toBeLessThan(73 * 1.05)
    expect(monthProfile(often, 1)).toEqual(monthProfile(often, 1))
    expect(monthProfile(often, 1)).not.toEqual(monthProfile(often, 2))
  })

  test('can be loaded: its steps are those of the load engine', () => {
    const { steps } = monthProfile({ rps: 0.01, curve: { ...office, peakRps: 0.05 } }, 1)
    const arrivals = createArrivals({ kind: 'rates', steps }, 1)
    let count = 0
    while (arrivals() < Number.POSITIVE_INFINITY) count++
    // 26,280 expected, give or take four standard deviations.
    expect(Math.abs(count - 26_280)).toBeLessThan(650)
  })
})
