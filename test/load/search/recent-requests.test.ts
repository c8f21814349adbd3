import { describe, expect, it } from 'vitest'
import { RecentRequests } from '../../../src/load/search/recent-requests.ts'

const late = (responseMs: readonly number[]) => [
  { events: responseMs.filter((value) => value > 10).length, count: responseMs.length },
]

/** `total` requests in batches of `size`; every tenth takes 20 ms, the others 5. */
function feed(total: number, size: number): RecentRequests {
  const recent = new RecentRequests(late)
  for (let first = 0; first < total; first += size) {
    const indices = Array.from({ length: size }, (_, i) => first + i)
    const responseMs = indices.map((index) => (index % 10 === 0 ? 20 : 5))
    recent.add({ dueMs: indices, inFlight: indices.map(() => 1), responseMs })
  }
  return recent
}

describe('the recent requests of a probe', () => {
  it('leave out the first tenth', () => {
    const recent = feed(1000, 20)
    expect(recent.steady().dueMs[0]).toBe(100)
    expect(recent.tallies()).toEqual([{ events: 90, count: 900 }])
  })

  it.each([50, 30_000])('stay few over 300,000 requests in batches of %i, and all are counted', (size) => {
    const recent = feed(300_000, size)
    expect(recent.kept.dueMs.length).toBeLessThanOrEqual(8192)
    expect(recent.kept.dueMs.at(-1)).toBe(299_999)
    expect(recent.count).toBe(300_000)
    const [{ events, count }] = recent.tallies() as [{ events: number; count: number }]
    expect(count).toBeGreaterThan(295_000)
    expect(events / count).toBeCloseTo(0.1, 4)
  })
})
