import type { Sample } from '../core/measurement.ts'

/** What a run tells those who watch it. It knows none of them. */
export type RunEvent =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'step-started'; readonly step: string; readonly index: number; readonly total: number }
  | { readonly kind: 'progress'; readonly finished: number; readonly total: number }
  | { readonly kind: 'step-finished'; readonly step: string; readonly result: string }
  /** A load of the step under way begins. */
  | { readonly kind: 'load-started'; readonly load: LoadFacts }
  /** Requests of it that have ended; response times are Infinity for those that failed. */
  | { readonly kind: 'requests'; readonly atMs: number; readonly responseMs: readonly number[] }

export interface LoadFacts {
  readonly arrivals: 'closed' | 'poisson' | 'constant'
  /** Requests due per second; absent of a closed loop, which asks for the next when it has the last. */
  readonly offeredRps?: number
  /** The first ones, which count for nothing and are not told of. */
  readonly warmupRequests: number
}

export type Listener = (event: RunEvent) => void

/** Tells of samples as they end, but for those of the warm-up: the first to end. */
export function sampleTeller(notify: Listener, warmupRequests: number): (sample: Sample) => void {
  let warming = warmupRequests
  return ({ dueMs, doneMs, outcome }) => {
    if (warming-- > 0) return
    const responseMs = outcome === 'ok' ? doneMs - dueMs : Number.POSITIVE_INFINITY
    notify({ kind: 'requests', atMs: doneMs, responseMs: [responseMs] })
  }
}
