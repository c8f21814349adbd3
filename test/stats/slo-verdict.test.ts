import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { judgeTallies, type SloLimit, sloLimits, tallyLimits } from '../../src/stats/slo-verdict.ts'

const p99: SloLimit = { metric: 'p99', latencyMs: 200, ratio: 0.01 }
const p95: SloLimit = { metric: 'p95', latencyMs: 100, ratio: 0.05 }
const errors: SloLimit = { metric: 'errors', ratio: 0.02 }
const mostRequests = 6000

/** Draws requests of which `ratio` are late, looking after every tenth, until decided or 6,000 were sent. */
function decide(ratio: number, random: () => number) {
  let events = 0
  for (let count = 1; count <= mostRequests; count++) {
    if (random() < ratio) events++
    if (count % 10 > 0) continue
    const { verdict } = judgeTallies([p99], [{ events, count }])
    if (verdict !== 'undecided') return { verdict, count }
  }
  return { verdict: 'undecided', count: mostRequests }
}

function decideOften(ratio: number, runs: number) {
  const random = seededRandom(2026)
  const ends = Array.from({ length: runs }, () => decide(ratio, random))
  const share = (verdict: string) => ends.filter((end) => end.verdict === verdict).length / runs
  const counts = ends.map(({ count }) => count).sort((a, b) => a - b)
  return { meets: share('meets'), misses: share('misses'), median: counts[runs >> 1] as number }
}

describe('the verdict on an SLO', () => {
  it('passes wrongly, and fails wrongly, in under 5% of 2,000 runs right at the limit', () => {
    const { meets, misses } = decideOften(0.01, 2000)
    expect(meets).toBeLessThan(0.05)
    expect(misses).toBeLessThan(0.05)
    expect(meets + misses).toBeGreaterThan(0.02)
  })

  it('decides a p99 that is clearly met, 0.1% late, in under 1,500 requests on median', () => {
    const { meets, median } = decideOften(0.001, 500)
    expect(meets).toBe(1)
    expect(median).toBeLessThan(600)
  })

  it('decides a clear miss at once', () => {
    const { misses, median } = decideOften(0.3, 500)
    expect(misses).toBe(1)
    expect(median).toBeLessThanOrEqual(10)
  })

  it('decides twice and half the ratio of the limit rightly, in nine of ten runs of 6,000 requests', () => {
    expect(decideOften(0.02, 200).misses).toBeGreaterThan(0.9)
    expect(decideOften(0.005, 200).meets).toBeGreaterThan(0.9)
  })

  it('meets only when all limits are met', () => {
    const clear = { events: 0, count: 1000 }
    const close = { events: 40, count: 1000 }
    expect(judgeTallies([p99, p95], [clear, clear]).verdict).toBe('meets')
    expect(judgeTallies([p99, p95], [clear, close]).verdict).toBe('undecided')
  })

  it('misses as soon as one limit is missed', () => {
    const { verdict, limits } = judgeTallies(
      [p99, errors],
      [
        { events: 0, count: 1000 },
        { events: 300, count: 1000 },
      ],
    )
    expect(verdict).toBe('misses')
    expect(limits.map((limit) => limit.verdict)).toEqual(['meets', 'misses'])
  })

  it('asks more of a miss the more limits there are', () => {
    const others = Array.from({ length: 20 }, () => ({ ...p95 }))
    expect(judgeTallies([p99], [{ events: 7, count: 150 }]).verdict).toBe('misses')
    expect(judgeTallies([p99, ...others], [{ events: 7, count: 150 }]).verdict).toBe('undecided')
  })

  it('takes a limit of 0 as broken by one failure and as met while there is none', () => {
    const none: SloLimit = { metric: 'errors', ratio: 0 }
    const judge = (events: number) => {
      return judgeTallies(
        [p99, none],
        [
          { events: 0, count: 1000 },
          { events, count: 1000 },
        ],
      ).verdict
    }
    expect(judge(0)).toBe('meets')
    expect(judge(1)).toBe('misses')
    expect(judgeTallies([none], [{ events: 0, count: 0 }]).verdict).toBe('undecided')
  })

  it('discounts requests that come in crowds', () => {
    const seen = [{ events: 0, count: 1000 }]
    expect(judgeTallies([p99], seen).verdict).toBe('meets')
    expect(judgeTallies([p99], seen, { effectiveShare: 0.1 }).verdict).toBe('undecided')
  })

  it('says about how many more requests would decide, correlation included', () => {
    const seen = [{ events: 0, count: 100 }]
    const plain = judgeTallies([p99], seen).requestsToDecide as number
    expect(judgeTallies([p99], [{ events: 0, count: 100 + plain }]).verdict).toBe('meets')
    expect(judgeTallies([p99], seen, { effectiveShare: 0.5 }).requestsToDecide).toBeGreaterThan(2 * plain)
    expect(judgeTallies([p99], [{ events: 1, count: 100 }])).not.toHaveProperty('requestsToDecide')
  })
})

describe('the limits of an SLO', () => {
  it('are shares of requests, late or failed', () => {
    const limits = sloLimits({ latencyMs: { p95: 100, p99: 200 }, errorRatio: 0.001 })
    expect(limits.map(({ metric }) => metric)).toEqual(['p95', 'p99', 'errors'])
    expect(limits.map(({ ratio }) => ratio.toFixed(6))).toEqual(['0.050000', '0.010000', '0.001000'])
  })

  it('count a failed request as late', () => {
    const responses = [50, 100, 150, 250, Number.POSITIVE_INFINITY]
    expect(tallyLimits([p99, p95, errors], responses).map(({ events }) => events)).toEqual([2, 3, 1])
  })
})
