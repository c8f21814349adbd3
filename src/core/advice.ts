import type { Bill } from './bill.ts'
import type { Candidate } from './candidate.ts'
import type { CloudRecord } from './deployment-record.ts'
import type { HostFacts, ModelFacts, Percentiles, ProfileOrigin, Refusal, StartUp } from './measurement.ts'
import type { Mix } from './mix.ts'
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

/** What a month of the traffic comes to. */
export interface TrafficMonth {
  readonly meanRps: number
  readonly peakRps: number
  readonly requests: number
}

/** The cheapest that meets the SLO under other traffic than the scenario's, all else being equal. */
interface OtherTraffic {
  readonly meanRps: number
  readonly peakRps: number
  /** Null where none meets. */
  readonly cheapest: string | null
  /** At its central estimate. */
  readonly usdPerMonth: string | null
  readonly ties: readonly string[]
}

export interface ScaledTraffic extends OtherTraffic {
  /** Of every rate of the scenario's. */
  readonly factor: number
  /** Those that meet the SLO under the scenario's traffic and not under this, each with why. */
  readonly breaks: readonly { readonly candidate: string; readonly why: string }[]
  /** Of the candidates that charts show: what each costs under this traffic, and whether it meets the SLO. */
  readonly costs: readonly CostThere[]
}

export interface CostThere {
  readonly candidate: string
  readonly outcome: VerdictOutcome
  readonly usdPerMonth: string | null
}

/** Where the cheapest that meets the SLO changes: the one below this traffic, the other above. */
export interface BreakEven {
  readonly below: string
  readonly above: string
  readonly meanRps: number
  readonly peakRps: number
  /** Their costs cross; or the one below does not meet the SLO above; or the one above does not meet it below. */
  readonly because: 'cost' | 'below-misses' | 'above-misses'
  /** Of the one below, there. */
  readonly usdPerMonth: string | null
  /** Mean rate from which the one above meets it, where between that and `meanRps` neither is sure to; else null. */
  readonly aboveFromRps: number | null
}

/** What other traffic would change. */
export interface Outlook {
  /** By rising factor. */
  readonly scaled: readonly ScaledTraffic[]
  /** By rising traffic. */
  readonly breakEvens: readonly BreakEven[]
  /** Of traffic with peaks: what would be cheapest were it flat at its mean, and in a sentence why it is not. */
  readonly flat: (OtherTraffic & { readonly why: string | null }) | null
}

/** Hour by hour: the traffic, and what it makes of each candidate that charts show, at the central estimate. */
export interface HourlyMonth {
  /** Mean rate of each hour that was simulated; fewer than 730 hours repeat over the month. */
  readonly rps: readonly number[]
  readonly candidates: readonly {
    readonly candidate: string
    /** Alive on average. */
    readonly replicas: readonly number[]
    /** The bill, each line spread over the hours by what drives it; null where a price is missing. */
    readonly usd: readonly string[] | null
  }[]
}

/** One replica of a candidate under flat rates, at the central estimate. */
export interface LoadCurve {
  readonly candidate: string
  /** Highest rate at which every percentile that the SLO limits is within it; 0 where none is. */
  readonly capacityRps: number
  /** By rising rate. */
  readonly points: readonly {
    readonly offeredRps: number
    /** Answered, and not too late for the client. */
    readonly goodputRps: number
    /** Null where so many fail that it has no bound. */
    readonly latencyMs: Readonly<Record<Percentile, number | null>>
  }[]
}

/** Candidates that differ in their settings only, and the best of them. */
export interface BestSettings {
  /** Platform, shape and region that they share. */
  readonly of: string
  readonly best: string
  readonly among: readonly string[]
}

/** Settings that the scenario does not list and that would meet the SLO for less than all that it lists. */
interface Suggestion {
  readonly candidate: Candidate
  readonly evidence: Evidence
  readonly usdPerMonth: UsdRange
  readonly latencyMs: Readonly<Record<Percentile, Range>>
  readonly checks: readonly SloCheck[]
  /** How much less than the cheapest of the scenario, at the central estimates; null where none of it meets. */
  readonly usdLess: string | null
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

/** How a candidate runs through the month on its platform's own autoscaler. */
export interface Operation {
  /** Most replicas at a time, and replicas on average. */
  readonly replicas: Range
  readonly meanReplicas: Range
  /** Busy share of the slots of the replicas that serve. */
  readonly utilization: Range
  /** Slots that the highest rate needs over those of the most replicas: from 1 the queue grows while that lasts. */
  readonly peakLoad: Range
  /** Inferences that one replica runs at a time. */
  readonly slotsPerReplica: number
  /** Share of requests that waited for a replica to start, 0 to 1. */
  readonly coldStartRatio: number
  /** Response times in the 5% of the hours with the highest rate. */
  readonly busiestMs: Readonly<Record<Percentile, Range>>
  /** Requests simulated at the central point, and whether they were all that came or moments that stand for them. */
  readonly simulated: { readonly requests: number; readonly method: 'full' | 'fluid' }
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
  /** Of a request that finds a replica idle, at the fastest speed that is believed; null where nothing is known. */
  readonly aloneMs: Readonly<Record<Percentile, number>> | null
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
  /** Predicted spend, decimal string; and of each, in their order. */
  readonly usd: string
  readonly usdEach: readonly string[]
  readonly minutesEach: number
}

/** The book that ships with Plimsoll, the one that `prices sync` read, or one that the user gave. */
export type BookOrigin = 'built-in' | 'synced' | 'given'

/** The local profile without its samples. */
export interface ProfileSummary {
  readonly host: HostFacts
  readonly model: ModelFacts
  readonly requestBytes: number
  readonly replyBytes: number
  readonly peakRssMib: number
  readonly startUpMs: { readonly median: StartUp; readonly count: number }
  /** The saved `plimsoll profile` that it was taken from; absent where the run measured it itself. */
  readonly source?: ProfileOrigin
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
  readonly month: TrafficMonth
  /** Where it comes from, months in which its prices were read, and how many are derived from others. */
  readonly book: {
    readonly date: string
    /** Days since then; absent where no one said what day it is. */
    readonly ageDays?: number
    readonly origin: BookOrigin
    /** Path of the file; absent for the built-in book. */
    readonly file?: string
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
  /** Names of those that meet and that no other beats in both cost and latency, cheapest first. */
  readonly frontier: readonly string[]
  readonly bestSettings: readonly BestSettings[]
  /** Never ranked among the candidates; null where none was found, or none sought. */
  readonly suggestion: Suggestion | null
  /** Never ranked among the candidates; null where none is worth it, or none was sought. */
  readonly mix: Mix | null
  /** Null where it was not asked for. */
  readonly outlook: Outlook | null
  /** These two go with the outlook. */
  readonly hourly?: HourlyMonth
  readonly loadCurves?: readonly LoadCurve[]
  /** The recommendation in sentences, evidence first. */
  readonly recommendation: readonly string[]
  readonly nextMeasurement: NextMeasurement | null
  readonly assumptions: readonly Assumption[]
  readonly warnings: readonly string[]
  /** What was deployed to measure it; absent where nothing was. */
  readonly cloud?: CloudRecord
}
