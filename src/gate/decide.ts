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
/**
 * As many times the quads that flagged a change confirm it, up to the longest: where chance helped to flag a real one,
 * as few again would often not show it.
 */
const CONFIRM_LENGTH = 4
/** At most this share of changes to be caught passes, of each metric over all looks. */
const BETA = 0.04

/** The last is as long as it gets: while something is undecided, each look is twice as long as the one before. */
export const DEFAULT_LOOKS: readonly number[] = [60, 120, 240, 480]

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
      const longest = looks.at(-1) ?? quads
      const confirming = yield { stage: 'confirm', quads: Math.min(longest, CONFIRM_LENGTH * quads) }
      return { metrics: confirm(metrics, first, confirming), first, confirming }
    }
    if (last) return { metrics, first, confirming: [] }
    const growth = (looks.at(-1) ?? quads) / quads
    if (deciding.every((metric) => isSettled(metric, growth))) {
      const metrics = judgeLook(rules, first, levelsOf(looks, index), true)
      return { metrics, first, confirming: [] }
    }
  }
  throw new RangeError('a gate needs a look')
}

/** Each look spends in proportion to its number: of three 1/6, 2/6 and 3/6, so that the longest can tell the most. */
function levelsOf(looks: readonly number[], index: number): Levels {
  const share = (index + 1) / ((looks.length * (looks.length + 1)) / 2)
  return { alpha: ALPHA * share, beta: BETA * share }
}

/**
 * Whether more quads would change nothing: it has passed; or it binds nothing and is so noisy that not even `growth`
 * times as many could show a side that is no worse to be below what is to be caught.
 */
function isSettled({ rule, outcome, worsening }: MetricDecision, growth: number): boolean {
  if (outcome === 'passed') return true
  if (rule.binding || !worsening) return false
  return (worsening.high - worsening.value) / Math.sqrt(growth) > rule.caught
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

/** Too little data for a metric that binds leaves the gate undecided; for another it is said. */
export function unknown(rule: Rule, reason: string): MetricDecision {
  const outcome = rule.binding ? 'inconclusive' : 'unjudged'
  return { rule, outcome, worsening: null, detectable: null, reason }
}

/**
 * A metric passes only when its far edge is within what is to be caught: that no change was seen, where the change to
 * be caught could have gone unseen, is no pass. What is undecided at the last look leaves the gate undecided where it
 * binds; else it is said to be unknown, and how large a change may hide there.
 */
export function settle({ evidence, outcome, ...figures }: SeriesJudgement, last: boolean): MetricDecision {
  const { rule } = evidence
  const { worsening, detectable } = figures
  if (outcome !== 'inconclusive' || !last || rule.binding) {
    return { rule, outcome, worsening, detectable, reason: reasonOf(outcome, rule, figures) }
  }
  const hidden = `it may be up to ${percent(worsening.high)} worse, and ${percent(rule.caught)} is to be caught`
  return { rule, outcome: 'unjudged', worsening, detectable, reason: `too noisy here: ${hidden}` }
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
      outcome: both.outcome === 'passed' ? 'passed' : 'inconclusive',
      reason: `the first measurement showed it ${percent(metric.worsening?.low ?? 0)} worse, fresh processes did not; together: ${both.reason}`,
    }
  })
}

/** `4.2%`, two digits. */
export function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${Number((ratio * 100).toPrecision(2))}%` : 'anything'
}
