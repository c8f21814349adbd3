import { decidingCheck, shownPercentile } from '../../advise/explain.ts'
import type { Advice, Verdict } from '../../core/advice.ts'
import type { Candidate } from '../../core/candidate.ts'
import { decimal } from '../../core/money.ts'
import type { RunRecord } from '../../core/run-record.ts'

/** A candidate in a table: its verdict, unless none is known yet. */
export interface Row {
  readonly candidate: Candidate
  readonly verdict: Verdict | null
}

export const SORTS = ['cost', 'latency', 'margin', 'name'] as const
export type Sort = (typeof SORTS)[number]

/** What is shown of the candidates, in the order of the advice, or of the scenario while there is none. */
export function rowsOf(advice: Advice | null, { scenario }: RunRecord): Row[] {
  if (!advice) return scenario.candidates.map((candidate) => ({ candidate, verdict: null }))
  return advice.verdicts.map((verdict) => ({ candidate: verdict.candidate, verdict }))
}

/**
 * Rows that match every word of the filter, sorted. By cost is the order of the advice: what meets the SLO first, by its
 * cost. What is not known comes last.
 */
export function chosenRows(
  rows: readonly Row[],
  { filter, sort, isReversed }: { filter: string; sort: Sort; isReversed: boolean },
  advice: Advice | null,
): Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const matching = rows.filter((row) => words.every((word) => haystack(row).includes(word)))
  const sorted = sort === 'cost' || !advice ? matching : matching.toSorted(byKey(sort, advice))
  return isReversed ? sorted.toReversed() : sorted
}

function haystack({ candidate, verdict }: Row): string {
  return [candidate.name, candidate.platform, candidate.region, verdict?.outcome, verdict?.evidence]
    .join(' ')
    .toLowerCase()
}

function byKey(sort: Exclude<Sort, 'cost'>, advice: Advice): (a: Row, b: Row) => number {
  if (sort === 'name') return (a, b) => (a.candidate.name < b.candidate.name ? -1 : 1)
  const percentile = shownPercentile(advice.slo)
  const last = Number.POSITIVE_INFINITY
  const key =
    sort === 'latency'
      ? ({ verdict }: Row) => verdict?.latencyMs?.[percentile].value ?? last
      : ({ verdict }: Row) => (verdict ? (decidingCheck(verdict)?.marginRatio ?? last) : last)
  return (a, b) => {
    const [left, right] = [key(a), key(b)]
    return left === right ? 0 : left < right ? -1 : 1
  }
}

/** `55% under` the limit of the check that decides, or over it; empty where nothing was checked. */
export function marginText(verdict: Verdict): string {
  const check = decidingCheck(verdict)
  if (!check) return ''
  const percent = Math.abs(check.marginRatio) * 100
  if (!Number.isFinite(percent)) return 'unbounded'
  const share =
    percent >= 1000 ? `${(percent / 100).toFixed(0)}x` : `${percent < 1 ? '<1' : percent.toFixed(0)}%`
  return `${share} ${check.marginRatio > 0 ? 'over' : 'under'}`
}

export type Change = 'up' | 'down' | 'outcome' | 'new'

/** The same candidate before a question that renames it: region, purchase and bounds are part of its name. */
export function counterparts(now: Advice, before: Advice): ReadonlyMap<string, Verdict> {
  const byName = new Map(before.verdicts.map((verdict) => [verdict.candidate.name, verdict]))
  const byShape = new Map<string, Verdict | null>()
  for (const verdict of before.verdicts) {
    const shape = shapeOf(verdict.candidate)
    byShape.set(shape, byShape.has(shape) ? null : verdict)
  }
  return new Map(
    now.verdicts.flatMap(({ candidate }) => {
      const same = byName.get(candidate.name) ?? byShape.get(shapeOf(candidate))
      return same ? [[candidate.name, same] as const] : []
    }),
  )
}

function shapeOf(candidate: Candidate): string {
  const { name: _, region: __, minReplicas: ___, maxReplicas: ____, ...rest } = candidate
  return JSON.stringify({ ...rest, purchase: undefined })
}

/** How a verdict differs from the one before; undefined where nothing that is shown does. */
export function changeOf(now: Verdict, before: Verdict | undefined): Change | undefined {
  if (!before) return 'new'
  if (now.outcome !== before.outcome) return 'outcome'
  if (!now.usdPerMonth || !before.usdPerMonth) return undefined
  const difference = decimal(now.usdPerMonth.value).cmp(before.usdPerMonth.value)
  return difference === 0 ? undefined : difference > 0 ? 'up' : 'down'
}
