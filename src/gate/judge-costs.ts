import type { Advice, UsdRange, Verdict } from '../core/advice.ts'
import type { Bill } from '../core/bill.ts'
import { decimal, exact, formatUsd, sum } from '../core/money.ts'
import { percent } from './decide.ts'
import type { BillChange, Judgement } from './gate-result.ts'
import type { Rule } from './rules.ts'

export interface CostsToJudge {
  readonly base: Advice
  readonly head: Advice
  /** What the head would be advised at either end of the error of its measured speed. */
  readonly headAtEnds: readonly Advice[]
}

/** Confidence of the ends that are given. */
const CONFIDENCE = 0.95

/** Whether the head still meets the SLO somewhere, and what the cheapest place where it does costs. */
export function judgeCosts(rules: readonly Rule[], costs: CostsToJudge): Judgement[] {
  const [before, after] = [cheapestOf(costs.base), cheapestOf(costs.head)]
  const cost = rules.flatMap((rule) => {
    if (rule.metric === 'usdPerMonth') return [judgeCost(rule, costs, ({ usdPerMonth }) => usdPerMonth)]
    if (rule.metric !== 'usdPerMillion') return []
    return [judgeCost(rule, costs, ({ usdPerMillionRequests }) => usdPerMillionRequests)]
  })
  return [judgeSlo(before, after, costs.head), ...cost]
}

function cheapestOf({ verdicts, cheapest }: Advice): Verdict | undefined {
  return verdicts.find(({ candidate }) => candidate.name === cheapest)
}

/** Fails only where every candidate of the head is shown to miss it, or could not be deployed at all. */
function judgeSlo(before: Verdict | undefined, after: Verdict | undefined, head: Advice): Judgement {
  const unsure = head.verdicts.filter(({ outcome }) => outcome !== 'misses' && outcome !== 'refused')
  const was = head.verdicts.find(({ candidate }) => candidate.name === before?.candidate.name)
  const told = was ?? unsure[0]
  const why = told ? `: ${told.candidate.name} ${told.outcome}, ${told.reasons[0] ?? ''}` : ''
  const reason = after
    ? `${after.candidate.name} meets it`
    : `no candidate of the head is shown to meet it${before ? '' : ', nor of the base'}${why}`
  const outcome = after ? 'passed' : unsure.length > 0 ? 'inconclusive' : 'failed'
  return {
    ...{ metric: 'slo', subject: '', concern: 'slo', unit: 'ratio', base: null, head: null },
    ...{ worsening: null, allowed: 0, detectable: null, outcome, reason },
  }
}

function judgeCost(rule: Rule, costs: CostsToJudge, of: (verdict: Verdict) => UsdRange | null): Judgement {
  const usd = (advice: Advice) => {
    const verdict = cheapestOf(advice)
    return (verdict && of(verdict)?.value) ?? null
  }
  const [base, head] = [usd(costs.base), usd(costs.head)]
  const figures = {
    metric: rule.metric,
    subject: '',
    concern: rule.concern,
    unit: 'USD',
    base,
    head,
  } as const
  if (base === null || head === null || decimal(base).lte(0)) {
    const outcome = rule.binding ? 'inconclusive' : 'unjudged'
    const reason = unpriced(base, head)
    return { ...figures, worsening: null, allowed: rule.allowed, detectable: null, outcome, reason }
  }
  const worse = (value: string) => Number(decimal(value).div(base).minus(1).toFixed(9))
  const ends = costs.headAtEnds.map(usd)
  const all = [head, ...ends.flatMap((end) => end ?? [])].map(worse)
  // Where nothing meets the SLO at an end of its speed, no cost bounds it.
  const high = ends.includes(null) ? Number.POSITIVE_INFINITY : Math.max(...all)
  const [low, value] = [Math.min(...all), worse(head)]
  const worsening = { low, value, high, confidence: { low: CONFIDENCE, high: CONFIDENCE } }
  const outcome = outcomeOf(rule, low, high)
  const reason = explain(rule, worsening, base, head, costs)
  return { ...figures, worsening, allowed: rule.allowed, detectable: null, outcome, reason }
}

function unpriced(base: string | null, head: string | null): string {
  if (base !== null && head !== null) return 'the base costs nothing, so there is no ratio'
  const whose = base === null ? (head === null ? 'neither run' : 'the base') : 'the head'
  return `${whose}${whose === 'neither run' ? ' has a' : ' has no'} candidate that meets the SLO and has a price`
}

function outcomeOf(rule: Rule, low: number, high: number): Judgement['outcome'] {
  if (low > rule.allowed) return 'failed'
  if (high <= rule.allowed) return 'passed'
  return rule.binding ? 'inconclusive' : 'unjudged'
}

function explain(
  rule: Rule,
  { low, value, high }: NonNullable<Judgement['worsening']>,
  base: string,
  head: string,
  costs: CostsToJudge,
): string {
  const [was, is] = [cheapestOf(costs.base), cheapestOf(costs.head)].map((verdict) => verdict?.candidate.name)
  const range = low === high ? '' : ` (${percent(low)} to ${percent(high)})`
  const change = `${formatUsd(head)} instead of ${formatUsd(base)}, ${percent(Math.abs(value))} ${value < 0 ? 'less' : 'more'}${range}`
  const unbounded =
    high === Number.POSITIVE_INFINITY
      ? '; were its measured speed at an end of its interval, nothing would be sure to meet the SLO'
      : ''
  if (value <= rule.allowed) return `${value === 0 ? `${formatUsd(head)} as before` : change}${unbounded}`
  const grown = compareBills(costs)[0]
  const line = grown ? `; what grew most is ${describeChange(grown)}` : ''
  const moved = was === is ? '' : `; the cheapest is now ${is}, and was ${was}`
  return `${change}, and ${percent(rule.allowed)} is allowed${line}${moved}${unbounded}`
}

/** `"N2 CPU" by $31.10 a month, from nothing to $31.10` */
function describeChange({ description, baseUsd, headUsd, usd }: BillChange): string {
  const word = (value: string) => (decimal(value).eq(0) ? 'nothing' : formatUsd(value))
  return `"${description}" by ${formatUsd(usd)} a month, from ${word(baseUsd)} to ${word(headUsd)}`
}

/** The lines of the cheapest candidates' bills that differ, the one that grew most first. */
export function compareBills({ base, head }: Pick<CostsToJudge, 'base' | 'head'>): BillChange[] {
  const [before, after] = [base, head].map((advice) => linesOf(cheapestOf(advice)?.bill ?? null))
  const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])
  const changes = [...names].flatMap((resource): BillChange[] => {
    const [old, now] = [before?.get(resource), after?.get(resource)]
    const usd = decimal(now?.usd ?? '0').minus(old?.usd ?? '0')
    if (usd.eq(0)) return []
    const description = now?.description ?? old?.description ?? resource
    return [{ resource, description, baseUsd: old?.usd ?? '0', headUsd: now?.usd ?? '0', usd: exact(usd) }]
  })
  return changes.sort((a, b) => decimal(b.usd).cmp(a.usd))
}

/** One line of each resource: tiers of one price are its lines together. */
function linesOf(bill: Bill | null): Map<string, { description: string; usd: string }> {
  const groups = Map.groupBy(bill?.lines ?? [], ({ resource }) => resource)
  return new Map(
    [...groups].map(([resource, lines]) => {
      const usd = exact(sum(lines.map((line) => decimal(line.usd))))
      return [resource, { description: lines[0]?.description ?? resource, usd }]
    }),
  )
}
