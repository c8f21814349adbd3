import { describe, expect, it } from 'vitest'
import { findOverSaturation, type LoadSeries } from '../../src/stats/over-saturation.ts'
import { exponential, fixed, type SimulatedServer, simulate, take } from '../load/search/simulated-server.ts'

const servers: Readonly<Record<string, SimulatedServer>> = {
  'four workers of fixed service time': { workers: 4, serviceMs: fixed(40) },
  'four workers of exponential service time': { workers: 4, serviceMs: exponential(40) },
  'one worker of exponential service time': { workers: 1, serviceMs: exponential(10) },
}
const capacityRps = 100
const runs = 40

/** Looks every 60 requests, as a probe does; the count at the first alarm. */
function firstAlarm(series: LoadSeries): number | undefined {
  for (let count = 60; count <= series.dueMs.length; count += 60) {
    const seen = { dueMs: [], inFlight: [], responseMs: [] } as Record<keyof LoadSeries, number[]>
    for (const key of ['dueMs', 'inFlight', 'responseMs'] as const)
      seen[key] = Array.from(series[key]).slice(0, count)
    if (findOverSaturation(seen)) return count
  }
  return undefined
}

function alarms(server: SimulatedServer, utilization: number): number[] {
  const seeds = Array.from({ length: runs }, (_, seed) => seed)
  const found = seeds.map((seed) => firstAlarm(take(simulate(server, utilization * capacityRps, seed), 3000)))
  return found.filter((count) => count !== undefined)
}

describe.each(Object.entries(servers))('over-saturation of %s', (_, server) => {
  it.each([0.5, 0.8, 0.95])(
    'is not found in a steady run at utilisation %d, however often looked for',
    (utilization) => {
      expect(alarms(server, utilization).length / runs).toBeLessThan(0.05)
    },
  )

  it('is found at 1.3 and 2 times its capacity, within a thousand requests', () => {
    for (const utilization of [1.3, 2]) {
      const found = alarms(server, utilization)
      expect(found.length).toBe(runs)
      expect(found.sort((a, b) => a - b)[runs >> 1]).toBeLessThan(utilization === 2 ? 200 : 600)
    }
  })
})

describe('over-saturation', () => {
  it('says what share piles up and how fast the response time grows', () => {
    const server = { workers: 4, serviceMs: fixed(40), arrivals: 'constant' as const }
    const found = findOverSaturation(take(simulate(server, 125, 1), 1000))
    expect(found?.unservedShare).toBeCloseTo(0.2, 2)
    expect(found?.msPerS).toBeCloseTo(250, -1)
    expect(found?.reason).toMatch(
      /^over-saturated: 20% of the offered requests pile up, and each second adds 2\d\d ms/,
    )
  })

  it('is not asserted of a few requests, nor of a queue that stays as it is', () => {
    expect(findOverSaturation({ dueMs: [0, 1], inFlight: [0, 1], responseMs: [1, 2] })).toBeUndefined()
    const flat = { dueMs: Array.from({ length: 500 }, (_, i) => i), inFlight: new Float64Array(500).fill(3) }
    expect(findOverSaturation({ ...flat, responseMs: new Float64Array(500).fill(40) })).toBeUndefined()
  })

  it('bears failed and unanswered requests', () => {
    const series = take(simulate({ workers: 4, serviceMs: fixed(40) }, 200, 1), 1000)
    const responseMs = Array.from(series.responseMs, (value, i) => {
      return i % 10 === 0 ? Number.POSITIVE_INFINITY : i > 900 ? Number.MAX_VALUE : value
    })
    expect(findOverSaturation({ ...series, responseMs })?.msPerS).toBeGreaterThan(100)
  })
})
