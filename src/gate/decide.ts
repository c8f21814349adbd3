import type { Quad } from './block.ts'
import type { Worsening } from './gate-result.ts'
import { type Evidence, judgeSeries, type Levels, type SeriesJudgement } from './judge-series.ts'
import { type NoEvidence, quadEvidence } from './quad-evidence.ts'
import type { Rule } from './rules.ts'

/** When the gate looks at what it has, and what each look may spend of the chance to err. */
export interface GatePlan {
  /** Quads measured by each look, rising; the last is the default length. */
  readonly looks: readonly number[]
}

/** At most this share of runs whose changes are all allowed is flagged, over all looks and metrics. */
const ALPHA = 0.1
/** And this share of those is confirmed, by data of its own: one run in a hundred fails, at the most. */
const CONFIRM_ALPHA = 0.1
/** At most this share of changes to be caught passes, of each metric over all looks. */
const BETA = 0.04
/** A metric whose detectable change is beyond this says nothing that is worth reporting as a pass. */
const MOST_DETECTABLE = 0.5

export const DEFAULT_LOOKS: readonly number[] = [30, 60, 120]

/** What has to be measured next. */
export interface Wanted {
  /** `confirm`: on processes started anew. */
  readonly stage: 'first' | 'confirm'
  /** How many quads more. */
  readonly quads: number
}

export interface MetricDecision {
  readonly rule: Rule
  readonly outcome: 'passed' | 'failed' | 'inconclusive' | 'unjudged'
  readonly worsening: Worsening | null
  readonly detectable: number | null
  readonly reason: string
}

export interface Decision {
  readonly metrics: readonly MetricDecision[]
  readonly first: readonly Quad[]
  readonly confirming: readonly Quad[]
}

/**
 * The gate itself, as a dialogue: it asks for quads, is handed them, and in the end decides. It looks early, extends
 * while something is undecided, and lets nothing fail that a second measurement does not show as well.
 * @param watched metrics that are judged but cannot end or prolong the measurement
 */
export function* decide(
  rules: readonly Rule[],
  { looks }: GatePlan,
  watched: ReadonlySet<Rule> = new Set(),
): Generator<Wanted, Decision, readonly Quad[]> {
  const first: Quad[] = []
  for (const [index, quads] of looks.entries()) {
    first.push(...(yield { stage: 'first', quads: quads - first.length }))
    const last = index === looks.length - 1
    const metrics = judgeLook(rules, first, levelsOf(looks, index), last)
    const deciding = metrics.filter(({ rule }) => !watched.has(rule))
    const flagged = deciding.filter(({ outcome }) => outcome === 'failed')
    if (flagged.length > 0) {
      const confirming = yield { stage: 'confirm', quads: Math.max(quads, looks[1] ?? quads) }
      return { metrics: confirm(metrics, first, confirming), first, confirming }
    }
    if (last || deciding.every(({ outcome }) => outcome === 'passed')) {
      return { metrics, first, confirming: [] }
    }
  }
  throw new RangeError('a gate needs a look')
}

/** Each look spends in proportion to its number: 1/6, 2/6 and 3/6 of three, so that the longest can tell the most. */
function levelsOf(looks: readonly number[], index: number): Levels {
  const share = (index + 1) / ((looks.length * (looks.length + 1)) / 2)
  return { alpha: ALPHA * share, beta: BETA * share }
}

function judgeLook(
  rules: readonly Rule[],
  quads: readonly Quad[],
  levels: Levels,
  last: boolean,
): MetricDecision[] {
  const all = rules.map((rule) => quadEvidence(rule, quads))
  const judged = new Map(
    judgeSeries(all.filter(isEvidence), levels).map((each) => [each.evidence.rule, each]),
  )
  return all.map((evidence) => {
    const judgement = judged.get(evidence.rule)
    if (judgement) return settle(judgement, last)
    return unknown(evidence.rule, 'why' in evidence ? evidence.why : '')
  })
}

export function isEvidence(evidence: Evidence | NoEvidence): evidence is Evidence {
  return 'pValue' in evidence
}

/** Too little data for a metric that was asked for by name leaves the gate undecided; for another it is said. */
export function unknown(rule: Rule, reason: string): MetricDecision {
  const outcome = rule.asked ? 'inconclusive' : 'unjudged'
  return { rule, outcome, worsening: null, detectable: null, reason }
}

/**
 * At the last look, a metric that was not asked for passes when it does not fail: what is detectable is found with 90%
 * power, so what was not found is below it with 90% confidence. Unless even a large change could not be found.
 */
export function settle({ evidence, outcome, ...figures }: SeriesJudgement, last: boolean): MetricDecision {
  const { rule } = evidence
  const { worsening, detectable } = figures
  if (outcome !== 'inconclusive' || !last || rule.asked) {
    return { rule, outcome, worsening, detectable, reason: reasonOf(outcome, rule, figures) }
  }
  const blind = !(detectable <= MOST_DETECTABLE)
  const reason = blind
    ? `too little data: the smallest change that it could tell is ${percent(detectable)}`
    : `not shown to be over ${percent(rule.allowed)}; below ${percent(detectable)} with 90% confidence`
  return { rule, outcome: blind ? 'unjudged' : 'passed', worsening, detectable, reason }
}

function reasonOf(
  outcome: SeriesJudgement['outcome'],
  rule: Rule,
  { worsening, detectable }: Pick<SeriesJudgement, 'worsening' | 'detectable'>,
): string {
  if (outcome === 'failed') {
    return `at least ${percent(worsening.low)} worse, and ${percent(rule.allowed)} is allowed`
  }
  if (outcome === 'passed') return `at most ${percent(Math.max(0, worsening.high))} worse`
  return `between ${percent(worsening.low)} and ${percent(worsening.high)} worse; so much data tells ${percent(detectable)}`
}

/** What was flagged fails only if the fresh measurement shows it too; else both together are judged. */
function confirm(
  metrics: readonly MetricDecision[],
  first: readonly Quad[],
  confirming: readonly Quad[],
): MetricDecision[] {
  const flagged = metrics.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule)
  const levels = { alpha: CONFIRM_ALPHA, beta: BETA }
  const again = new Map(judgeLook(flagged, confirming, levels, true).map((each) => [each.rule, each]))
  const pooled = new Map(
    judgeLook(
      metrics.map(({ rule }) => rule),
      [...first, ...confirming],
      levels,
      true,
    ).map((each) => [each.rule, each]),
  )
  return metrics.map((metric) => {
    const second = again.get(metric.rule)
    const both = pooled.get(metric.rule) ?? metric
    if (second?.outcome === 'failed') return second
    if (!second && both.outcome === 'failed') {
      const reason = `both measurements together show it ${percent(both.worsening?.low ?? 0)} worse, but it was not what was confirmed`
      return { ...both, outcome: 'inconclusive', reason }
    }
    if (!second) return both
    return {
      ...both,
      outcome: both.outcome === 'failed' ? 'inconclusive' : both.outcome,
      reason: `the first measurement showed it ${percent(metric.worsening?.low ?? 0)} worse, fresh processes did not; together: ${both.reason}`,
    }
  })
}

/** `4.2%`, two digits. */
export function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${Number((ratio * 100).toPrecision(2))}%` : 'anything'
}
