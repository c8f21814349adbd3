import type { HostFacts, ModelFacts, PayloadSize, StartUp } from './measurement.ts'
import type { ModelSource, Range } from './scenario.ts'
import type { VariantFacts } from './variant.ts'

/** One way of running a model on this machine. */
export interface ProfilePoint {
  readonly variant: string
  /** Of one session. */
  readonly threads: number
  /** Items of one inference. */
  readonly batch: number
  /** Processes that infer at the same time, each with a session of its own. */
  readonly concurrency: number
}

export interface ProfileResult extends ProfilePoint {
  readonly rounds: number
  readonly inferences: number
  /** Time of one inference of a batch, over all rounds, with the 95% interval of its median over rounds. */
  readonly inferenceMs: { readonly p50: Range; readonly p95: number; readonly p99: number }
  /** Items a second of all processes together; mean over rounds with its 95% interval. */
  readonly perSecond: Range
  /**
   * Median time over that of fp32 in the same round with the same threads, batch and concurrency: geometric mean over
   * rounds with its 95% interval. Null of fp32, and with fewer than two rounds.
   */
  readonly ratioToFp32: Range | null
  /** Quantiles of the times of single inferences, evenly spaced, rising. */
  readonly samplesMs: readonly number[]
}

/** How throughput grows with concurrency: the Universal Scalability Law with 95% intervals. */
export interface ScalingCurve {
  readonly variant: string
  readonly threads: number
  readonly batch: number
  readonly points: readonly { readonly concurrency: number; readonly perSecond: number }[]
  readonly sigma: Range
  readonly kappa: Range
  readonly gamma: Range
  /** Concurrency of the highest throughput; null where the law has no peak. */
  readonly peak: number | null
}

export interface VariantStart {
  readonly variant: string
  /** Medians over all starts, ms: creating the session, and the first inference after it. */
  readonly loadMs: number
  readonly firstInferenceMs: number
  /** Largest resident set of one process at batch sizes up to the largest, MiB. */
  readonly peakRssMib: number
  readonly starts: number
}

/** The model as it is behind `plimsoll serve`, with one worker of one thread: what a request takes beside the model. */
export interface ServedModel extends PayloadSize {
  readonly model: ModelFacts
  readonly encoding: ModelSource['encoding']
  /** Shape of each input of one request. */
  readonly inputs: Readonly<Record<string, readonly number[]>>
  readonly peakRssMib: number
  readonly startUp: StartUp
  /** Time of single requests outside the model, ms. */
  readonly besideModelMs: readonly number[]
}

export interface ModelProfile {
  readonly schemaVersion: 1
  readonly startedAt: string
  readonly durationS: number
  readonly host: HostFacts
  readonly model: string
  readonly served: ServedModel
  readonly variants: readonly VariantFacts[]
  readonly results: readonly ProfileResult[]
  readonly starts: readonly VariantStart[]
  readonly scaling: readonly ScalingCurve[]
  /** What was asked of a setting, and the one with the most items a second that keeps to it. */
  readonly best: { readonly criterion: string; readonly point: ProfilePoint | null }
  readonly warnings: readonly string[]
}
