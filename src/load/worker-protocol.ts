import type { Tick } from './drive-load.ts'
import type { LoadRecordState } from './load-record.ts'
import type { Headers } from './request-bytes.ts'

export type ToWorker =
  /** Time on the clock of `monotonicMs`. */
  | { readonly kind: 'start'; readonly startAtMs: number }
  | { readonly kind: 'headers'; readonly headers: Headers }
  | { readonly kind: 'stop' }

export type ToMain =
  | { readonly kind: 'ready' }
  | { readonly kind: 'tick'; readonly tick: Tick }
  | { readonly kind: 'end'; readonly record: LoadRecordState }

/** A clock that all threads of a process share; that of `performance.now()` begins with each thread. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
