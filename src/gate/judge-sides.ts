import type { Percentile, Slo } from '../core/scenario.ts'
import { formatMs } from '../core/units.ts'
import { loadedInterval } from '../stats/loaded-interval.ts'
import { percentile, percentileRatios, sortAscending } from '../stats/percentile.ts'
import type { Side } from './block.ts'
import { type Decision, type MetricDecision, settle, unknown } from './decide.ts'
import type { Judgement } from './gate-result.ts'
import { judgeSeries, ratioEvidence } from './judge-series.ts'
import { latencyRatios } from './latency-ratios.ts'
import type { Rule } from './rules.ts'

/** What two sides that were measured in turns did. */
export interface SidesRecord {
  readonly decision: Decision
  /** In order of being due; of requests that failed, infinite. */
  readonly latencyMs: Readonly<Record<Side, readonly number[]>>
  readonly startUps: Readonly<Record<Side, readonly number[]>> | null
  readonly slo: Slo | null
}

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
  const all = latencyMs[side]
  const ok = sortAscending(all.filter(Number.isFinite))
  if (metric === 'errors') return all.length === 0 ? null : (all.length - ok.length) / all.length
  if (metric === 'goodput' || metric === 'cpu') {
    const blocks = [...decision.first, ...decision.confirming].flat().filter((block) => block.side === side)
    const figures = blocks.flatMap(({ goodputRps, cpuMs }) => (metric === 'cpu' ? (cpuMs ?? []) : goodputRps))
    return figures.length === 0 ? null : mean(figures)
  }
  return ok.length === 0 ? null : percentile(ok, latencyRatios[metric as keyof typeof latencyRatios])
}

function judgeStartUps({ startUps }: SidesRecord, rule: Rule): Judgement[] {
  if (!startUps) return []
  const { base, head } = startUps
  const logRatios = head.map((ms, index) => Math.log(ms / (base[index] ?? Number.NaN)))
  const [judged] = judgeSeries([ratioEvidence(rule, '', logRatios)], START_UP_LEVELS)
  const decision =
    judged && head.length > 2 ? settle(judged, true) : unknown(rule, `only ${head.length} starts each`)
  const { outcome, worsening, detectable, reason } = decision
  const { metric, concern, allowed } = rule
  return [
    {
      ...{ metric, subject: '', concern, unit: 'ms', base: median(base), head: median(head) },
      ...{ worsening, allowed, detectable, outcome, reason: `${reason} (${head.length} starts each)` },
    },
  ]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function median(values: readonly number[]): number | null {
  return values.length === 0 ? null : percentile(sortAscending(values), 0.5)
}

/** The head against each limit of the SLO; a request that failed was not answered within any. */
function judgeSlo({ slo, latencyMs }: SidesRecord): Judgement[] {
  const limits = Object.entries(slo?.latencyMs ?? {}) as [Percentile, number][]
  return limits.map(([name, limitMs]) => {
    const [base, head] = (['base', 'head'] as const).map((side) => {
      const found = percentile(sortAscending(latencyMs[side]), percentileRatios[name])
      return Number.isFinite(found) ? found : null
    })
    const interval = loadedInterval(latencyMs.head, percentileRatios[name], CONFIDENCE)
    return {
      ...{ metric: 'slo', subject: `${name} ≤ ${formatMs(limitMs)}`, concern: 'slo', unit: 'ms' },
      ...{ base: base ?? null, head: head ?? null, worsening: null, allowed: 0, detectable: null },
      ...sloOutcome(interval, limitMs),
    }
  })
}

function sloOutcome(
  interval: ReturnType<typeof loadedInterval>,
  limitMs: number,
): Pick<Judgement, 'outcome' | 'reason'> {
  if (!interval.resolvable) return { outcome: 'inconclusive', reason: interval.reason }
  const edge = (ms: number) => (Number.isFinite(ms) ? formatMs(ms) : 'no answer')
  const range = `the head takes ${edge(interval.low)} to ${edge(interval.high)}`
  if (interval.low > limitMs) return { outcome: 'failed', reason: range }
  if (interval.high <= limitMs) return { outcome: 'passed', reason: range }
  return { outcome: 'inconclusive', reason: `${range}: the limit lies in that range` }
}
