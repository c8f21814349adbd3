import { findChangePoints } from './change-points.ts'
import { nameOf } from './conclude.ts'
import type { ChangePoint, GateResult } from './gate-result.ts'

/** What one gate leaves to the history: the head's figures by metric. */
export interface HistoryEntry {
  readonly schemaVersion: 1
  /** ISO 8601. */
  readonly at: string
  readonly head: string
  /** Only entries of one series are compared: of one machine, and measured in one way. */
  readonly series: string
  readonly figures: Readonly<Record<string, number>>
}

/** Entries of the newest and its series that a search looks at, the newest last: it is quadratic. */
const MOST_ENTRIES = 200

/** @param machine what the figures depend on besides the head */
export function historyEntry(result: GateResult, machine: string): HistoryEntry {
  const figures = result.judgements.flatMap((judgement) => {
    const value = judgement.head === null ? Number.NaN : Number(judgement.head)
    return judgement.metric !== 'slo' && Number.isFinite(value) ? [[nameOf(judgement), value] as const] : []
  })
  return {
    schemaVersion: 1,
    at: result.startedAt,
    head: result.head,
    series: [result.mode, result.measured?.arrivals, machine].filter(Boolean).join(', '),
    figures: Object.fromEntries(figures),
  }
}

/** Change points of every metric in the newest entry's series; by metric, in order of time. */
export function historyChangePoints(entries: readonly HistoryEntry[]): ChangePoint[] {
  const newest = entries.at(-1)
  const series = entries.filter((entry) => entry.series === newest?.series).slice(-MOST_ENTRIES)
  const metrics = Object.keys(newest?.figures ?? {})
  return metrics.flatMap((metric) => {
    const known = series.filter(({ figures }) => figures[metric] !== undefined)
    const values = known.map(({ figures }) => figures[metric] ?? Number.NaN)
    return findChangePoints(values).map((change) => {
      const at = known[change.index]
      return { metric, entry: at ? `${at.at} ${at.head}` : '', ...change }
    })
  })
}
