import type { Percentile, Slo } from '../core/scenario.ts'
import { formatMs } from '../core/units.ts'
import { ratioLowerBound, ratioUpperBound } from '../stats/binomial.ts'
import { loadedInterval } from '../stats/loaded-interval.ts'
import { percentile, percentileRatios, sortAscending } from '../stats/percentile.ts'
import type { Side } from './block.ts'
import { type Decision, type MetricDecision, percent, settle, unknown } from './decide.ts'
import type { GateOutcome, Judgement } from './gate-result.ts'
import { judgeSeries, ratioEvidence } from './judge-series.ts'
import { latencyRatios } from './latency-ratios.ts'
import type { Rule } from './rules.ts'

/** Latencies of a side in order of being due, ms; of requests that failed, infinite. */
export interface StagedLatencies {
  readonly first: readonly number[]
  /** Of the second measurement, where something had to be confirmed. */
  readonly confirming: readonly number[]
}

/** The SLO that the head is held against. */
export interface SloToJudge {
  readonly slo: Slo
  /** Whether its limit on errors was asked for: only then must it be decided. */
  readonly errorsAsked: boolean
}

/** What two sides that were measured in turns did. */
export interface SidesRecord {
  readonly decision: Decision
  readonly latencyMs: Readonly<Record<Side, StagedLatencies>>
  readonly startUps: StartUps | null
  /** Of a second series, where the first showed the head to be slower. */
  readonly startUpsAgain: StartUps | null
  readonly slo: SloToJudge | null
}

type StartUps = Readonly<Record<Side, readonly number[]>>

/** Of the intervals that the SLO is held against, two-sided. */
const CONFIDENCE = 0.95
/** One in a hundred: start-ups are judged by themselves. */
const START_UP_LEVELS = { alpha: 0.01, beta: 0.05 }

/** Every judgement on two sides, the metrics of the blocks first. */
export function judgeSides(record: SidesRecord, startUpRule: Rule): Judgement[] {
  return [
    ...record.decision.metrics.map((metric) => judgeMetric(metric, record)),
    ...judgeStartUps(record, startUpRule),
    ...judgeSlo(record),
  ]
}

function judgeMetric(decision: MetricDecision, record: SidesRecord): Judgement {
  const { rule, outcome, worsening, detectable, reason } = decision
  const { metric, concern, allowed } = rule
  const unit = metric === 'errors' ? 'ratio' : metric === 'goodput' ? 'requests/s' : 'ms'
  const [base, head] = (['base', 'head'] as const).map((side) => figureOf(metric, side, record))
  return {
    ...{ metric, subject: '', concern, unit, base: base ?? null, head: head ?? null },
    ...{ worsening, allowed, detectable, outcome, reason },
  }
}

/** Of all requests of a side: percentiles of them together, never a mean of percentiles. */
function figureOf(metric: Rule['metric'], side: Side, { latencyMs, decision }: SidesRecord): number | null {
  const all = together(latencyMs[side])
  const ok = sortAscending(all.filter(Number.isFinite))
  if (metric === 'errors') return all.length === 0 ? null : (all.length - ok.length) / all.length
  if (metric === 'goodput' || metric === 'cpu') {
    const blocks = [...decision.first, ...decision.confirming].flat().filter((block) => block.side === side)
    const figures = blocks.flatMap(({ goodputRps, cpuMs }) => (metric === 'cpu' ? (cpuMs ?? []) : goodputRps))
    return figures.length === 0 ? null : mean(figures)
  }
  return ok.length === 0 ? null : percentile(ok, latencyRatios[metric as keyof typeof latencyRatios])
}

function together({ first, confirming }: StagedLatencies): readonly number[] {
  return [...first, ...confirming]
}

/** Slower starts fail only where a second series shows them too. */
function judgeStartUps({ startUps, startUpsAgain }: SidesRecord, rule: Rule): Judgement[] {
  if (!startUps) {
    if (!rule.binding) return []
    return [startUpJudgement(unknown(rule, 'no command was started to see'), { base: [], head: [] })]
  }
  const first = judgeStarts(startUps, rule)
  if (!startUpsAgain) return [startUpJudgement(first, startUps)]
  const both = {
    base: [...startUps.base, ...startUpsAgain.base],
    head: [...startUps.head, ...startUpsAgain.head],
  }
  const pooled = judgeStarts(both, rule)
  if (judgeStarts(startUpsAgain, rule).outcome === 'failed') return [startUpJudgement(pooled, both)]
  const reason = `the first starts showed it, as many again did not; together: ${pooled.reason}`
  return [startUpJudgement({ ...pooled, outcome: 'inconclusive', reason }, both)]
}

/** Whether a second series of starts has to show what the first did. */
export function startUpsFail(startUps: StartUps | null, rule: Rule): boolean {
  return startUps !== null && judgeStarts(startUps, rule).outcome === 'failed'
}

function judgeStarts({ base, head }: StartUps, rule: Rule): MetricDecision {
  const logRatios = head.map((ms, index) => Math.log(ms / (base[index] ?? Number.NaN)))
  const [judged] = judgeSeries([ratioEvidence(rule, '', logRatios)], START_UP_LEVELS)
  return judged && head.length > 2 ? settle(judged, true) : unknown(rule, `only ${head.length} starts each`)
}

