import type { Evidence, UsdRange, VerdictOutcome } from '../core/advice.ts'
import type { Range } from '../core/scenario.ts'
import type { Judgement, Worsening } from './gate-result.ts'

/** Everything that is reported of saved runs side by side: each format is a function of this value alone. */
export interface Comparison {
  readonly schemaVersion: 1
  readonly plimsoll: string
  /** Of the one book that all of them are priced by: what differs in cost is not a price. */
  readonly book: string
  /** At least two; changes are from the first. */
  readonly runs: readonly ComparedRun[]
  readonly differences: readonly RunsDiffer[]
  /** Whether what was measured, and what was advised, of all of them answers the same question. */
  readonly comparable: boolean
  /** Why not, in sentences. */
  readonly because: readonly string[]
  readonly measured: readonly MeasuredRow[]
  readonly candidates: readonly CandidateRow[]
}

interface ComparedRun {
  readonly file: string
  readonly id: string
  readonly startedAt: string
  /** Version that wrote it. */
  readonly plimsoll: string
  readonly complete: boolean
  readonly cheapest: string | null
  readonly usdPerMonth: UsdRange | null
}

/** A setting in which some run differs from the first. */
export interface RunsDiffer {
  readonly what: 'settings' | 'candidates' | 'model' | 'machine' | 'runtime' | 'version'
  readonly field: string
  /** In order of the runs. */
  readonly values: readonly string[]
}

/** One measured figure of every run. */
export interface MeasuredRow {
  readonly metric: Judgement['metric']
  readonly subject: string
  readonly unit: Judgement['unit']
  readonly values: readonly MeasuredValue[]
}

export interface MeasuredValue {
  /** Null where this run did not measure it. */
  readonly value: number | null
  /** Two-sided, 95%; null where the sample cannot bound it, and of what is counted. */
  readonly low: number | null
  readonly high: number | null
  /** How much worse than the first run's, with the near and the far edge; null of the first, and where none is known. */
  readonly worsening: Worsening | null
  /** Whether the interval of the change lies on one side of no change. */
  readonly change: 'worse' | 'better' | 'not shown' | 'unknown'
}

/** One candidate in every run. */
export interface CandidateRow {
  readonly candidate: string
  /** Null where the run does not have it. */
  readonly values: readonly (CandidateValue | null)[]
}

interface CandidateValue {
  readonly outcome: VerdictOutcome
  readonly evidence: Evidence
  readonly usdPerMonth: UsdRange | null
  /** At the percentile that the run's SLO names first of p95 and the others. */
  readonly latencyMs: Range | null
  readonly percentile: string
}
