import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { checkSteadyState } from '../../src/stats/steady-state.ts'
import { testTrend } from '../../src/stats/trend.ts'
import { exponential, lognormal, simulate, take } from '../load/search/simulated-server.ts'

const seeds = Array.from({ length: 60 }, (_, seed) => seed)

function queue(utilization: number, count: number, seed: number): Float64Array {
  const requests = simulate({ workers: 4, serviceMs: exponential(40) }, utilization * 100, seed)
  return (take(requests, count + 1000).responseMs as Float64Array).slice(1000)
}

function drifting(growth: number, count: number, seed: number): Float64Array {
  const random = seededRandom(seed)
  const noise = lognormal(20, 0.5)
  return Float64Array.from({ length: count }, (_, i) => noise(random) * growth ** (i / count))
}

const share = (states: readonly string[], state: string) => {
  return states.filter((each) => each === state).length / states.length
}

describe('the check of a steady state', () => {
  it.each([0.5, 0.8])('rarely calls a steady queue a trend, at utilisation %d', (utilization) => {
    const states = seeds.map((seed) => checkSteadyState(queue(utilization, 6000, seed)).state)
    expect(share(states, 'trend')).toBeLessThan(0.05)
    expect(share(states, 'steady')).toBeGreaterThan(0.8)
  })

  it('finds a drift of 20%, and how large it is', () => {
    const found = seeds.map((seed) => checkSteadyState(drifting(1.2, 4000, seed)))
    expect(
      share(
        found.map(({ state }) => state),
        'trend',
      ),
    ).toBeGreaterThan(0.9)
    expect(found.reduce((sum, { growth }) => sum + growth, 0) / seeds.length).toBeCloseTo(1.2, 1)
  })

  it('says that a run is too short rather than that it is steady', () => {
    expect(checkSteadyState([]).state).toBe('too short')
    expect(checkSteadyState(drifting(1, 40, 1)).state).toBe('too short')
    expect(checkSteadyState(queue(0.97, 3000, 1)).state).toBe('too short')
  })

  it('calls latencies that never change steady', () => {
    expect(checkSteadyState(new Float64Array(1000).fill(5))).toMatchObject({ state: 'steady', growth: 1 })
  })
})

describe('the Mann-Kendall test', () => {
  it('of values that only rise counts every pair: S = 45 of ten, z = 44 / sqrt(125)', () => {
    const { pValue, tau } = testTrend([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(tau).toBe(1)
    expect(pValue).toBeCloseTo(8.3e-5, 5)
  })

  it('is silent about values that are all the same', () => {
    expect(testTrend(new Float64Array(12))).toEqual({ pValue: expect.closeTo(1, 6), tau: 0 })
  })
})
