import { performance } from 'node:perf_hooks'
import type { Histogram } from './histogram.ts'

/** How often the event loop is asked to answer, ms. */
const everyMs = 5

/**
 * Takes down how late the event loop answers: a client that is busy, or was not let run, reads replies late even
 * where it sent on time. Timers are a ms late as a rule; only what is above that means anything.
 *
 * @returns stops it
 */
export function watchStalls(stalls: Histogram): () => void {
  let lastMs = performance.now()
  const timer = setInterval(() => {
    const nowMs = performance.now()
    stalls.record(nowMs - lastMs - everyMs)
    lastMs = nowMs
  }, everyMs)
  return () => clearInterval(timer)
}
