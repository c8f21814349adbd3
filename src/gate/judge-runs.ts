import { median } from 'simple-statistics'
import type { Measurement } from '../core/measurement.ts'
import type { PartialProfile, RunRecord } from '../core/run-record.ts'
import type { Percentile } from '../core/scenario.ts'
import { loadedInterval } from '../stats/loaded-interval.ts'
import { percentileRatios } from '../stats/percentile.ts'
import { isEvidence, type MetricDecision, settle, unknown } from './decide.ts'
import { errorEvidence } from './error-evidence.ts'
import type { Judgement } from './gate-result.ts'
import { type Evidence, judgeSeries, meanEvidence } from './judge-series.ts'
import type { NoEvidence } from './quad-evidence.ts'
import type { Rule } from './rules.ts'

/** One in a hundred over all metrics: two saved runs cannot be extended or measured again. */
const LEVELS = { alpha: 0.01, beta: 0.05 }
/** Of the saved intervals, two-sided; its normal quantile turns their width into a standard error. */
const INTERVAL = { confidence: 0.95, quantile: 1.96 }
/** Degrees of freedom granted to errors that come from intervals. */
const FREEDOM = 30

type Figures = Pick<Judgement, 'unit' | 'base' | 'head'>
type Found = (Evidence & Figures) | (NoEvidence & Figures)

/** Latency, errors, start-up and size of two runs of one scenario; cost is judged from their advice. */
export function judgeRuns(rules: readonly Rule[], base: RunRecord, head: RunRecord): Judgement[] {
  const found = rules.flatMap((rule) => findEvidence(rule, base, head))
  const judged = judgeSeries(
    found.flatMap((each) => (isEvidence(each) ? [each] : [])),
    LEVELS,
  )
  const decisions = new Map<unknown, MetricDecision>(
    judged.map((each) => [each.evidence, settle(each, true)]),
  )
  return found.map((each) => {
    const decision = decisions.get(each) ?? unknown(each.rule, 'why' in each ? each.why : '')
    const { rule, subject, unit } = each
    const { outcome, worsening, detectable, reason } = decision
    return {
      ...{ metric: rule.metric, subject, concern: rule.concern, unit, base: each.base, head: each.head },
      ...{ worsening, allowed: rule.allowed, outcome, reason },
      // A size is counted: there is no change of it that could be missed.
      detectable: rule.metric === 'modelSize' ? null : detectable,
    }
  })
}

/** What the base measured and the head should have: that it is missing must not let the head pass. */
export function judgeUnmeasured(rules: readonly Rule[], base: RunRecord, head: RunRecord): Judgement[] {
  const rule = rules.find(({ metric }) => metric === 'errors')
  const after = measurementsOf(head)
  return base.trials.flatMap(({ candidate, status }): Judgement[] => {
    const subject = ofDeployment(candidate)
    const asked = head.scenario.candidates.some(({ name }) => name === candidate)
    if (!rule || status !== 'measured' || !asked || after.has(subject)) return []
    const trial = head.trials.find((each) => each.candidate === candidate)
    const why = trial?.status === 'failed' ? `it failed: ${trial.error}` : 'it was not loaded'
    return [
      {
        ...{ metric: 'errors', subject, concern: rule.concern, unit: 'ratio', base: null, head: null },
        ...{ worsening: null, allowed: rule.allowed, detectable: null, outcome: 'inconclusive' },
        reason: `the base was measured there and the head was not: ${why}`,
      },
    ]
  })
}

function findEvidence(rule: Rule, base: RunRecord, head: RunRecord): Found[] {
  if (rule.metric === 'modelSize') return sizeEvidence(rule, base, head)
  if (rule.metric === 'startUp') return startUpEvidence(rule, base, head)
  const pairs = measuredInBoth(base, head)
  const open = pairs.filter((pair) => pair.open)
  if (rule.metric === 'errors')
    return orNothing(
      rule,
      open.map((pair) => errorsOf(rule, pair)),
      'no deployment was measured in both runs',
    )
  if (!(rule.metric in percentileRatios)) return []
  return orNothing(
    rule,
    pairs.map((pair) => percentileEvidence(rule, pair)),
    'nothing was measured in both runs',
  )
}

/** A limit that the user set is held against something, or leaves the gate undecided. */
function orNothing(rule: Rule, found: readonly Found[], why: string): Found[] {
  if (found.length > 0 || !rule.binding) return [...found]
  return [{ rule, subject: '', why, unit: rule.metric === 'errors' ? 'ratio' : 'ms', base: null, head: null }]
}

interface Pair {
  readonly subject: string
  readonly base: Measurement
  readonly head: Measurement
  readonly open: boolean
}

/** The settings of the profile and the deployments that both runs measured. */
function measuredInBoth(base: RunRecord, head: RunRecord): Pair[] {
  const before = measurementsOf(base)
  return [...measurementsOf(head)].flatMap(([subject, measurement]) => {
    const old = before.get(subject)
    return old ? [{ subject, base: old, head: measurement, open: measurement.arrivals !== 'closed' }] : []
  })
}

function measurementsOf({ profile, variants, trials }: RunRecord): Map<string, Measurement> {
  const settings = settingsOf(profile, '')
  const ofVariants = (variants ?? []).flatMap(({ facts, profile: own }) =>
    settingsOf(own, ` as ${facts.name}`),
  )
  const measured = trials.flatMap((trial) =>
    trial.status === 'measured' ? [[ofDeployment(trial.candidate), trial.measurement] as const] : [],
  )
  return new Map([...settings, ...ofVariants, ...measured])
}