function startUpJudgement(decision: MetricDecision, { base, head }: StartUps): Judgement {
  const { rule, outcome, worsening, detectable, reason } = decision
  const { metric, concern, allowed } = rule
  return {
    ...{ metric, subject: '', concern, unit: 'ms', base: median(base), head: median(head) },
    ...{ worsening, allowed, detectable, outcome },
    reason: head.length === 0 ? reason : `${reason} (${head.length} starts each)`,
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function median(values: readonly number[]): number | null {
  return values.length === 0 ? null : percentile(sortAscending(values), 0.5)
}

interface LimitOutcome {
  readonly outcome: Judgement['outcome']
  readonly reason: string
}

/** One limit of the SLO. */
interface Limit {
  readonly name: string
  readonly unit: Judgement['unit']
  /** Null where there is no such figure. */
  readonly figure: (latencyMs: readonly number[]) => number | null
  readonly judge: (latencyMs: readonly number[]) => LimitOutcome
}

/** What more has to be measured of the head before its SLO is judged: more, or once more on fresh processes. */
export function sloNeeds(asked: SloToJudge, latencyMs: readonly number[]): 'nothing' | 'more' | 'confirming' {
  const outcomes = limitsOf(asked).map(({ judge }) => judge(latencyMs).outcome)
  if (outcomes.includes('failed')) return 'confirming'
  return outcomes.includes('inconclusive') ? 'more' : 'nothing'
}

/** The head against each limit of the SLO; a request that failed was not answered within any. */
function judgeSlo({ slo, latencyMs: { base, head } }: SidesRecord): Judgement[] {
  return (slo ? limitsOf(slo) : []).map((limit) => ({
    ...{ metric: 'slo', subject: limit.name, concern: 'slo', unit: limit.unit },
    ...{ base: limit.figure(together(base)), head: limit.figure(together(head)) },
    ...{ worsening: null, allowed: 0, detectable: null },
    ...confirmLimit(limit, head),
  }))
}

/** A limit is failed only where both measurements show it to be. */
function confirmLimit({ judge }: Limit, head: StagedLatencies): LimitOutcome {
  const first = judge(head.first)
  if (head.confirming.length === 0) return first
  const both = judge(together(head))
  if (first.outcome !== 'failed') {
    return both.outcome === 'failed' ? { ...both, outcome: 'inconclusive' } : both
  }
  const second = judge(head.confirming)
  if (second.outcome === 'failed') return both
  return { outcome: 'inconclusive', reason: `first ${first.reason}; measured again ${second.reason}` }
}

function limitsOf({ slo, errorsAsked }: SloToJudge): Limit[] {
  const latencies = (Object.entries(slo.latencyMs) as [Percentile, number][]).map(
    ([name, limitMs]): Limit => ({
      name: `${name} ≤ ${formatMs(limitMs)}`,
      unit: 'ms',
      figure: (latencyMs) => {
        const found = percentile(sortAscending(latencyMs), percentileRatios[name])
        return Number.isFinite(found) ? found : null
      },
      judge: (latencyMs) => {
        const interval = loadedInterval(latencyMs, percentileRatios[name], CONFIDENCE)
        if (!interval.resolvable) return { outcome: 'inconclusive', reason: interval.reason }
        const edge = (ms: number) => (Number.isFinite(ms) ? formatMs(ms) : 'no answer')
        return outcomeOf(interval, limitMs, `the head takes ${edge(interval.low)} to ${edge(interval.high)}`)
      },
    }),
  )
  return [...latencies, errorsLimit(slo.errorRatio, errorsAsked)]
}

function errorsLimit(limit: number, asked: boolean): Limit {
  const failedOf = (latencyMs: readonly number[]) => latencyMs.filter((ms) => !Number.isFinite(ms)).length
  return {
    name: `errors ≤ ${percent(limit)}`,
    unit: 'ratio',
    figure: (latencyMs) => (latencyMs.length === 0 ? null : failedOf(latencyMs) / latencyMs.length),
    judge: (latencyMs) => {
      const [failed, all] = [failedOf(latencyMs), latencyMs.length]
      if (all === 0) return { outcome: 'inconclusive', reason: 'no request was counted' }
      const tail = (1 + CONFIDENCE) / 2
      const low = failed === 0 ? 0 : ratioLowerBound(failed, all, tail)
      const high = ratioUpperBound(failed, all, tail)
      const found = outcomeOf({ low, high }, limit, `the head fails ${percent(low)} to ${percent(high)}`)
      return found.outcome === 'inconclusive' && !asked ? { ...found, outcome: 'unjudged' } : found
    },
  }
}

function outcomeOf(
  { low, high }: { readonly low: number; readonly high: number },
  limit: number,
  range: string,
): { readonly outcome: GateOutcome; readonly reason: string } {
  if (low > limit) return { outcome: 'failed', reason: range }
  if (high <= limit) return { outcome: 'passed', reason: range }
  return { outcome: 'inconclusive', reason: `${range}: the limit lies in that range` }
}
