import { ratioLowerBound, ratioUpperBound } from '../stats/binomial.ts'
import type { Evidence } from './judge-series.ts'
import type { Rule } from './rules.ts'

export interface ErrorCount {
  readonly failed: number
  /** Above 0. */
  readonly due: number
}

/** The difference of two ratios of errors, bounded by the binomial bounds of either side at half the level each. */
export function errorEvidence(rule: Rule, subject: string, base: ErrorCount, head: ErrorCount): Evidence {
  const half = (confidence: number) => (1 + confidence) / 2
  const low = (confidence: number) =>
    ratioLowerBound(head.failed, head.due, half(confidence)) -
    ratioUpperBound(base.failed, base.due, half(confidence))
  const high = (confidence: number) =>
    ratioUpperBound(head.failed, head.due, half(confidence)) -
    ratioLowerBound(base.failed, base.due, half(confidence))
  const value = head.failed / head.due - base.failed / base.due
  const pValue = value > rule.allowed ? smallestLevel((level) => low(1 - level) > rule.allowed) : 1
  return { rule, subject, value, pValue, low, high, detectable: (level) => detectable(rule, head, level) }
}

/** Of a normal approximation, with an event more than was seen so that none is not taken for never. */
function detectable(rule: Rule, { failed, due }: ErrorCount, level: number): number {
  const share = (failed + 1) / (due + 1)
  const error = Math.sqrt((2 * share * (1 - share)) / due)
  return rule.allowed + 1.2816 * error + Math.sqrt((-2 * Math.log(level) * share) / due)
}

/** The smallest level in (0, 1) that holds, of a condition that starts to hold once. */
function smallestLevel(holds: (level: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) high = middle
    else low = middle
  }
  return high
}
