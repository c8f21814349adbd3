import { performance } from 'node:perf_hooks'

/** A timer fires up to this late, because the event loop's clock ticks in whole ms. */
const timerSlackMs = 2
/** A sender that is behind lets replies in after so many requests. */
const firesPerTurn = 32

/**
 * Calls `fire` once for each arrival, never early and as soon after as the event loop allows.
 *
 * Sleeps on a timer until shortly before the next arrival and then turns the event loop over, which serves
 * replies in between, until it is due.
 *
 * @param arrivals ms from the start, rising
 * @param startedMs the start on the clock of `performance.now()`
 * @returns stops it; no call of `fire` comes after
 */
export function paceArrivals(
  arrivals: ArrayLike<number>,
  startedMs: number,
  fire: (index: number, dueMs: number) => void,
): () => void {
  let next = 0
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let turn: NodeJS.Immediate | undefined

  const step = () => {
    for (let fired = 0; fired < firesPerTurn; fired++) {
      const dueMs = arrivals[next]
      if (stopped || dueMs === undefined) return
      const waitMs = startedMs + dueMs - performance.now()
      if (waitMs > 0) return wait(waitMs)
      fire(next++, dueMs)
    }
    turn = setImmediate(step)
  }
  const wait = (waitMs: number) => {
    if (waitMs > timerSlackMs) timer = setTimeout(step, Math.floor(waitMs - timerSlackMs))
    else turn = setImmediate(step)
  }

  turn = setImmediate(step)
  return () => {
    stopped = true
    clearTimeout(timer)
    clearImmediate(turn)
  }
}
