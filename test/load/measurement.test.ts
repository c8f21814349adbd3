import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sample } from '../../src/core/measurement.ts'
import { type LoadFacts, summarize } from '../../src/load/measurement.ts'

const open: LoadFacts = {
  arrivals: 'poisson',
  connections: 50,
  startedAt: '2026-01-01T00:00:00Z',
  timeoutMs: 1000,
}
const closed: LoadFacts = { ...open, arrivals: 'closed' }

function okSamples(count: number, change: (index: number) => Partial<Sample> = () => ({})): Sample[] {
  return Array.from({ length: count }, (_, index) => {
    const dueMs = index * 10
    return { dueMs, sentMs: dueMs + 0.1, doneMs: dueMs + 20, outcome: 'ok', ...change(index) }
  })
}

const anySample: fc.Arbitrary<Sample> = fc
  .record({
    dueMs: fc.integer({ min: 0, max: 10_000 }),
    lagMs: fc.integer({ min: 0, max: 100 }),
    tookMs: fc.integer({ min: 0, max: 1000 }),
    outcome: fc.constantFrom('ok', 'connect', 'tls', 'timeout', 'reset', 'status', 'malformed', 'dropped'),
  })
  .map(({ dueMs, lagMs, tookMs, outcome }) => ({
    dueMs,
    sentMs: dueMs + lagMs,
    doneMs: dueMs + lagMs + tookMs,
    outcome: outcome as Sample['outcome'],
  }))

describe('a measurement', () => {
  it('accounts for every request: due = ok + error + timeout + dropped = sent + dropped', () => {
    const property = fc.property(fc.array(anySample), (samples) => {
      const { counts, errors } = summarize(samples, open)
      expect(counts.due).toBe(samples.length)
      expect(counts.due).toBe(counts.ok + counts.error + counts.timeout + counts.dropped)
      expect(counts.due).toBe(counts.sent + counts.dropped)
      const classed = Object.values(errors).reduce((sum, { count }) => sum + count, 0)
      expect(classed).toBe(counts.due - counts.ok)
    })
    fc.assert(property)
  })

  it('has rising percentiles, each inside its interval', () => {
    const property = fc.property(fc.array(anySample, { minLength: 30, maxLength: 300 }), (samples) => {
      const { responseMs, intervals, counts } = summarize(samples, open)
      fc.pre(counts.ok > 0)
      const { p50, p90, p95, p99, p999, max } = responseMs
      expect([p50, p90, p95, p99, p999, max].toSorted((a, b) => a - b)).toEqual([
        p50,
        p90,
        p95,
        p99,
        p999,
        max,
      ])
      for (const [name, { low, high }] of Object.entries(intervals)) {
        const value = responseMs[name as 'p50']
        expect(low).toBeLessThanOrEqual(value)
        expect(high).toBeGreaterThanOrEqual(value)
      }
    })
    fc.assert(property)
  })

  it('counts response time from when a request was due and service time from when it was sent', () => {
    const { responseMs, serviceMs } = summarize(okSamples(10), open)
    expect(responseMs.p50).toBe(20)
    expect(serviceMs.p50).toBe(19.9)
    expect(responseMs.mean).toBe(20)
  })

  it('takes latency from ok requests only', () => {
    const samples = okSamples(10, (index) => (index === 3 ? { doneMs: 99_999, outcome: 'timeout' } : {}))
    const { responseMs, samplesMs } = summarize(samples, open)
    expect(responseMs.max).toBe(20)
    expect(samplesMs).toHaveLength(9)
  })

  it('keeps one example of each class of error', () => {
    const samples = okSamples(6, (index) => {
      if (index < 2) return { outcome: 'status', detail: index === 0 ? '503' : '500' }
      return index === 2 ? { outcome: 'timeout' } : {}
    })
    expect(summarize(samples, open).errors).toEqual({
      status: { count: 2, example: '503' },
      timeout: { count: 1, example: 'no reply in 1000 ms' },
    })
  })

  it('has rates over the time from the first due request to the last reply', () => {
    const { durationS, offeredRps, goodputRps } = summarize(okSamples(99), closed)
    expect(durationS).toBe(1)
    expect(offeredRps).toBe(99)
    expect(goodputRps).toBe(99)
    expect(summarize(okSamples(99), { ...open, offeredRps: 100 }).offeredRps).toBe(100)
  })

  it('has an interval for a percentile only where the sample resolves it', () => {
    expect(Object.keys(summarize(okSamples(367), open).intervals)).toEqual(['p50', 'p90', 'p95'])
    expect(Object.keys(summarize(okSamples(368), open).intervals)).toEqual(['p50', 'p90', 'p95', 'p99'])
  })

  it('keeps the times inside the model only when every ok reply told one', () => {
    expect(
      summarize(
        okSamples(3, () => ({ inferenceMs: 5 })),
        open,
      ).inferenceMs,
    ).toEqual([5, 5, 5])
    expect(
      summarize(
        okSamples(3, (i) => (i ? { inferenceMs: 5 } : {})),
        open,
      ).inferenceMs,
    ).toEqual([])
  })

  it('is invalid when the sender fell behind by more than a tenth of the p99 response', () => {
    const late = (lagMs: number) =>
      okSamples(100, (index) => (index % 20 === 0 ? { sentMs: index * 10 + lagMs } : {}))
    expect(summarize(late(1.9), open)).toMatchObject({ valid: true, invalidReasons: [] })
    expect(summarize(late(2.1), open)).toMatchObject({
      valid: false,
      sendLagMs: { p99: 2.1, max: 2.1 },
      invalidReasons: [expect.stringContaining('2.1 ms late')],
    })
    expect(summarize(late(2.1), { ...open, acceptableLagMs: 5 }).valid).toBe(true)
    expect(summarize(late(2.1), closed).valid).toBe(true)
  })

  it('is invalid when no request was answered ok', () => {
    const reasons = ['no request was answered ok']
    expect(summarize([], open)).toMatchObject({ valid: false, invalidReasons: reasons, goodputRps: 0 })
    const refused = okSamples(5, () => ({ outcome: 'connect' as const }))
    expect(summarize(refused, open)).toMatchObject({ valid: false, invalidReasons: reasons })
  })

  it('holds a hundred thousand samples', () => {
    expect(summarize(okSamples(100_000), open).counts.ok).toBe(100_000)
  })
})
