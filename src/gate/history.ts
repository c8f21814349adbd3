import { findChangePoints } from './change-points.ts'
import { nameOf } from './conclude.ts'
import type { ChangePoint, GateHistory, GateResult, HistoryEntry } from './gate-result.ts'

/** Entries of the newest and its series that a search looks at, the newest last: it is quadratic. */
const MOST_ENTRIES = 200

/** What the figures depend on besides the head and the way that they were measured. */
export interface HistorySource {
  readonly machine: string
  /** The request that was sent, or the scenario that was run. */
  readonly asked: string | undefined
}

/** @param commit of the head, where it is known */
export function historyEntry(
  result: GateResult,
  { machine, asked }: HistorySource,
  commit?: string,
): HistoryEntry {
  const known = result.judgements.flatMap((judgement) => {
    const value = judgement.head === null ? Number.NaN : Number(judgement.head)
    const { metric, unit } = judgement
    return metric !== 'slo' && Number.isFinite(value) ? [{ name: nameOf(judgement), value, unit }] : []
  })
  return {
    schemaVersion: 1,
    at: result.startedAt,
    head: result.head,
    ...(commit === undefined ? {} : { commit }),
    series: [result.mode, ...howMeasured(result.measured), asked, machine].filter(Boolean).join(', '),
    figures: Object.fromEntries(known.map(({ name, value }) => [name, value])),
    units: Object.fromEntries(known.map(({ name, unit }) => [name, unit])),
  }
}

function howMeasured(measured: GateResult['measured']): string[] {
  if (!measured) return []
  const { arrivals, rps, connections } = measured
  return [arrivals, rps === null ? `${connections} at a time` : `${rps} requests/s`]
}

/** What the newest of these entries is compared with. @param entries oldest first */
export function historyOf(entries: readonly HistoryEntry[]): GateHistory {
  const { series = '' } = entries.at(-1) ?? {}
  const own = entries.filter((entry) => entry.series === series).slice(-MOST_ENTRIES)
  return { series, entries: own, others: entries.length - own.length }
}

/** Metrics that the newest entry has a figure of. */
export function historyMetrics({ entries }: GateHistory): string[] {
  return Object.keys(entries.at(-1)?.figures ?? {})
}

/** What a metric's figures count; undefined where no entry says. */
export function unitOf(metric: string, { entries }: GateHistory): string | undefined {
  return entries.findLast(({ units }) => units?.[metric] !== undefined)?.units?.[metric]
}

/** Date and commit of an entry, or what was measured where the commit is not known. */
function entryName({ at, commit, head }: HistoryEntry): string {
  return `${at} ${commit ?? head}`
}

/** Change points of every metric; by metric, in order of time. An index is among the entries that have the metric. */
export function historyChangePoints(history: GateHistory): ChangePoint[] {
  return historyMetrics(history).flatMap((metric) => {
    const known = history.entries.filter(({ figures }) => figures[metric] !== undefined)
    const values = known.map(({ figures }) => figures[metric] ?? Number.NaN)
    const unit = unitOf(metric, history)
    return findChangePoints(values).map((change) => {
      const at = known[change.index]
      return { metric, entry: at ? entryName(at) : '', ...change, ...(unit === undefined ? {} : { unit }) }
    })
  })
}
