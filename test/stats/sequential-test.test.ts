import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { logEvidence, requestsToDecide } from '../../src/stats/sequential-test.ts'

const sides = fc.constantFrom('under' as const, 'over' as const)
const limits = fc.double({ min: 0.001, max: 0.9, noNaN: true })

describe('the evidence of a sequential test', () => {
  it('is none before the first request', () => {
    fc.assert(
      fc.property(limits, sides, (limit, side) => {
        expect(logEvidence({ events: 0, count: 0 }, limit, side)).toBeCloseTo(0, 12)
      }),
    )
  })

  it('is an e-value: at the limit its mean over the next request is what it was', () => {
    const tallies = fc.tuple(fc.nat(50), fc.nat(5000))
    fc.assert(
      fc.property(limits, sides, tallies, (limit, side, [events, others]) => {
        const value = (more: number) => {
          return Math.exp(
            logEvidence({ events: events + more, count: events + others + 1 }, limit, side) -
              logEvidence({ events, count: events + others }, limit, side),
          )
        }
        expect(limit * value(1) + (1 - limit) * value(0)).toBeCloseTo(1, 9)
      }),
    )
  })

  it('grows with on-time requests on the one side and with late ones on the other', () => {
    expect(logEvidence({ events: 0, count: 500 }, 0.01, 'under')).toBeGreaterThan(Math.log(20))
    expect(logEvidence({ events: 500, count: 500 }, 0.01, 'over')).toBeGreaterThan(Math.log(20))
    expect(logEvidence({ events: 0, count: 500 }, 0.01, 'over')).toBeLessThan(0)
    expect(logEvidence({ events: 500, count: 500 }, 0.01, 'under')).toBeLessThan(0)
  })

  it('never passes ln 20 in more than 5% of 500 runs at the limit, however often it is looked at', () => {
    const random = seededRandom(3)
    let passed = 0
    for (let run = 0; run < 500; run++) {
      let [events, over] = [0, false]
      for (let count = 1; count <= 2000 && !over; count++) {
        if (random() < 0.05) events++
        over = logEvidence({ events, count }, 0.05, 'under') >= Math.log(20)
      }
      if (over) passed++
    }
    expect(passed / 500).toBeLessThan(0.05)
  })
})

describe('the number of requests that would decide', () => {
  it('is what the evidence needs when events go on as before', () => {
    const more = requestsToDecide({ events: 0, count: 100 }, 0.01, 'under', Math.log(20)) ?? Number.NaN
    expect(logEvidence({ events: 0, count: 100 + more }, 0.01, 'under')).toBeGreaterThanOrEqual(Math.log(20))
    expect(logEvidence({ events: 0, count: 95 + more }, 0.01, 'under')).toBeLessThan(Math.log(20))
  })

  it('is 0 once decided, and none when the ratio seen is the limit', () => {
    expect(requestsToDecide({ events: 0, count: 1000 }, 0.01, 'under', Math.log(20))).toBe(0)
    expect(requestsToDecide({ events: 10, count: 1000 }, 0.01, 'under', Math.log(20))).toBeUndefined()
  })
})
