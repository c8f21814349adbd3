import type { Outcome } from '../core/measurement.ts'
import type { Exchange } from './connection.ts'
import { addErrors, countOutcome, emptyRecord, type LoadRecord } from './load-record.ts'
import { emptyWindow, type WindowRecord, windowMs } from './load-windows.ts'

/** Takes down how each request of one thread ended; what it holds does not grow with their number. */
export class Recorder {
  readonly record: LoadRecord = emptyRecord()
  readonly #keepBelow: number
  /** By index; a window leaves when all its requests have ended. */
  readonly #windows = new Map<number, { readonly window: WindowRecord; pending: number }>()
  #current: { readonly window: WindowRecord; pending: number } | undefined
  #nextToClose = 0

  /** @param keepBelow times of ok requests with a lower number are kept one by one */
  constructor(keepBelow: number) {
    this.#keepBelow = keepBelow
  }

  /** A request is due; `end` will follow. */
  due(dueMs: number): void {
    this.#windowOf(dueMs).pending++
    if (dueMs < this.record.firstDueMs) this.record.firstDueMs = dueMs
  }

  ok(exchange: Readonly<Exchange>, doneMs: number, inferenceMs: number | undefined): void {
    const { record } = this
    const responseMs = doneMs - exchange.dueMs
    const serviceMs = doneMs - exchange.sentMs
    record.sendLag.record(exchange.begunMs - exchange.dueMs)
    this.#end(exchange.dueMs, doneMs, 'ok', responseMs)
    const { kept } = record
    if (exchange.index >= this.#keepBelow) {
      record.laterResponse.record(responseMs)
      record.laterService.record(serviceMs)
      return
    }
    kept.index.push(exchange.index)
    kept.responseMs.push(responseMs)
    kept.serviceMs.push(serviceMs)
    kept.inferenceMs.push(inferenceMs ?? Number.NaN)
  }

  failed(
    exchange: Readonly<Exchange>,
    doneMs: number,
    outcome: Exclude<Outcome, 'ok'>,
    detail: string,
  ): void {
    addErrors(this.record.errors, outcome, { count: 1, example: detail })
    if (outcome !== 'dropped') this.record.sendLag.record(exchange.begunMs - exchange.dueMs)
    this.#end(exchange.dueMs, doneMs, outcome, Number.NaN)
  }

  /**
   * Windows of which every request has ended, in order. Each is given once.
   * @param untilMs no request that was due before is still to come
   */
  takeClosed(untilMs: number): WindowRecord[] {
    const closed: WindowRecord[] = []
    for (; (this.#nextToClose + 1) * windowMs <= untilMs; this.#nextToClose++) {
      const entry = this.#windows.get(this.#nextToClose)
      if (entry && entry.pending > 0) break
      this.#windows.delete(this.#nextToClose)
      if (this.#current === entry) this.#current = undefined
      closed.push(entry?.window ?? emptyWindow(this.#nextToClose))
    }
    return closed
  }

  /** The windows that are left when every request has ended. */
  takeRest(): WindowRecord[] {
    const last = Math.max(-1, ...this.#windows.keys())
    return this.takeClosed((last + 1) * windowMs)
  }

  #end(dueMs: number, doneMs: number, outcome: Outcome, responseMs: number): void {
    const { record } = this
    if (doneMs > record.lastDoneMs) record.lastDoneMs = doneMs
    countOutcome(record.counts, outcome)
    const entry = this.#windowOf(dueMs)
    entry.pending--
    countOutcome(entry.window.counts, outcome)
    if (outcome === 'ok') entry.window.response.record(responseMs)
  }

  #windowOf(dueMs: number): { readonly window: WindowRecord; pending: number } {
    const index = Math.floor(dueMs / windowMs)
    if (this.#current?.window.index === index) return this.#current
    const entry = this.#windows.get(index) ?? { window: emptyWindow(index), pending: 0 }
    this.#windows.set(index, entry)
    this.#current = entry
    return entry
  }
}
