import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Assessed, Assessment } from '../../src/advise/assessment.ts'
import { judge } from '../../src/advise/judge.ts'
import type { Slo } from '../../src/core/scenario.ts'
import {
  around,
  assessed,
  billOf,
  bills,
  exactly,
  gap,
  latencies,
  operation,
} from '../fixtures/assessments.ts'
import { cloudRun } from '../fixtures/candidates.ts'

const slo: Slo = { latencyMs: { p95: 200, p99: 400 }, errorRatio: 0.001 }
const verdictOn = (assessment: Assessment) => judge(assessment, slo, 2_000_000)

const SLOW: Partial<Assessed> = { latencyMs: latencies(exactly(310)) }
const OPEN: Partial<Assessed> = { latencyMs: latencies(around(100, 190, 250)) }
const UNPRICED: Partial<Assessed> = { bills: { central: gap, all: [gap] } }
const SMALL: Partial<Assessed> = { shortfalls: ['too little memory'] }

describe('The outcome', () => {
  test('is refused or untested where nothing was assessed, with the reason', () => {
    const candidate = cloudRun()
    const refusals = [{ rule: 'no such thing', source: 'docs' }]
    expect(verdictOn({ state: 'refused', candidate, refusals })).toMatchObject({
      outcome: 'refused',
      reasons: ['no such thing'],
      refusals,
      usdPerMonth: null,
      latencyMs: null,
    })
    const untested = { state: 'untested', candidate, evidence: 'measured', why: 'not tried yet' } as const
    expect(verdictOn(untested)).toMatchObject({
      outcome: 'untested',
      evidence: 'measured',
      reasons: ['not tried yet'],
    })
  })

  test.each([
    ['meets', {}],
    ['misses', SLOW],
    ['misses', SMALL],
    ['undecided', OPEN],
    ['unpriced', UNPRICED],
    ['unpriced', { ...UNPRICED, ...SLOW }],
    ['unpriced', { ...UNPRICED, ...SMALL }],
    ['misses', { ...SMALL, ...OPEN }],
    ['misses', { latencyMs: { ...latencies(around(100, 190, 250)), p99: exactly(500) } }],
    ['undecided', { errorRatio: around(0, 0.0005, 0.002) }],
    ['misses', { errorRatio: around(0.002, 0.003, 0.004) }],
  ] as const)('is %s for %j', (outcome, some) => {
    expect(verdictOn(assessed(some)).outcome).toBe(outcome)
  })
})

describe('A verdict', () => {
  test('says first what a miss misses, by how much', () => {
    expect(verdictOn(assessed(SLOW)).reasons).toEqual(['p95 310 ms, 55% over 200 ms'])
  })

  test('tells every line that a good candidate meets, and beside it what to know of it', () => {
    const { reasons, caveats } = verdictOn(assessed({ caveats: ['a single VM'] }))
    expect(reasons).toEqual(['p95 120 ms, 40% under 200 ms', 'p99 120 ms, 70% under 400 ms'])
    expect(caveats).toEqual(['a single VM'])
  })

  test('names a missing price and has no cost, whatever else is priced', () => {
    const verdict = verdictOn(assessed({ bills: { central: billOf(10), all: [billOf(10), gap] } }))
    expect(verdict).toMatchObject({ outcome: 'unpriced', usdPerMonth: null, usdPerMillionRequests: null })
    expect(verdictOn(assessed(UNPRICED)).reasons[0]).toContain('no price for gce/z9/cpu')
  })

  test('has the cost range of all its bills, and the cost of a million requests', () => {
    const verdict = verdictOn(assessed({ bills: bills('90.5', 100, '120') }))
    expect(verdict.usdPerMonth).toEqual({ low: '90.5', value: '100', high: '120' })
    expect(verdict.usdPerMillionRequests).toEqual({ low: '45.25', value: '50', high: '60' })
  })

  test('compares costs as numbers, not as text', () => {
    expect(verdictOn(assessed({ bills: bills('9', '10', '100') })).usdPerMonth).toEqual({
      low: '9',
      value: '10',
      high: '100',
    })
  })

  test('says how overloaded a candidate is, or may be', () => {
    const load = (low: number, value: number, high: number) => {
      const state = { ...operation, replicas: exactly(1), peakLoad: around(low, value, high) }
      return verdictOn(assessed({ operation: state })).reasons[0]
    }
    expect(load(1.1, 1.5, 2)).toBe(
      'overloaded: at its peak the traffic is 1.5 times what its one replica can serve',
    )
    expect(load(0.6, 0.8, 1.2)).toBe(
      'may be too small: at worst the peak of the traffic is 1.2 times what its one replica can serve',
    )
    expect(load(0.6, 0.8, 0.99)).toBe('p95 120 ms, 40% under 200 ms')
  })

  test('always has a reason, and a cost only where every price is known', () => {
    const ms = fc.double({ min: 1, max: 1000, noNaN: true })
    const some = fc.record({
      latency: fc.tuple(ms, ms, ms).map((all) => all.toSorted((a, b) => a - b)),
      central: fc.constantFrom(billOf(1), billOf('0'), gap),
      edge: fc.constantFrom(billOf(2), gap),
      shortfalls: fc.constantFrom([], ['too little memory']),
    })
    fc.assert(
      fc.property(some, ({ latency: [low = 0, value = 0, high = 0], central, edge, shortfalls }) => {
        const verdict = verdictOn(
          assessed({
            latencyMs: latencies(around(low, value, high)),
            bills: { central, all: [central, edge] },
            shortfalls,
          }),
        )
        expect(verdict.reasons.length).toBeGreaterThan(0)
        expect(verdict.reasons.every((reason) => reason.length > 0)).toBe(true)
        const priced = central !== gap && edge !== gap
        expect(verdict.usdPerMonth !== null).toBe(priced)
        expect(verdict.outcome === 'unpriced').toBe(!priced)
      }),
    )
  })
})
