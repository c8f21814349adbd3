import type { Candidate } from './candidate.ts'

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

/** Expected requests: a flat rate, and an optional daily burst at a higher one. */
export interface Traffic {
  readonly rps: number
  readonly burst?: { readonly rps: number; readonly hoursPerDay: number }
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
  /** How many times as fast as this machine's core one Compute Engine N1 vCPU is; unset, it is estimated. */
  readonly n1VcpuPerLocalCore?: number
}

/** An estimate with the interval that is believed to hold the truth: low <= value <= high. */
export interface Range {
  readonly low: number
  readonly value: number
  readonly high: number
}
