import type { Outcome, Sample } from '../core/measurement.ts'
import { roundToMicrosecond } from '../core/units.ts'
import type { Exchange } from './connection.ts'

/** Requests that have ended since the last batch, in order of ending, as columns. */
export interface SampleBatch {
  readonly size: number
  readonly index: Float64Array
  readonly dueMs: Float64Array
  readonly sentMs: Float64Array
  readonly doneMs: Float64Array
  /** NaN where the reply told none. */
  readonly inferenceMs: Float64Array
  readonly outcome: readonly Outcome[]
  /** Of those that are not ok, by place in the batch. */
  readonly details: ReadonlyMap<number, string>
}

type Column = 'index' | 'dueMs' | 'sentMs' | 'doneMs' | 'inferenceMs'

/** Collects requests until they are taken. */
export class BatchBuilder {
  #size = 0
  #columns = createColumns(256)
  #outcome: Outcome[] = []
  #details = new Map<number, string>()

  add(
    exchange: Readonly<Exchange>,
    doneMs: number,
    outcome: Outcome,
    detail?: string,
    inferenceMs = Number.NaN,
  ) {
    const at = this.#size++
    if (at === this.#columns.index.length) this.#grow()
    this.#columns.index[at] = exchange.index
    this.#columns.dueMs[at] = exchange.dueMs
    this.#columns.sentMs[at] = exchange.sentMs
    this.#columns.doneMs[at] = doneMs
    this.#columns.inferenceMs[at] = inferenceMs
    this.#outcome.push(outcome)
    if (detail !== undefined) this.#details.set(at, detail)
  }

  take(): SampleBatch {
    const size = this.#size
    const { index, dueMs, sentMs, doneMs, inferenceMs } = this.#columns
    const batch = {
      size,
      index: index.slice(0, size),
      dueMs: dueMs.slice(0, size),
      sentMs: sentMs.slice(0, size),
      doneMs: doneMs.slice(0, size),
      inferenceMs: inferenceMs.slice(0, size),
      outcome: this.#outcome,
      details: this.#details,
    }
    this.#size = 0
    this.#outcome = []
    this.#details = new Map()
    return batch
  }

  #grow(): void {
    const larger = createColumns(this.#columns.index.length * 2)
    for (const [name, values] of Object.entries(this.#columns)) larger[name as Column].set(values)
    this.#columns = larger
  }
}

function createColumns(size: number): Record<Column, Float64Array> {
  const column = () => new Float64Array(size)
  return { index: column(), dueMs: column(), sentMs: column(), doneMs: column(), inferenceMs: column() }
}

/** One by one, times rounded to the microsecond and none sent before it was due by rounding. */
export function* samplesOf(batch: SampleBatch): Generator<Sample> {
  for (let at = 0; at < batch.size; at++) {
    const detail = batch.details.get(at)
    const inferenceMs = batch.inferenceMs[at] ?? Number.NaN
    yield {
      dueMs: Math.floor((batch.dueMs[at] ?? 0) * 1000) / 1000,
      sentMs: roundToMicrosecond(batch.sentMs[at] ?? 0),
      doneMs: roundToMicrosecond(batch.doneMs[at] ?? 0),
      outcome: batch.outcome[at] ?? 'ok',
      ...(detail !== undefined && { detail }),
      ...(!Number.isNaN(inferenceMs) && { inferenceMs }),
    }
  }
}
