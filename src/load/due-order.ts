import type { LoadSeries } from '../stats/over-saturation.ts'
import type { Arrivals } from './arrivals.ts'
import type { LoadBatch } from './open-loop.ts'

/**
 * Puts requests, which end in any order, back into the order in which they were due, so that a verdict that is asked
 * while the load runs sees no slow request later than a fast one that was due after it.
 *
 * A request that has waited longer than every limit is late whatever becomes of it: it is let through as such, and
 * those behind it with it. Otherwise a server that stops answering would never be judged.
 */
export class DueOrder {
  readonly #arrivals: Arrivals
  readonly #longestLimitMs: number
  readonly #ended = new Map<number, { readonly doneMs: number; readonly responseMs: number }>()
  readonly #inFlight: number[] = []
  #next: number
  #nextDueMs: number

  /**
   * @param arrivals of the load, with its seed and from its start
   * @param warmupRequests left out
   * @param longestLimitMs greatest latency limit; infinite holds everything back until it has ended
   */
  constructor(arrivals: Arrivals, warmupRequests: number, longestLimitMs: number) {
    this.#arrivals = arrivals
    this.#longestLimitMs = longestLimitMs
    this.#next = warmupRequests
    for (let skipped = 0; skipped < warmupRequests; skipped++) arrivals()
    this.#nextDueMs = arrivals()
  }

  /** Requests that can be judged now, each once. */
  take(batch: LoadBatch): LoadSeries {
    for (let at = 0; at < batch.size; at++) this.#end(batch, at)
    const series = { dueMs: [] as number[], inFlight: [] as number[], responseMs: [] as number[] }
    for (;;) {
      const ended = this.#ended.get(this.#next)
      if (!ended && !(batch.atMs - this.#nextDueMs > this.#longestLimitMs)) return series
      // Late, whatever becomes of it, but not known to have failed.
      const { doneMs, responseMs } = ended ?? {
        doneMs: Number.POSITIVE_INFINITY,
        responseMs: Number.MAX_VALUE,
      }
      series.dueMs.push(this.#nextDueMs)
      series.inFlight.push(this.#countInFlight(this.#nextDueMs, doneMs))
      series.responseMs.push(responseMs)
      this.#ended.delete(this.#next++)
      this.#nextDueMs = this.#arrivals()
    }
  }

  #end(batch: LoadBatch, at: number): void {
    const index = batch.index[at] ?? 0
    if (index < this.#next) return
    const dueMs = batch.dueMs[at] ?? 0
    const doneMs = batch.doneMs[at] ?? 0
    const responseMs = batch.outcome[at] === 'ok' ? doneMs - dueMs : Number.POSITIVE_INFINITY
    this.#ended.set(index, { doneMs, responseMs })
  }

  /** Requests due before this one that had not ended when it was due. */
  #countInFlight(dueMs: number, doneMs: number): number {
    let kept = 0
    for (const done of this.#inFlight) if (done > dueMs) this.#inFlight[kept++] = done
    this.#inFlight.length = kept
    this.#inFlight.push(doneMs)
    return kept
  }
}
