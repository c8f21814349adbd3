import type { Percentile } from './scenario.ts'

/** How one request ended. Only `ok` has a latency that counts; every other one is counted by class. */
export type Outcome = 'ok' | ErrorClass
export type ErrorClass = 'connect' | 'tls' | 'timeout' | 'reset' | 'status' | 'malformed' | 'dropped'

/** One request. Times are milliseconds with microsecond resolution, from the start of the measurement. */
export interface Sample {
  /** When the arrival process wanted it sent. In closed loop this is when it was sent. */
  readonly dueMs: number
  readonly sentMs: number
  readonly doneMs: number
  readonly outcome: Outcome
  /** What went wrong, for a sample that is not ok: an HTTP status or a system error code, never a body. */
  readonly detail?: string
  /** Time inside the model as the server reports it (`Server-Timing: inference;dur=`), if it does. */
  readonly inferenceMs?: number
}

export type Percentiles = Readonly<Record<Percentile | 'max' | 'mean', number>>

/** The requests that were due within one second of a load. Latencies count from then; null where none was ok. */
export interface LoadWindow {
  /** From the start of the load, its warm-up included. */
  readonly startS: number
  readonly due: number
  readonly ok: number
  readonly error: number
  readonly timeout: number
  readonly dropped: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

/** The first requests of a load, which found a server that was still warming up and were slower than all later ones. */
export interface WarmUp {
  /** How many were answered ok. They are in the counts, and left out of every latency but these. */
  readonly requests: number
  /** From when each was due. */
  readonly responseMs: Percentiles
  /** Response times in order of sending, ms rounded to the microsecond. */
  readonly samplesMs: readonly number[]
}

/** What came of loading one URL. All latencies are of `ok` samples, and of a load with a `warmUp` of those after it. */
export interface Measurement {
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationS: number
  readonly arrivals: 'closed' | 'poisson' | 'constant' | 'ramp' | 'steps' | 'sine' | 'rates' | 'timestamps'
  /** Closed loop: requests in flight at a time. Open loop: the most that may be in flight. */
  readonly connections: number
  /** Requests due per second; in closed loop, those sent. */
  readonly offeredRps: number
  /** Requests answered ok per second. */
  readonly goodputRps: number
  readonly counts: Readonly<Record<'due' | 'sent' | 'ok' | 'error' | 'timeout' | 'dropped', number>>
  readonly errors: Readonly<Partial<Record<ErrorClass, { readonly count: number; readonly example: string }>>>
  /** From when a request was due. */
  readonly responseMs: Percentiles
  /** From when it was sent. */
  readonly serviceMs: Percentiles
  /** Interval of each response percentile at `confidence`; absent where the sample cannot resolve it. */
  readonly intervals: Readonly<Partial<Record<Percentile, { low: number; high: number; confidence: number }>>>
  readonly sendLagMs: Readonly<Record<'p50' | 'p99' | 'max', number>>
  /** Absent where the load shows none, and of a closed loop. */
  readonly warmUp?: WarmUp
  readonly valid: boolean
  readonly invalidReasons: readonly string[]
  /** What the figures do not show by themselves, though they stand, e.g. that requests were dropped. */
  readonly warnings?: readonly string[]
  /** One row a second, in order; absent of a closed loop. */
  readonly windows?: readonly LoadWindow[]
  /** Connections opened, those that the other side closed or broke, and requests sent again because of that. */
  readonly sockets?: Readonly<Record<'opened' | 'died' | 'retried', number>>
  /** Service times of the ok ones of the first 10,000 requests in order of sending, ms rounded to the microsecond. */
  readonly samplesMs: readonly number[]
  /** Time inside the model of the same requests, where the server reported it; else empty. */
  readonly inferenceMs: readonly number[]
}

/** A tensor as the model declares it; `null` marks a free dimension. */
export interface TensorSpec {
  readonly name: string
  readonly type: string
  readonly shape: readonly (number | null)[]
}

export interface ModelFacts {
  readonly sha256: string
  readonly bytes: number
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /** By the shapes of one request; absent where the graph does not tell all of it. */
  readonly work?: ModelWork
}

/** What one inference takes, counted from the graph. */
export interface ModelWork {
  /** Multiply-adds of convolutions, products and recurrent layers. */
  readonly macs: number
  /** Bytes that its operators read and write when nothing is fused. */
  readonly bytesMoved: number
  /** Elements of its weights. */
  readonly parameters: number
  /** Operators that run at each inference. */
  readonly kernels: number
}

/** Phases of one start of the local server, ms. */
export interface StartUp {
  /** From spawning the process until it serves, the loading of the model not counted: Node, our code, the runtime. */
  readonly processMs: number
  readonly modelLoadMs: number
  readonly firstReplyMs: number
  readonly totalMs: number
}

export interface HostFacts {
  readonly cpuModel: string
  readonly cores: number
  readonly memoryGib: number
  readonly os: string
  readonly node: string
  readonly onnxruntime: string
  /** CPU flags that matter to inference, of: avx2, avx512f, avx512_vnni, amx_int8. */
  readonly simd: readonly string[]
  /** Micro-architecture, where the CPU's family and model number say it, e.g. `Cascade Lake`. */
  readonly microarchitecture: string | null
  /** Clock as the system reports it, MHz; often the nominal one. */
  readonly mhz: number
}

/** What the model does on this machine: the base of every modelled figure. */
export interface LocalProfile extends PayloadSize {
  readonly host: HostFacts
  readonly model: ModelFacts
  /** Largest resident set of the server seen, MiB. */
  readonly peakRssMib: number
  readonly startUps: readonly StartUp[]
  /** What most of the model's products are computed in; absent for float32. */
  readonly arithmetic?: 'int8'
  /** The saved `plimsoll profile` that it was taken from; absent where the run measured it itself. */
  readonly source?: ProfileOrigin
  /** By rising number of threads. */
  readonly settings: readonly ProfileSetting[]
}

export interface ProfileOrigin {
  /** As given. */
  readonly file: string
  readonly startedAt: string
}

/** A closed-loop measurement over one connection, at one number of threads per inference. */
export interface ProfileSetting {
  readonly threads: number
  readonly measurement: Measurement
  /** Time in the model while n inferences are under way, over that of one alone: entry n - 1. Absent where not timed. */
  readonly stretch?: readonly number[]
  /** Time in the model of a batch of b requests, over that of one: entry b - 1. Absent where not timed. */
  readonly batches?: readonly number[]
}

/** Sizes of one request's body and of its reply, as sent. */
export interface PayloadSize {
  readonly requestBytes: number
  readonly replyBytes: number
}

/** A platform limit that a candidate breaks. */
export interface Refusal {
  /** The rule, in a sentence with its figures. */
  readonly rule: string
  readonly source: string
}

/** What came of trying one candidate. */
export type Trial =
  | { readonly candidate: string; readonly status: 'refused'; readonly refusals: readonly Refusal[] }
  | { readonly candidate: string; readonly status: 'modelled' }
  | {
      readonly candidate: string
      readonly status: 'measured'
      readonly measurement: Measurement
      readonly payload: PayloadSize
    }
  | { readonly candidate: string; readonly status: 'failed'; readonly error: string }
