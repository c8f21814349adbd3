import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkSlo } from '../../src/advise/check-slo.ts'
import { around, exactly, latencies } from '../fixtures/assessments.ts'

const slo = { latencyMs: { p95: 200 }, errorRatio: 0.001 }
const never = Number.POSITIVE_INFINITY

function outcome(low: number, value: number, high: number): string | undefined {
  return checkSlo(slo, { latencyMs: latencies(around(low, value, high)), errorRatio: null })[0]?.outcome
}

describe('A line of the SLO', () => {
  test.each([
    [200, 200, 200, 'meets'],
    [100, 150, 200, 'meets'],
    [200.001, 200.001, 200.001, 'misses'],
    [200.001, 250, 300, 'misses'],
    [200, 250, 300, 'undecided'],
    [100, 150, 200.001, 'undecided'],
    [100, never, never, 'undecided'],
    [never, never, never, 'misses'],
  ])('against a limit of 200 ms, %d to %d to %d ms, %s', (low, value, high, expected) => {
    expect(outcome(low, value, high)).toBe(expected)
  })

  test('meets only if all of its range does, and misses only if none of it does', () => {
    const ends = fc.tuple(
      fc.double({ min: 0, max: 400, noNaN: true }),
      fc.double({ min: 0, max: 400, noNaN: true }),
    )
    fc.assert(
      fc.property(ends, ([a, b]) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const within = [low, high].filter((end) => end <= 200).length
        expect(outcome(low, (low + high) / 2, high)).toBe(['misses', 'undecided', 'meets'][within])
      }),
    )
  })

  test('tells its margin as a share of the limit', () => {
    const [over] = checkSlo(slo, { latencyMs: latencies(exactly(310)), errorRatio: null })
    const [under] = checkSlo(slo, { latencyMs: latencies(exactly(120)), errorRatio: null })
    expect(over?.marginRatio).toBeCloseTo(0.55)
    expect(under?.marginRatio).toBeCloseTo(-0.4)
  })

  test('is checked for each percentile that has a limit', () => {
    const checks = checkSlo(
      { latencyMs: { p50: 10, p99: 20 }, errorRatio: 0 },
      { latencyMs: { ...latencies(exactly(15)), p50: exactly(12) }, errorRatio: null },
    )
    expect(checks.map(({ metric, found, outcome }) => [metric, found.value, outcome])).toEqual([
      ['p50', 12, 'misses'],
      ['p99', 15, 'meets'],
    ])
  })

  test('on errors is checked where something is known of them', () => {
    const latencyMs = latencies(exactly(1))
    expect(checkSlo(slo, { latencyMs, errorRatio: null })).toHaveLength(1)
    const [, errors] = checkSlo(slo, { latencyMs, errorRatio: around(0, 0, 0.0005) })
    expect(errors).toMatchObject({ metric: 'errors', limit: 0.001, outcome: 'meets' })
    const strict = { ...slo, errorRatio: 0 }
    const [, none] = checkSlo(strict, { latencyMs, errorRatio: around(0.01, 0.02, 0.03) })
    expect(none).toMatchObject({ outcome: 'misses', marginRatio: 0.01 })
  })
})
