import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createArrivals, limitArrivals } from '../../src/load/arrivals.ts'
import { DueOrder } from '../../src/load/due-order.ts'
import type { LoadBatch } from '../../src/load/open-loop.ts'

interface Ended {
  readonly index: number
  readonly doneMs: number
  readonly ok?: boolean
}

/** Requests due every 10 ms. */
function batch(atMs: number, ended: readonly Ended[]): LoadBatch {
  return {
    atMs,
    inFlight: 0,
    size: ended.length,
    index: Float64Array.from(ended, ({ index }) => index),
    dueMs: Float64Array.from(ended, ({ index }) => index * 10),
    sentMs: Float64Array.from(ended, ({ index }) => index * 10),
    doneMs: Float64Array.from(ended, ({ doneMs }) => doneMs),
    inferenceMs: new Float64Array(ended.length).fill(Number.NaN),
    outcome: ended.map(({ ok = true }) => (ok ? 'ok' : 'reset')),
    details: new Map(),
  }
}

function order(count: number, warmup = 0, limitMs = 1000): DueOrder {
  return new DueOrder(
    limitArrivals(createArrivals({ kind: 'constant', rps: 100 }, 1), { count }),
    warmup,
    limitMs,
  )
}

describe('Requests that end in any order', () => {
  test('come back in order of due, each once', () => {
    const property = fc.property(
      fc.shuffledSubarray(
        Array.from({ length: 40 }, (_, index) => index),
        { minLength: 40 },
      ),
      fc.integer({ min: 1, max: 9 }),
      (indices, size) => {
        const all = order(40)
        const due: number[] = []
        for (let at = 0; at < indices.length; at += size) {
          const ended = indices.slice(at, at + size).map((index) => ({ index, doneMs: index * 10 + 5 }))
          due.push(...Array.from(all.take(batch(500, ended)).dueMs))
        }
        expect(due).toEqual(Array.from({ length: 40 }, (_, index) => index * 10))
      },
    )
    fc.assert(property)
  })

  test('wait for one before them that is still in flight, until it is late by every limit', () => {
    const all = order(10)
    const others = [1, 2, 3].map((index) => ({ index, doneMs: index * 10 + 5 }))
    expect(all.take(batch(900, others)).dueMs).toEqual([])
    const late = all.take(batch(1001, []))
    expect(late.dueMs).toEqual([0, 10, 20, 30])
    expect(late.responseMs).toEqual([Number.MAX_VALUE, 5, 5, 5])
    expect(late.inFlight).toEqual([0, 1, 1, 1])
  })

  test('take infinitely long when they failed', () => {
    expect(order(10).take(batch(50, [{ index: 0, doneMs: 3, ok: false }])).responseMs).toEqual([
      Number.POSITIVE_INFINITY,
    ])
  })

  test('leave the warm-up out, and wait for none that was never due', () => {
    const all = order(3, 1)
    const ended = [0, 1, 2].map((index) => ({ index, doneMs: index * 10 + 5 }))
    expect(all.take(batch(100, ended)).dueMs).toEqual([10, 20])
    expect(all.take(batch(1_000_000, [])).dueMs).toEqual([])
  })
})
