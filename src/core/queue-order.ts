import type { Distribution } from './distribution.ts'

/** A bare queue to simulate, as `plimsoll simulate` reads it: checked, with every default filled in. */
export interface QueueOrder {
  readonly arrivals: { readonly process: 'poisson' | 'constant'; readonly rps: number }
  readonly serviceMs: Distribution
  readonly replicas: number
  readonly slotsPerReplica: number
  /** `shared`: one queue in front of all replicas, first come, first served; else a queue in each. */
  readonly routing: 'shared' | 'random' | 'round-robin' | 'least-outstanding'
  /** Requests that may wait at a time; infinite when absent from the file. */
  readonly queueCapacity: number
  /** Response time beyond which a request has failed, ms; infinite when absent. */
  readonly timeoutMs: number
  /** Entry n - 1: service time with n slots of the replica busy over that with one. */
  readonly concurrencyCurve?: readonly number[]
  readonly batching?: QueueBatching
  readonly requests: number
  /** Of these, the first ones that figures leave out. */
  readonly warmupRequests: number
  readonly seed: number
}

interface QueueBatching {
  readonly max: number
  readonly delayMs: number
  /** Entry b - 1: time of a batch of b over that of a batch of one. */
  readonly curve: readonly number[]
}

/** A figure of a simulation, with the interval in which another seed's would lie. */
interface Simulated {
  readonly value: number
  readonly low: number
  readonly high: number
}

type ResponseName = 'mean' | 'p50' | 'p90' | 'p95' | 'p99' | 'p999'

/** What came of simulating a queue. */
export interface QueueFigures {
  /** Busy slots over all slots, on average. */
  readonly utilization: number
  readonly waitMeanMs: Simulated
  readonly responseMs: Readonly<Record<ResponseName, Simulated>>
  readonly confidence: number
  readonly throughputRps: number
  /** requests = served + rejected + timedOut: the simulation ends when all that came in have left. */
  readonly requests: number
  readonly served: number
  readonly rejected: number
  readonly timedOut: number
  /** In the system, on average. */
  readonly meanInSystem: number
  readonly events: number
}
