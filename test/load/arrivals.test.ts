import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrivalTimes, constantArrivals, poissonArrivals } from '../../src/load/arrivals.ts'

const processes = fc.constantFrom('poisson' as const, 'constant' as const)
const rates = fc.double({ min: 0.01, max: 1e4, noNaN: true })

describe('arrivals', () => {
  it('are as many as asked for, never before the start and never out of order', () => {
    const property = fc.property(processes, rates, fc.nat(300), fc.integer(), (process, rps, count, seed) => {
      const times = arrivalTimes(process, rps, count, seed)
      expect(times).toHaveLength(count)
      expect([...times]).toEqual([...times].sort((a, b) => a - b))
      expect(times.every((time) => time >= 0 && Number.isFinite(time))).toBe(true)
    })
    fc.assert(property)
  })

  it('are the same for the same seed and others for another', () => {
    expect(poissonArrivals(50, 100, 7)).toEqual(poissonArrivals(50, 100, 7))
    expect(poissonArrivals(50, 100, 7)).not.toEqual(poissonArrivals(50, 100, 8))
  })

  it('come at the mean rate: the n-th gap sum of a Poisson process has mean n/rps and deviation sqrt(n)/rps', () => {
    const count = 2000
    const property = fc.property(rates, fc.integer(), (rps, seed) => {
      const lastS = (poissonArrivals(rps, count, seed).at(-1) ?? 0) / 1000
      expect(Math.abs(lastS * rps - count)).toBeLessThan(6 * Math.sqrt(count))
    })
    fc.assert(property)
  })

  it('have exponential gaps when they are Poisson: as many longer than the mean as e says', () => {
    const times = poissonArrivals(1000, 10_000, 3)
    const long = times.filter((time, index) => time - (times[index - 1] ?? 0) > 1).length
    expect(Math.abs(long / 10_000 - Math.exp(-1))).toBeLessThan(0.015)
  })

  it('are evenly spaced from 0 when they are constant', () => {
    expect([...constantArrivals(4, 3)]).toEqual([0, 250, 500])
  })
})
