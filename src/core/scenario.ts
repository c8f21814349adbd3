import type { Candidate } from './candidate.ts'
import type { DeploySettings } from './deploy-settings.ts'
import type { Provisioning } from './operation.ts'

/** A scenario file, checked and completed: every default is filled in and every grid expanded. */
export interface Scenario {
  readonly name: string
  /** Path of the scenario file as given. */
  readonly file: string
  /** SHA-256 of the file's bytes, hex. */
  readonly sha256: string
  readonly model: ModelSource
  readonly slo: Slo
  readonly traffic: Traffic
  readonly load: LoadPlan
  readonly assumptions: Assumptions
  readonly candidates: readonly Candidate[]
  /** How candidates are deployed; absent, they are not. */
  readonly deploy?: DeploySettings
}

export interface ModelSource {
  /** As written: a path relative to the scenario, or `npm:<package>/<path>`. */
  readonly file: string
  /** Absolute path. */
  readonly path: string
  readonly inputs: Readonly<Record<string, InputSource>>
  readonly encoding: 'json' | 'base64'
  /** Forms of the model that each candidate without a url is tried with; absent, as it is. */
  readonly variants?: readonly VariantSource[]
  /** Most that a variant may lose of its accuracy, 0 to 1; see `Accuracy.loss`. */
  readonly maxAccuracyLoss?: number
}

/** One form of the model: as it is (`fp32`), built from it, or a file of the user's own. */
export interface VariantSource {
  /** Of a built one its kind, of a file its name without the ending. */
  readonly name: string
  /** Absolute path of the user's file. */
  readonly path?: string
}

/** How the values of one model input are made. */
export interface InputSource {
  /** Whole shape, the leading batch dimension included. */
  readonly shape: readonly number[]
  /** Generated values: uniform in [low, high), or one constant. Raw little-endian bytes in the model's type: a file. */
  readonly values:
    | { readonly from: 'uniform'; readonly low: number; readonly high: number }
    | { readonly from: 'constant'; readonly value: number }
    | { readonly from: 'file'; readonly path: string }
  /** File of inputs one after the other, to compare variants on. */
  readonly samples?: string
}

export type Percentile = 'p50' | 'p90' | 'p95' | 'p99' | 'p999'

export interface Slo {
  /** Upper limits of response time in ms, at least one. */
  readonly latencyMs: Readonly<Partial<Record<Percentile, number>>>
  /** Largest share of requests that may fail, 0 to 1. */
  readonly errorRatio: number
}

/** A stretch of time with one rate. */
export interface RateStep {
  /** Requests per second. */
  readonly rps: number
  readonly durationS: number
}

/** Expected requests. Every rate is the one at the start of the month and outside bursts. */
export interface Traffic {
  /** Mean over the week, or over the trace. */
  readonly rps: number
  /** How the rate rises and falls within the week; flat where absent. */
  readonly curve?: RateCurveOfWeek
  /** A recorded stretch of time that repeats over the month, in place of a curve. */
  readonly trace?: TrafficTrace
  /** A burst at a rate of its own, once a day: around the curve's peak. */
  readonly burst?: { readonly rps: number; readonly hoursPerDay: number }
  /** Bursts that multiply the rate. */
  readonly bursts?: TrafficBursts
  /** Change of the rate from the start of the month to its end: 0.2 is a fifth more, -0.5 half. */
  readonly growthRatio?: number
}

export type DayShape = 'sine' | 'office' | 'evening'

interface RateCurveOfWeek {
  /** Highest rate of the week. */
  readonly peakRps: number
  /** A known shape, or relative rates of the 24 hours of a day or the 168 of a week from Monday, local time. */
  readonly shape: DayShape | readonly number[]
  /** IANA name of the zone whose clock the shape follows. */
  readonly timeZone: string
  /** Rate on Saturdays and Sundays as a multiple of that on other days. */
  readonly weekendFactor: number
}

interface TrafficTrace {
  /** As written in the scenario. */
  readonly file: string
  readonly stepS: number
  /** Rate of each step. */
  readonly rps: readonly number[]
}

interface TrafficBursts {
  readonly factor: number
  /** Length of each, or mean length where they are random. */
  readonly lengthS: number
  /** From the start of one to the start of the next, or its mean. */
  readonly everyS: number
  /** `markov`: lengths and gaps are exponential, so the rate is a Markov-modulated Poisson process. */
  readonly process: 'regular' | 'markov'
}

interface LoadPlan {
  /** Requests of each measurement, after the warm-up. */
  readonly requests: number
  readonly warmupRequests: number
  /** How often the local server is started to time its start-up. */
  readonly startups: number
  readonly timeoutMs: number
  readonly arrivals: 'poisson' | 'constant'
  readonly seed: number
}

/** Figures that no public source settles; each is listed in the report and can be set in the scenario. */
export interface Assumptions {
  /** Time that the platform's network and front end add to each response, ms. */
  readonly networkMs: Range
  /** Utilisation, 0 to 1, at which an autoscaled platform adds replicas. */
  readonly targetUtilization: number
  /** Time until the server starts in a new replica, ms; what is unset is estimated. */
  readonly startUpMs?: Readonly<Partial<Record<Provisioning, number>>>
  /** How many times as fast as this machine's core one Compute Engine N1 vCPU is; unset, it is estimated. */
  readonly n1VcpuPerLocalCore?: number
}

/** An estimate with the interval that is believed to hold the truth: low <= value <= high. */
export interface Range {
  readonly low: number
  readonly value: number
  readonly high: number
}
