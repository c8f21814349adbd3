import { describe, expect, it } from 'vitest'
import type { Sample } from '../../src/core/measurement.ts'
import { seededRandom } from '../../src/core/random.ts'
import { summarize } from '../../src/load/measurement.ts'
import { countWarmUp } from '../../src/load/steady-times.ts'
import { exponential, fixed, simulate, take } from './search/simulated-server.ts'

const random = seededRandom(11)
const noisy = (count: number, at: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => at(index) * (0.9 + 0.2 * random()))
/** Starts five times as slow and settles with a time constant of 100 requests. */
const cold = (index: number) => 20 * (1 + 4 * Math.exp(-index / 100))

describe('the requests that a cold server made slow', () => {
  it('are counted from the start until it is warm', () => {
    const count = countWarmUp(noisy(4000, cold))
    expect(count).toBeGreaterThan(200)
    expect(count).toBeLessThan(600)
  })

  it('are none of a steady server, of one that froze later on, or of a handful', () => {
    expect(countWarmUp(noisy(4000, () => 20))).toBe(0)
    const freezes = (index: number) => (index >= 600 && index < 900 ? 20 + (900 - index) * 5 : 20)
    expect(countWarmUp(noisy(4000, freezes))).toBe(0)
    expect(countWarmUp(noisy(40, cold))).toBe(0)
  })

  it.each([
    ['M/M/1 at 0.8', { workers: 1, serviceMs: exponential(10) }, 80],
    ['M/D/4 at 0.9', { workers: 4, serviceMs: fixed(40) }, 90],
  ])('are none of a queue that only wanders (%s), in 95 of 100 runs or more', (_, server, rps) => {
    const cuts = Array.from({ length: 100 }, (__, seed) => {
      return countWarmUp(Array.from(take(simulate(server, rps, seed + 1), 2000).responseMs))
    })
    expect(cuts.filter((cut) => cut > 0).length).toBeLessThanOrEqual(5)
  })
})

describe('a measurement of a server that was cold at first', () => {
  const samples = (count: number, responseMs: (index: number) => number): Sample[] =>
    noisy(count, responseMs).map((ms, index) => {
      return { dueMs: index * 10, sentMs: index * 10, doneMs: index * 10 + ms, outcome: 'ok' }
    })
  const facts = { connections: 50, startedAt: '2026-01-01T00:00:00Z', timeoutMs: 1000 }

  it('counts every request, and keeps the slow first ones apart from the latencies', () => {
    const all = samples(4000, cold)
    const { counts, warmUp, responseMs, samplesMs } = summarize(all, { ...facts, arrivals: 'poisson' })
    expect(counts).toMatchObject({ due: 4000, ok: 4000 })
    expect(warmUp?.requests).toBe(warmUp?.samplesMs.length)
    expect(samplesMs).toHaveLength(4000 - (warmUp?.requests ?? 0))
    expect(warmUp?.responseMs.max).toBeGreaterThan(85)
    expect(responseMs.max).toBeLessThan(40)
  })

  it('says so where that is too much of a short load to be left out', () => {
    const short = summarize(
      samples(60, (index) => (index < 25 ? 60 : 20)),
      { ...facts, arrivals: 'poisson' },
    )
    expect(short).not.toHaveProperty('warmUp')
    expect(short.warnings?.join()).toContain('too much of this load')
    expect(short.samplesMs).toHaveLength(60)
  })

  it('leaves nothing out of a closed loop, whose warm-up was chosen beforehand', () => {
    const measured = summarize(samples(4000, cold), { ...facts, arrivals: 'closed' })
    expect(measured).not.toHaveProperty('warmUp')
    expect(measured.responseMs.max).toBeGreaterThan(85)
  })

  it('keeps the later ones of a long load too, and the largest exactly', () => {
    const all = samples(12_000, (index) => (index === 11_000 ? 700 : cold(index)))
    const { responseMs, warmUp, counts } = summarize(all, { ...facts, arrivals: 'poisson' })
    expect(counts.ok).toBe(12_000)
    expect(warmUp?.requests).toBeGreaterThan(200)
    expect(responseMs.max).toBeCloseTo(Number((all[11_000]?.doneMs ?? 0) - 110_000), 2)
  })
})
