import { studentCdf, studentQuantile } from '../stats/student-t.ts'
import type { GateOutcome, Worsening } from './gate-result.ts'
import type { Rule } from './rules.ts'

/** What the data say of one metric, before it is held against the others. */
export interface Evidence {
  readonly rule: Rule
  readonly subject: string
  /** Chance of such data if the worsening were just what is allowed. */
  readonly pValue: number
  /** One-sided edges; infinite where the data bound nothing. */
  readonly low: (confidence: number) => number
  readonly high: (confidence: number) => number
  readonly value: number
  /** Smallest worsening that a test at this level finds with 90% power. */
  readonly detectable: (level: number) => number
}

export interface Levels {
  /** Chance, over all metrics, that one fails whose worsening is allowed. */
  readonly alpha: number
  /** Chance, of each metric, that it passes though its change is one to be caught. */
  readonly beta: number
}

export interface SeriesJudgement {
  readonly evidence: Evidence
  readonly outcome: GateOutcome
  readonly worsening: Worsening
  readonly detectable: number
}

/** Of the detectable change. */
const POWER = 0.9

/**
 * A mean of log ratios, with Student's t as its error. Above 0 is worse.
 * @param logRatios independent of each other, e.g. one of each quad or each batch; at least 2
 */
export function ratioEvidence(rule: Rule, subject: string, logRatios: readonly number[]): Evidence {
  const count = logRatios.length
  const mean = logRatios.reduce((sum, value) => sum + value, 0) / count
  const variance = logRatios.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  return meanEvidence(rule, subject, mean, Math.sqrt(variance / count), count - 1)
}

/** The same of a mean whose error is known. @param freedom degrees of freedom of the error */
export function meanEvidence(
  rule: Rule,
  subject: string,
  mean: number,
  error: number,
  freedom: number,
): Evidence {
  const allowed = Math.log1p(rule.allowed)
  const t = (share: number) => studentQuantile(share, freedom)
  return {
    rule,
    subject,
    value: Math.expm1(mean),
    pValue: error > 0 ? 1 - studentCdf((mean - allowed) / error, freedom) : mean > allowed ? 0 : 1,
    low: (confidence) => Math.expm1(mean - t(confidence) * error),
    high: (confidence) => Math.expm1(mean + t(confidence) * error),
    detectable: (level) => Math.expm1(allowed + (t(1 - level) + t(POWER)) * error),
  }
}

/**
 * Fails what is shown to be worse than allowed, by Holm's procedure over all metrics: the clearest is held to
 * alpha / count, the next to alpha / (count - 1), until one does not fail. Passes what is shown to be below what is to
 * be caught. In order of the evidence given.
 */
export function judgeSeries(all: readonly Evidence[], { alpha, beta }: Levels): SeriesJudgement[] {
  const judged = new Map<Evidence, SeriesJudgement>()
  let failed = 0
  for (const evidence of [...all].sort((a, b) => a.pValue - b.pValue)) {
    const level = alpha / (all.length - failed)
    const fails = failed === judged.size && evidence.pValue <= level
    const worsening = {
      value: evidence.value,
      low: evidence.low(1 - level),
      high: evidence.high(1 - beta),
      confidence: { low: 1 - level, high: 1 - beta },
    }
    const passes = worsening.high <= evidence.rule.caught
    const outcome = fails ? 'failed' : passes ? 'passed' : 'inconclusive'
    judged.set(evidence, { evidence, outcome, worsening, detectable: evidence.detectable(level) })
    if (fails) failed++
  }
  return all.flatMap((evidence) => judged.get(evidence) ?? [])
}