function settingsOf(profile: PartialProfile | null, variant: string) {
  return (profile?.settings ?? []).map(({ threads, measurement }) => {
    return [`with ${threads} thread${threads === 1 ? '' : 's'}${variant}`, measurement] as const
  })
}

function ofDeployment(candidate: string): string {
  return `of ${candidate}`
}

/** A closed loop's service times, in whose order slow stretches show; an open load's own intervals. */
function percentileEvidence(rule: Rule, pair: Pair): Found {
  const name = rule.metric as Percentile
  const of = ({ serviceMs, responseMs }: Measurement) => (pair.open ? responseMs[name] : serviceMs[name])
  const figures = { unit: 'ms', base: of(pair.base), head: of(pair.head) } as const
  const { subject } = pair
  const why = invalidity(pair)
  if (why) return { rule, subject, why, ...figures }
  const errors = [pair.base, pair.head].map((measurement) => logError(measurement, name, pair.open))
  const [before, after] = errors
  if (before === undefined || after === undefined) {
    return { rule, subject, why: `${pair.head.counts.ok} requests are too few to bound it`, ...figures }
  }
  const error = Math.hypot(before, after)
  return { ...meanEvidence(rule, subject, Math.log(figures.head / figures.base), error, FREEDOM), ...figures }
}

/** Why what a client could not send on time says nothing of the server. */
function invalidity({ base, head }: Pair): string | undefined {
  const invalid = [base, head].find(({ valid }) => !valid)
  return invalid && `invalid: ${invalid.invalidReasons.join('; ')}`
}

/** Standard error of the log of a percentile; undefined where the sample cannot bound it. */
function logError(measurement: Measurement, name: Percentile, open: boolean): number | undefined {
  const interval = intervalOf(measurement, name, open)
  return interval && Math.log(interval.high / interval.low) / (2 * INTERVAL.quantile)
}

function intervalOf(measurement: Measurement, name: Percentile, open: boolean) {
  if (open) return measurement.intervals[name]
  const loaded = loadedInterval(measurement.samplesMs, percentileRatios[name], INTERVAL.confidence)
  return loaded.resolvable ? loaded : undefined
}

/** The 95% interval of one percentile of one run; null of other figures, and where the sample cannot bound it. */
export function intervalIn(
  record: RunRecord,
  metric: Rule['metric'],
  subject: string,
): { readonly low: number; readonly high: number } | null {
  const measurement = measurementsOf(record).get(subject)
  if (!measurement || !(metric in percentileRatios)) return null
  return intervalOf(measurement, metric as Percentile, measurement.arrivals !== 'closed') ?? null
}

function errorsOf(rule: Rule, pair: Pair): Found {
  const { subject, base, head } = pair
  const count = ({ counts }: Measurement) => ({ failed: counts.due - counts.ok, due: counts.due })
  const [before, after] = [count(base), count(head)]
  const figures = { unit: 'ratio', base: before.failed / before.due, head: after.failed / after.due } as const
  const why = invalidity(pair)
  return why
    ? { rule, subject, why, ...figures }
    : { ...errorEvidence(rule, subject, before, after), ...figures }
}

/** Welch's t over the logs of both runs' starts. */
function startUpEvidence(rule: Rule, base: RunRecord, head: RunRecord): Found[] {
  const [before, after] = [base, head].map(({ profile }) =>
    (profile?.startUps ?? []).map(({ totalMs }) => totalMs),
  ) as [number[], number[]]
  if (before.length === 0 || after.length === 0) return []
  const figures = { unit: 'ms', base: median(before), head: median(after) } as const
  if (Math.min(before.length, after.length) < 3) {
    return [{ rule, subject: '', why: `${before.length} and ${after.length} starts are too few`, ...figures }]
  }
  const [a, b] = [moments(before), moments(after)]
  const square = a.square + b.square
  const freedom = square ** 2 / (a.square ** 2 / (before.length - 1) + b.square ** 2 / (after.length - 1))
  const safe = Number.isFinite(freedom) ? freedom : before.length + after.length - 2
  return [{ ...meanEvidence(rule, '', b.mean - a.mean, Math.sqrt(square), safe), ...figures }]
}

function moments(values: readonly number[]) {
  const logs = values.map(Math.log)
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1)
  return { mean, square: variance / logs.length }
}

/** Counted, not measured: its edges are itself. */
function sizeEvidence(rule: Rule, base: RunRecord, head: RunRecord): Found[] {
  const after = sizesOf(head)
  return [...sizesOf(base)].flatMap(([subject, before]) => {
    const now = after.get(subject)
    if (!before || !now) return []
    const evidence = meanEvidence(rule, subject, Math.log(now / before), 0, FREEDOM)
    return [{ ...evidence, unit: 'bytes', base: before, head: now }]
  })
}

function sizesOf({ profile, variants }: RunRecord): Map<string, number> {
  const own = profile?.model?.bytes
  return new Map([
    ...(own === undefined ? [] : [['', own] as const]),
    ...(variants ?? []).map(({ facts }) => [`of ${facts.name}`, facts.bytes] as const),
  ])
}
