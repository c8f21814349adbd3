import { describe, expect, it } from 'vitest'
import { findCapacity } from '../../../src/load/search/find-capacity.ts'
import type { Prober } from '../../../src/load/search/prober.ts'
import type { SearchPlan } from '../../../src/load/search/search-plan.ts'
import type { SloLimit } from '../../../src/stats/slo-verdict.ts'
import { probeServer } from './probe-server.ts'
import { exponential, fixed, type SimulatedServer } from './simulated-server.ts'

const p99: SloLimit = { metric: 'p99', latencyMs: 100, ratio: 0.01 }
const errors: SloLimit = { metric: 'errors', ratio: 0.01 }
/** Four workers, 40 ms each: 100 requests/s at most; under Poisson arrivals p99 is 100 ms at 70.2 (simulated). */
const four: SimulatedServer = { workers: 4, serviceMs: fixed(40) }
const paced: SimulatedServer = { ...four, arrivals: 'constant' }
const plan: SearchPlan = { limits: [p99], ceilingRps: 100 }
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

const search = (server: SimulatedServer, seed: number, changes: Partial<SearchPlan> = {}) => {
  return findCapacity(probeServer(server, seed), { ...plan, ...changes })
}

describe('the capacity search', () => {
  it('finds the capacity of four paced workers within 5%, in under 8,000 requests', async () => {
    for (const seed of seeds) {
      const { capacityRps, limitedBy, requestsUsed } = await search(paced, seed, { ceilingRps: 96 + seed })
      expect(Math.abs(capacityRps.value / 100 - 1)).toBeLessThan(0.05)
      expect(limitedBy).toBe('slo')
      expect(requestsUsed).toBeLessThan(8000)
    }
  })

  it('finds it under Poisson arrivals within 5% in most runs, and the interval holds it in nine of ten', async () => {
    const found = await Promise.all(seeds.map((seed) => search(four, seed)))
    const near = found.filter(({ capacityRps }) => Math.abs(capacityRps.value / 70.2 - 1) < 0.05)
    const inside = found.filter(({ capacityRps: { low, high } }) => low <= 70.2 && 70.2 <= (high as number))
    expect(near.length).toBeGreaterThanOrEqual(8)
    expect(inside.length).toBeGreaterThanOrEqual(9)
  })

  it('keeps every probe, tells of each, and spends no more than its budget', async () => {
    const told: number[] = []
    const onProbe = ({ rps }: { rps: number }) => void told.push(rps)
    const { probes, requestsUsed, limitedBy } = await search(four, 1, { mostRequests: 6000, onProbe })
    expect(probes.map(({ rps }) => rps)).toEqual(told)
    expect(probes.reduce((sum, probe) => sum + probe.requestsUsed, 0)).toBe(requestsUsed)
    expect(requestsUsed).toBeLessThanOrEqual(6000)
    expect(limitedBy).toBe('budget')
    expect((await search(four, 1, { mostProbes: 3 })).probes.length).toBe(3)
  })

  it('is the same for the same seed', async () => {
    expect(await search(four, 5, { mostProbes: 4 })).toEqual(await search(four, 5, { mostProbes: 4 }))
  })

  it('looks higher when the ceiling it was given was too low', async () => {
    const { capacityRps } = await search(paced, 2, { ceilingRps: 30 })
    expect(Math.abs(capacityRps.value / 100 - 1)).toBeLessThan(0.08)
  })

  it('says that nothing meets an SLO below the service time', async () => {
    const { capacityRps, limitedBy, reason } = await search(four, 1, { limits: [{ ...p99, latencyMs: 30 }] })
    expect(capacityRps).toMatchObject({ value: 0, low: 0 })
    expect(limitedBy).toBe('nothing meets')
    expect(reason).toMatch(/^no rate meets the SLO, down to /)
  })

  it('takes the tightest of several limits', async () => {
    const loose: SloLimit = { metric: 'p95', latencyMs: 1000, ratio: 0.05 }
    const { capacityRps } = await search(paced, 3, { limits: [loose, { ...p99, latencyMs: 60 }] })
    expect(Math.abs(capacityRps.value / 100 - 1)).toBeLessThan(0.05)
  })

  it('rules out rates at which too many requests fail', async () => {
    const failing: Prober = (rps, budget, stop) => {
      return probeServer({ ...paced, errorRatio: rps > 50 ? 0.2 : 0 }, 9)(rps, budget, stop)
    }
    const { capacityRps } = await findCapacity(failing, { ...plan, limits: [p99, errors] })
    expect(Math.abs(capacityRps.value / 50 - 1)).toBeLessThan(0.08)
  })
})

describe('the client of a capacity search', () => {
  const fast: SimulatedServer = { workers: 50, serviceMs: exponential(10) }

  it('is named as the bottleneck when the most that it sends is met', async () => {
    const { capacityRps, limitedBy, headroom, reason } = await search(fast, 1, {
      ceilingRps: 950,
      clientRps: 1000,
    })
    expect(capacityRps).toEqual({ value: 800, low: 800, high: null })
    expect(limitedBy).toBe('client')
    expect(headroom).toMatchObject({ enough: false, clientRps: 800 })
    expect(reason).toContain('the client may be the bottleneck')
  })

  it('has headroom when it sends well more than the server takes', async () => {
    const { headroom, limitedBy } = await search(paced, 1, { clientRps: 10_000 })
    expect(headroom).toEqual({ enough: true, clientRps: 8000 })
    expect(limitedBy).toBe('slo')
  })

  it('ends the search when a probe was its fault', async () => {
    const late: Prober = async (rps, budget, stop) => {
      const result = await probeServer(paced, 1)(rps, budget, stop)
      return rps > 80 ? { ...result, valid: false, invalidReasons: ['send lag p99 is 40 ms'] } : result
    }
    const { limitedBy, reason, capacityRps, probes } = await findCapacity(late, plan)
    expect(limitedBy).toBe('client')
    expect(reason).toContain('send lag p99 is 40 ms')
    expect(capacityRps.value).toBeLessThanOrEqual(80)
    expect(capacityRps.value).toBeGreaterThan(0)
    expect(probes.at(-1)?.valid).toBe(false)
  })
})
