import type { ErrorClass, Outcome } from '../core/measurement.ts'
import { Histogram, type HistogramState } from './histogram.ts'
import type { SocketCounts } from './sender.ts'

/** Requests by how they ended: due = ok + error + timeout + dropped. */
export interface OutcomeCounts {
  due: number
  ok: number
  error: number
  timeout: number
  dropped: number
}

export type ErrorGroups = Partial<Record<ErrorClass, { count: number; example: string }>>

/** Times of the ok ones of the first requests, one by one, with the number of each among all due. */
export interface KeptSamples {
  readonly index: number[]
  readonly responseMs: number[]
  readonly serviceMs: number[]
  /** NaN where the reply told none. */
  readonly inferenceMs: number[]
}

/** All that is known of a load, or of one thread's share in it. Merges without loss. */
export interface LoadRecord {
  readonly counts: OutcomeCounts
  readonly errors: ErrorGroups
  /** Of ok requests after those that are kept one by one. */
  readonly laterResponse: Histogram
  readonly laterService: Histogram
  readonly sendLag: Histogram
  /** How long the event loop was held up, each time that it was. */
  readonly stalls: Histogram
  readonly sockets: SocketCounts
  readonly kept: KeptSamples
  firstDueMs: number
  lastDoneMs: number
}

/** A record as a message between threads carries it: histograms lose their methods. */
export type LoadRecordState = {
  readonly [Key in keyof LoadRecord]: LoadRecord[Key] extends Histogram ? HistogramState : LoadRecord[Key]
}

export function emptyCounts(): OutcomeCounts {
  return { due: 0, ok: 0, error: 0, timeout: 0, dropped: 0 }
}

export function emptyRecord(): LoadRecord {
  return {
    counts: emptyCounts(),
    errors: {},
    laterResponse: new Histogram(),
    laterService: new Histogram(),
    sendLag: new Histogram(),
    stalls: new Histogram(),
    sockets: { opened: 0, died: 0, retried: 0 },
    kept: { index: [], responseMs: [], serviceMs: [], inferenceMs: [] },
    firstDueMs: Number.POSITIVE_INFINITY,
    lastDoneMs: Number.NEGATIVE_INFINITY,
  }
}

export function countOutcome(counts: OutcomeCounts, outcome: Outcome): void {
  counts.due++
  if (outcome === 'ok' || outcome === 'timeout' || outcome === 'dropped') counts[outcome]++
  else counts.error++
}

export function mergeCounts(into: OutcomeCounts, from: Readonly<OutcomeCounts>): void {
  for (const name of ['due', 'ok', 'error', 'timeout', 'dropped'] as const) into[name] += from[name]
}

export function mergeRecord(into: LoadRecord, from: LoadRecordState): void {
  mergeCounts(into.counts, from.counts)
  for (const name of ['laterResponse', 'laterService', 'sendLag', 'stalls'] as const)
    into[name].merge(from[name])
  for (const [name, group] of Object.entries(from.errors)) addErrors(into.errors, name as ErrorClass, group)
  for (const name of ['opened', 'died', 'retried'] as const) into.sockets[name] += from.sockets[name]
  for (const name of ['index', 'responseMs', 'serviceMs', 'inferenceMs'] as const) {
    for (const value of from.kept[name]) into.kept[name].push(value)
  }
  into.firstDueMs = Math.min(into.firstDueMs, from.firstDueMs)
  into.lastDoneMs = Math.max(into.lastDoneMs, from.lastDoneMs)
}

/** The first example of a class stays. */
export function addErrors(
  groups: ErrorGroups,
  outcome: ErrorClass,
  { count, example }: { readonly count: number; readonly example: string },
): void {
  const group = groups[outcome]
  if (group) group.count += count
  else groups[outcome] = { count, example }
}
