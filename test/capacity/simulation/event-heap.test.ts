import { describe, expect, test } from 'vitest'
import { EventHeap } from '../../../src/capacity/simulation/event-heap.ts'
import { seededRandom } from '../../../src/core/random.ts'

interface Event {
  readonly at: number
  readonly code: number
}

const byTimeAndCode = (a: Event, b: Event) => a.at - b.at || a.code - b.code

describe('a heap of events', () => {
  test.each([1, 2, 3, 4, 5])('gives the earliest first, whatever came in between (seed %i)', (seed) => {
    const random = seededRandom(seed)
    const below = (count: number) => Math.floor(random() * count)
    // Small to begin with, so that it has to grow; few times, so that many are the same.
    const heap = new EventHeap(2)
    const kept: Event[] = []
    for (let step = 0; step < 20_000; step++) {
      const action = below(kept.length < 60 ? 4 : 5)
      if (action < 2) {
        const event = { at: below(50), code: below(20) - 10 }
        heap.push(event.at, event.code)
        kept.push(event)
      } else if (action === 2) {
        expect(heap.nextAt).toBe(Math.min(...kept.map(({ at }) => at)))
      } else if (kept.length > 0) {
        kept.sort(byTimeAndCode)
        expect(heap.pop()).toBe(kept.shift()?.code)
      }
      expect(heap.size).toBe(kept.length)
    }
    kept.sort(byTimeAndCode)
    expect(kept.map(() => heap.pop())).toEqual(kept.map(({ code }) => code))
    expect(heap.nextAt).toBe(Number.POSITIVE_INFINITY)
  })
})
