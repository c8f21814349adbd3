import type { Controller, Routing } from '../../core/controller.ts'
import type { Distribution } from '../../core/distribution.ts'

/** How one replica serves. */
export interface ServiceModel {
  /** Time that a request keeps a slot while it has the replica to itself, ms. */
  readonly timeMs: Distribution
  /** Requests, or with batching batches, that a replica works on at a time. */
  readonly slots: number
  /**
   * The measured concurrency curve: entry n - 1 is the service time with n slots busy over that with one. A service
   * is stretched by what is busy when it starts. Absent: slots do not disturb each other. Its last entry goes on.
   */
  readonly stretch?: readonly number[]
  readonly batching?: Batching
}

/** Requests that wait in a replica go to a slot together. */
interface Batching {
  /** Requests of a batch at most. */
  readonly most: number
  /** How long the first of a batch waits for others, ms. */
  readonly delayMs: number
  /** Entry b - 1 is the time of a batch of b over that of a batch of one. Its last entry goes on. */
  readonly factor: readonly number[]
}

export interface FleetLimits {
  /** Requests that may wait at a time, in front of the replicas and in them; a further one is rejected. */
  readonly waiting: number
  /** How long a request may wait in front of the replicas before it is rejected, ms. */
  readonly pendingMs: number
  /** Response time beyond which a request has failed, ms; while it waits it is not served any more. */
  readonly timeoutMs: number
}

/** Waiting requests are bounded even where nobody bounds them: a queue that grows without end is then known. */
export const MOST_WAITING = 1_000_000

export const NO_LIMITS: FleetLimits = {
  waiting: MOST_WAITING,
  pendingMs: Number.POSITIVE_INFINITY,
  timeoutMs: Number.POSITIVE_INFINITY,
}

/** Replicas behind one front, as a platform runs them. */
export interface FleetPlan {
  readonly service: ServiceModel
  /** Requests that a replica accepts at a time, at least its slots; more wait in front of the replicas. */
  readonly concurrency: number
  /** Share of a replica's vCPUs at work when all its slots are, over 0 to 1; absent: 1. Autoscalers on CPU see it. */
  readonly cpuShare?: number
  readonly routing: Routing
  readonly controller: Controller
  /** From the decision to start a replica until it serves, ms. */
  readonly startUpMs: Distribution
  readonly limits: FleetLimits
}
