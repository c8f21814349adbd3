import { performance } from 'node:perf_hooks'
import type { Arrivals } from './arrivals.ts'

/** A timer fires up to this late, because the event loop's clock ticks in whole ms. */
const timerSlackMs = 2
/** A sender that is behind lets replies in after so many requests. */
const firesPerTurn = 32
/** A sparing sender naps so long at a time, and not in the last bit before a request is due, ms. */
const nap = { mostMs: 0.25, lastMs: 0.1 }
const never = new Int32Array(new SharedArrayBuffer(4))
/** The longest that a timer can be set for, ms. */
const longestTimerMs = 2 ** 31 - 1

/**
 * Calls `fire` once for each arrival, never early and as soon after as the event loop allows, then `end`.
 *
 * Sleeps on a timer until shortly before the next arrival and then turns the event loop over, which serves
 * replies in between, until it is due.
 *
 * A sparing sender does not hold its core for these last two ms but naps, after each nap it serves replies: they are
 * read late by up to a nap, and the core is left to a server on the same machine.
 *
 * @param startedMs the start on the clock of `performance.now()`
 * @returns stops it; no call of `fire` or `end` comes after
 */
export function paceArrivals(
  arrivals: Arrivals,
  startedMs: number,
  fire: (dueMs: number) => void,
  end: () => void,
  { sparing = false } = {},
): () => void {
  let dueMs = arrivals()
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let turn: NodeJS.Immediate | undefined

  const step = () => {
    for (let fired = 0; fired < firesPerTurn; fired++) {
      if (stopped) return
      if (dueMs === Number.POSITIVE_INFINITY) return end()
      const waitMs = startedMs + dueMs - performance.now()
      if (waitMs > 0) return wait(waitMs)
      fire(dueMs)
      dueMs = arrivals()
    }
    turn = setImmediate(step)
  }
  const wait = (waitMs: number) => {
    if (waitMs <= timerSlackMs) {
      if (sparing && waitMs > nap.lastMs) Atomics.wait(never, 0, 0, Math.min(nap.mostMs, waitMs - nap.lastMs))
      turn = setImmediate(step)
    } else timer = setTimeout(step, Math.min(longestTimerMs, Math.floor(waitMs - timerSlackMs)))
  }

  turn = setImmediate(step)
  return () => {
    stopped = true
    clearTimeout(timer)
    clearImmediate(turn)
  }
}
