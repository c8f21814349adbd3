import { describe, expect, it } from 'vitest'
import { watchProbe } from '../../../src/load/search/watch-probe.ts'
import type { LoadSeries } from '../../../src/stats/over-saturation.ts'
import type { SloLimit } from '../../../src/stats/slo-verdict.ts'
import {
  bimodal,
  exponential,
  fixed,
  lognormal,
  type SimulatedServer,
  simulate,
  take,
} from './simulated-server.ts'

const p99: SloLimit = { metric: 'p99', latencyMs: 100, ratio: 0.01 }
const errors: SloLimit = { metric: 'errors', ratio: 0.01 }

function watch(server: SimulatedServer, rps: number, seed: number, limits = [p99], guards: SloLimit[] = []) {
  const requests = simulate(server, rps, seed)
  const probe = watchProbe(limits, guards, 0.95)
  let used = 0
  let stopped = false
  while (used < 5000 && !stopped) {
    used += 20
    stopped = probe.add(take(requests, 20))
  }
  return { ...probe.sighting(), used }
}

const count = (seen: readonly { verdict: string }[], verdict: string) => {
  return seen.filter((each) => each.verdict === verdict).length
}

describe('watching a probe', () => {
  // Capacities of the simulated servers for their SLO, from 300,000 requests per rate.
  it.each([
    ['4 workers of fixed service time, p99', { workers: 4, serviceMs: fixed(40) }, p99, 70.2],
    [
      '4 of exponential, p95',
      { workers: 4, serviceMs: exponential(40) },
      { metric: 'p95', latencyMs: 200, ratio: 0.05 },
      81.8,
    ],
    ['8 of lognormal, p99', { workers: 8, serviceMs: lognormal(30, 0.6) }, { ...p99, latencyMs: 300 }, 211.3],
    [
      '4 of which one request in a hundred takes 20 times as long, p95',
      { workers: 4, serviceMs: bimodal(20) },
      { metric: 'p95', latencyMs: 60, ratio: 0.05 },
      105.1,
    ],
  ] as const)(
    'passes wrongly in at most three of 60 probes right at the capacity: %s',
    (_, server, limit, capacity) => {
      const seen = Array.from({ length: 60 }, (_, seed) => watch(server, capacity, seed, [limit]))
      expect(count(seen, 'meets')).toBeLessThanOrEqual(3)
      expect(count(seen, 'misses')).toBeLessThanOrEqual(3)
    },
  )

  it('decides well below and well above the capacity', () => {
    const server = { workers: 4, serviceMs: fixed(40) }
    const at = (rps: number) => Array.from({ length: 20 }, (_, seed) => watch(server, rps, seed))
    expect(count(at(35), 'meets')).toBe(20)
    expect(count(at(90), 'misses')).toBe(20)
  })

  it('stops a server that falls behind within a few hundred requests, and says why', () => {
    const { verdict, overSaturated, used } = watch(
      { workers: 4, serviceMs: fixed(40), arrivals: 'constant' },
      130,
      1,
    )
    expect(verdict).toBe('misses')
    expect(overSaturated).toMatch(/^over-saturated: /)
    expect(used).toBeLessThan(300)
  })

  it('misses by errors that it watches for, and does not wait to prove their absence', () => {
    const server = { workers: 4, serviceMs: fixed(40) }
    expect(watch({ ...server, errorRatio: 0.2 }, 35, 1, [{ ...p99, ratio: 0.5 }], [errors]).verdict).toBe(
      'misses',
    )
    expect(watch(server, 35, 1, [p99], [{ ...errors, ratio: 0.0001 }]).verdict).toBe('meets')
  })

  it('has seen nothing before the first request', () => {
    const probe = watchProbe([p99], [errors], 0.95)
    expect(probe.sighting()).toMatchObject({ verdict: 'undecided', correlationTime: 1 })
    const empty: LoadSeries = { dueMs: [], inFlight: [], responseMs: [] }
    expect(probe.add(empty)).toBe(false)
  })
})
