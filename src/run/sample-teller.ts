import type { Sample } from '../core/measurement.ts'
import type { Listener } from '../core/run-event.ts'

/** Tells of samples as they end, but for those of the warm-up: the first to end. */
export function sampleTeller(notify: Listener, warmupRequests: number): (sample: Sample) => void {
  let warming = warmupRequests
  return ({ dueMs, doneMs, outcome }) => {
    if (warming-- > 0) return
    const responseMs = outcome === 'ok' ? doneMs - dueMs : Number.POSITIVE_INFINITY
    notify({ kind: 'requests', atMs: doneMs, responseMs: [responseMs] })
  }
}
