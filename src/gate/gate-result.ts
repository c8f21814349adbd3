import type { Percentile } from '../core/scenario.ts'

export type GateOutcome = 'passed' | 'failed' | 'inconclusive'

/** What a failed metric is a failure of; `--fail-on` chooses among them. */
export type Concern = 'slo' | 'regression' | 'cost'

/** What may be judged. Each has one direction in which it gets worse. */
export type MetricName =
  | 'p10'
  | Percentile
  | 'goodput'
  | 'cpu'
  | 'errors'
  | 'startUp'
  | 'modelSize'
  | 'usdPerMonth'
  | 'usdPerMillion'
  | 'slo'

/** How much worse the head is, as a ratio (0.05: 5% worse) or of errors as a difference of ratios. Better is negative. */
export interface Worsening {
  readonly value: number
  /** The near and the far edge, each one-sided at the confidence stated beside it. */
  readonly low: number
  readonly high: number
  /** Of each edge; 1 for what is counted, not measured. */
  readonly confidence: { readonly low: number; readonly high: number }
}

/** One metric of base and head, judged. */
export interface Judgement {
  readonly metric: MetricName
  /** What it is of, e.g. `with 1 thread` or a candidate's name; empty where there is only one. */
  readonly subject: string
  readonly concern: Concern
  readonly unit: 'ms' | 'requests/s' | 'ratio' | 'bytes' | 'USD'
  /** Money as an exact decimal string; null where it is not known. */
  readonly base: number | string | null
  readonly head: number | string | null
  readonly worsening: Worsening | null
  /** The worsening that is allowed: only one shown to be beyond it fails. */
  readonly allowed: number
  /** Smallest worsening that so much data shows with 90% power; null where the data do not say. */
  readonly detectable: number | null
  /** `unjudged`: too little is known, and this metric was not asked for by name. It decides nothing. */
  readonly outcome: GateOutcome | 'unjudged'
  /** Why, in a sentence without a full stop. */
  readonly reason: string
}

/** A line of a month's bill that differs between base and head, exact decimal strings. */
export interface BillChange {
  readonly description: string
  readonly resource: string
  readonly baseUsd: string
  readonly headUsd: string
  /** Head less base. */
  readonly usd: string
}

/** What was measured, of an interleaved gate. */
export interface SidesMeasured {
  readonly arrivals: 'closed' | 'constant' | 'poisson'
  /** Of open arrivals. */
  readonly rps: number | null
  readonly connections: number
  readonly requestsPerBlock: number
  /** Quads of blocks: base, head, head, base or the reverse. */
  readonly quads: number
  /** Quads of the second measurement, on fresh processes; 0 where nothing had to be confirmed. */
  readonly confirmingQuads: number
  /** Quads left out because this client could not send on time. */
  readonly invalidQuads: number
  /** Whether the processes were started anew before the confirmation. */
  readonly freshProcesses: boolean
  readonly seconds: number
}

/** A place in a series where its level changes. */
export interface ChangePoint {
  readonly metric: string
  /** Of the first entry at the new level, from 0, and its name. */
  readonly index: number
  readonly entry: string
  readonly before: number
  readonly after: number
  readonly pValue: number
  /** As in the history; absent of entries that do not say. */
  readonly unit?: string
}

/** What one gate leaves to the history: the head's figures by metric. */
export interface HistoryEntry {
  readonly schemaVersion: 1
  /** ISO 8601. */
  readonly at: string
  readonly head: string
  /** Of the work tree that the history lies in, with `-dirty` where files differ from it. */
  readonly commit?: string | undefined
  /** Only entries of one series are compared: of one machine, and measured in one way. */
  readonly series: string
  readonly figures: Readonly<Record<string, number>>
  /** By metric, as in judgements. */
  readonly units?: Readonly<Record<string, string>> | undefined
}

/** The newest entry and those before it that it can be compared with, the newest last. */
export interface GateHistory {
  readonly series: string
  readonly entries: readonly HistoryEntry[]
  /** How many entries are left out: of another series, or too long ago. */
  readonly others: number
}

/** Everything that is reported of a gate: each format is a function of this value alone. */
export interface GateResult {
  readonly schemaVersion: 1
  readonly plimsoll: string
  readonly mode: 'interleaved' | 'baseline' | 'calibration'
  readonly outcome: GateOutcome
  readonly startedAt: string
  readonly base: string
  readonly head: string
  readonly failOn: readonly (Concern | 'inconclusive')[]
  readonly judgements: readonly Judgement[]
  /** The answer in sentences, what decided it first. */
  readonly summary: readonly string[]
  /** What the figures do not show by themselves. */
  readonly notes: readonly string[]
  readonly measured: SidesMeasured | null
  readonly billChanges: readonly BillChange[]
  readonly changePoints: readonly ChangePoint[]
  /** Null where none was asked for; absent of gates by older versions. */
  readonly history?: GateHistory | null
}
