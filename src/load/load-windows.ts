import type { LoadWindow } from '../core/measurement.ts'
import { roundToMicrosecond } from '../core/units.ts'
import { Histogram, type HistogramState } from './histogram.ts'
import { emptyCounts, mergeCounts, type OutcomeCounts } from './load-record.ts'

/** Length of a window, ms. */
export const windowMs = 1000

/** What became of the requests that were due within one second. */
export interface WindowRecord {
  /** From 0: due from index to index + 1 seconds after the start. */
  readonly index: number
  readonly counts: OutcomeCounts
  readonly response: Histogram
}

export interface WindowState {
  readonly index: number
  readonly counts: Readonly<OutcomeCounts>
  readonly response: HistogramState
}

export function emptyWindow(index: number): WindowRecord {
  return { index, counts: emptyCounts(), response: new Histogram() }
}

/** Puts the windows of all threads together and makes a row of each that every thread has finished. */
export class WindowMerger {
  readonly rows: LoadWindow[] = []
  readonly #threads: number
  readonly #onRow: ((row: LoadWindow) => void) | undefined
  readonly #open = new Map<number, { window: WindowRecord; waiting: number }>()

  constructor(threads: number, onRow?: (row: LoadWindow) => void) {
    this.#threads = threads
    this.#onRow = onRow
  }

  /** Each thread brings each window once. */
  add(state: WindowState): void {
    const entry = this.#open.get(state.index) ?? { window: emptyWindow(state.index), waiting: this.#threads }
    this.#open.set(state.index, entry)
    mergeCounts(entry.window.counts, state.counts)
    entry.window.response.merge(state.response)
    if (--entry.waiting === 0) this.#finish(entry.window)
  }

  /** A thread may have ended before another: what no one else will add to is finished too. */
  end(): readonly LoadWindow[] {
    for (const { window } of [...this.#open.values()].sort((a, b) => a.window.index - b.window.index)) {
      this.#finish(window)
    }
    return this.rows.sort((a, b) => a.startS - b.startS)
  }

  #finish(window: WindowRecord): void {
    this.#open.delete(window.index)
    const row = rowOf(window)
    this.rows.push(row)
    this.#onRow?.(row)
  }
}

function rowOf({ index, counts, response }: WindowRecord): LoadWindow {
  const at = (ratio: number) => (response.count === 0 ? null : roundToMicrosecond(response.percentile(ratio)))
  return {
    startS: (index * windowMs) / 1000,
    ...counts,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
  }
}
