import type { Bill } from './bill.ts'
import type { Candidate } from './candidate.ts'
import type { HostFacts, ModelFacts, Percentiles, Refusal, StartUp } from './measurement.ts'
import type { Percentile, Range, Slo, Traffic } from './scenario.ts'
import type { VariantFacts } from './variant.ts'

export type VerdictOutcome = 'meets' | 'misses' | 'undecided' | 'unpriced' | 'refused' | 'untested'

/** `measured`: a real deployment of this candidate was loaded. `modelled`: predicted, with a stated range. */
export type Evidence = 'measured' | 'modelled'

/** Money as exact decimal strings with the range that the evidence allows. */
export interface UsdRange {
  readonly value: string
  readonly low: string
  readonly high: string
}

/** One line of the SLO held against one candidate. */
export interface SloCheck {
  readonly metric: Percentile | 'errors'
  /** ms, or a ratio for errors. */
  readonly limit: number
  readonly found: Range
  readonly outcome: 'meets' | 'misses' | 'undecided'
  /**
   * (found - limit) / limit at the end of the range that is closest to the limit: 0.55 is at least 55% over it, -0.4
   * at least 40% under it. Of an undecided check, at the central estimate.
   */
  readonly marginRatio: number
}

/** Where a candidate runs under the traffic: what the platform's own scaling makes of it. */
export interface Operation {
  readonly replicas: Range
  /** Share of the busiest level's capacity that is used; above 1 the queue grows without end. */
  readonly utilization: Range
  /** Inferences that one replica runs at a time. */
  readonly slotsPerReplica: number
  /** Share of requests that find no warm replica, 0 to 1. */
  readonly coldStartRatio: number
}

export interface Verdict {
  readonly candidate: Candidate
  readonly outcome: VerdictOutcome
  readonly evidence: Evidence
  /** Of the cost: that of a fixed fleet is certain once its latency is; one that scales is simulated. */
  readonly costEvidence: Evidence
  readonly usdPerMonth: UsdRange | null
  readonly usdPerMillionRequests: UsdRange | null
  readonly latencyMs: Readonly<Record<Percentile, Range>> | null
  readonly checks: readonly SloCheck[]
  readonly operation: Operation | null
  /** At the central estimate. */
  readonly bill: Bill | null
  readonly refusals: readonly Refusal[]
  /** Why it won or lost, by how much, in whole sentences; never empty. */
  readonly reasons: readonly string[]
  /** What its figures do not show and a reader should know. */
  readonly caveats: readonly string[]
}

export interface Assumption {
  readonly name: string
  readonly value: string
  readonly source: string
  /** Scenario field that overrides it, if one does. */
  readonly setBy?: string
}

/** The measurement that would settle what the modelled figures leave open. */
export interface NextMeasurement {
  readonly candidates: readonly string[]
  readonly settles: string
  /** Predicted spend, decimal string. */
  readonly usd: string
  readonly minutesEach: number
}

/** The local profile without its samples. */
export interface ProfileSummary {
  readonly host: HostFacts
  readonly model: ModelFacts
  readonly requestBytes: number
  readonly replyBytes: number
  readonly peakRssMib: number
  readonly startUpMs: { readonly median: StartUp; readonly count: number }
  readonly settings: readonly {
    readonly threads: number
    readonly requests: number
    readonly serviceMs: Percentiles
    readonly inferenceMs: Percentiles | null
    readonly valid: boolean
    readonly invalidReasons: readonly string[]
  }[]
}

/** A variant's size, accuracy and speed, side by side. */
export interface VariantSummary extends VariantFacts {
  /** More than `maxAccuracyLoss` was lost: its candidates were refused, and it was not timed. */
  readonly refused: boolean
  readonly settings: readonly {
    readonly threads: number
    readonly serviceMs: Percentiles
    /** p50 of the service time over that of fp32 with as many threads; null where fp32 was not timed so. */
    readonly ratioToFp32: number | null
  }[]
}

/** Everything that is reported: each format is a function of this value alone. */
export interface Advice {
  readonly schemaVersion: 1
  readonly plimsoll: string
  readonly run: { readonly id: string; readonly startedAt: string; readonly complete: boolean }
  readonly scenario: { readonly name: string; readonly file: string; readonly sha256: string }
  readonly slo: Slo
  readonly traffic: Traffic
  /** Months in which its prices were read, and how many are derived from others. */
  readonly book: {
    readonly date: string
    readonly prices: number
    readonly derived: number
    readonly oldest: string
    readonly newest: string
  }
  readonly profile: ProfileSummary | null
  /** Forms of the model that were tried besides fp32, in the order of the scenario; absent where there are none. */
  readonly variants?: readonly VariantSummary[]
  /** Cheapest that meets first, then the other outcomes. */
  readonly verdicts: readonly Verdict[]
  /** Name of the cheapest candidate that meets the SLO, or null. */
  readonly cheapest: string | null
  /** Names of the candidates that meet the SLO and whose cost range overlaps that of the cheapest. */
  readonly ties: readonly string[]
  /** The recommendation in sentences, evidence first. */
  readonly recommendation: readonly string[]
  readonly nextMeasurement: NextMeasurement | null
  readonly assumptions: readonly Assumption[]
  readonly warnings: readonly string[]
}
