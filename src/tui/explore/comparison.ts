import { formatRange, formatUsdRange } from '../../advise/explain.ts'
import { overlap } from '../../advise/rank.ts'
import type { Advice, Verdict } from '../../core/advice.ts'
import type { Percentile } from '../../core/scenario.ts'
import { formatMs, formatRatio } from '../../core/units.ts'
import { formatSlo, formatTraffic, label } from '../../report/figures.ts'
import { counterparts, marginText } from './rows.ts'
import { chosenRow, type State } from './state.ts'

/** Two things side by side, every figure with its interval. */
export interface Comparison {
  readonly left: string
  readonly right: string
  readonly rows: readonly ComparedRow[]
  /** What a reader should know first. */
  readonly notes: readonly string[]
}

export interface ComparedRow {
  readonly name: string
  readonly left: string
  readonly right: string
  /** What the intervals say: `apart`, or that they overlap; empty where there are none. */
  readonly says: string
}

interface Ends {
  readonly low: number | string
  readonly high: number | string
}

/** Two runs where another is chosen, else the candidate under the cursor and the marked one, or its rival. */
export function comparisonOf(state: State): Comparison | string {
  const { advice, otherRun, marked } = state
  if (!advice) return '… being worked out'
  if (otherRun)
    return otherRun.advice ? compareRuns(advice, otherRun.advice) : `… advising on ${otherRun.file}`
  const chosen = chosenRow(state)?.verdict
  const name = marked ?? rivalOf(state)
  const other = advice.verdicts.find(({ candidate }) => candidate.name === name)
  if (!chosen) return 'there is no candidate'
  if (!other) return `${name} is not among the candidates any more: m in Candidates marks another`
  return compareCandidates(other, chosen, advice)
}

/** What a candidate that is compared with nothing yet has to beat: the cheapest; for that, the next in the ranking. */
export function rivalOf(state: State): string | undefined {
  const { advice } = state
  const chosen = chosenRow(state)?.candidate.name
  if (advice?.cheapest && advice.cheapest !== chosen) return advice.cheapest
  const next = advice?.verdicts.find(({ candidate }) => candidate.name !== chosen)
  return (next ?? advice?.verdicts[0])?.candidate.name
}

function compareCandidates(left: Verdict, right: Verdict, advice: Advice): Comparison {
  const percentiles = ['p50', 'p90', 'p95', 'p99', 'p999'] as const
  const both = (name: string, of: (verdict: Verdict) => string): ComparedRow => ({
    name,
    left: of(left),
    right: of(right),
    says: '',
  })
  const isSame = left.candidate.name === right.candidate.name
  return {
    left: left.candidate.name,
    right: right.candidate.name,
    notes: isSame
      ? ['both are the same candidate: ← and → choose another, m in Candidates marks what to compare with']
      : [],
    rows: [
      both('outcome', (verdict) => label(verdict, advice)),
      both('evidence', ({ evidence }) => evidence),
      both('margin', marginText),
      costRow('USD a month', left, right),
      both('USD a million', ({ usdPerMillionRequests }) =>
        usdPerMillionRequests ? formatUsdRange(usdPerMillionRequests) : '',
      ),
      ...percentiles.map((percentile) => latencyRow(percentile, left, right)),
      both('replicas', ({ operation }) => (operation ? formatRange(operation.meanReplicas, brief) : '')),
      both('most replicas', ({ operation }) => (operation ? formatRange(operation.replicas, brief) : '')),
      both('utilisation', ({ operation }) =>
        operation ? formatRange(operation.utilization, formatRatio) : '',
      ),
      both('cold starts', ({ operation }) => (operation ? formatRatio(operation.coldStartRatio) : '')),
      both('region', ({ candidate }) => candidate.region),
    ],
  }
}

function costRow(name: string, left: Verdict | undefined, right: Verdict | undefined): ComparedRow {
  const [a, b] = [left?.usdPerMonth ?? null, right?.usdPerMonth ?? null]
  const text = (usd: typeof a) => (usd ? formatUsdRange(usd) : '')
  return { name, left: text(a), right: text(b), says: a && b ? relation(a, b, overlap(a, b)) : '' }
}

function latencyRow(percentile: Percentile, left: Verdict, right: Verdict): ComparedRow {
  const [a, b] = [left.latencyMs?.[percentile], right.latencyMs?.[percentile]]
  const text = (range: typeof a) => (range ? formatRange(range, formatMs) : '')
  const says = a && b ? relation(a, b, a.low <= b.high && b.low <= a.high) : ''
  return { name: percentile, left: text(a), right: text(b), says }
}

function relation(a: Ends, b: Ends, overlaps: boolean): string {
  if (String(a.low) === String(b.low) && String(a.high) === String(b.high)) return 'the same'
  return overlaps ? 'overlap' : Number(a.high) < Number(b.low) ? 'left less' : 'right less'
}

function compareRuns(here: Advice, there: Advice): Comparison {
  const both = (name: string, of: (advice: Advice) => string): ComparedRow => ({
    name,
    left: of(here),
    right: of(there),
    says: '',
  })
  const pairs = counterparts(here, there)
  const isSameModel = here.profile?.model.sha256 === there.profile?.model.sha256
  return {
    left: `this run, ${here.run.id}`,
    right: `${there.run.id}`,
    notes: [
      ...(isSameModel ? [] : ['the two runs are of different models']),
      ...(here.profile?.host.cpuModel === there.profile?.host.cpuModel
        ? []
        : ['they were measured on different machines']),
    ],
    rows: [
      both('scenario', ({ scenario }) => scenario.name),
      both('traffic', ({ traffic }) => formatTraffic(traffic)),
      both('SLO', ({ slo }) => formatSlo(slo)),
      both('cheapest', ({ cheapest }) => cheapest ?? 'none is sure to meet'),
      both('service p50', serviceText),
      ...here.verdicts.map((verdict) =>
        costRow(verdict.candidate.name, verdict, pairs.get(verdict.candidate.name)),
      ),
    ],
  }
}

function serviceText({ profile }: Advice): string {
  return (profile?.settings ?? [])
    .map(({ threads, serviceMs }) => `${formatMs(serviceMs.p50)} with ${threads}`)
    .join(', ')
}

function brief(value: number): string {
  return String(Number(value.toPrecision(3)))
}
