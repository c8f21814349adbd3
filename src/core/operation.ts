import type { Controller, Routing } from './controller.ts'
import type { Range } from './scenario.ts'

/** What one replica of a candidate offers to the model server. */
export interface Replica {
  /** vCPUs that the server can use, after what the platform keeps for itself; may be a fraction. */
  readonly vcpus: number
  /** Machine series whose speed the vCPUs have, or `serverless` where the platform does not say. */
  readonly cpu: string
  readonly memoryGib: number
  readonly accelerator?: { readonly type: string; readonly count: number }
  /** Requests that the platform lets into one replica at a time; further ones wait or go to another. */
  readonly concurrency: number
}

/** What a replica goes through before the server starts in it: each has a start-up time of its own. */
export const PROVISIONINGS = ['container', 'gpuContainer', 'vertexNode', 'vm', 'gpuVm'] as const
export type Provisioning = (typeof PROVISIONINGS)[number]

/** How a platform runs the replicas of a candidate and sends requests to them. */
export interface Scaling {
  readonly controller: Controller
  readonly routing: Routing
  readonly provisioning: Provisioning
  /** Whether requests wait in front of the replicas for a limited time and are then turned away, as on Cloud Run. */
  readonly pendingQueue: boolean
  /** Time after which the platform gives up on a request, s; infinite where it never does. */
  readonly timeoutS: number
}

/** A month of one candidate: what a platform's meter sees. It knows no prices. */
export interface MonthOperation {
  /** Hours, summed over replicas, from their start to their end. */
  readonly replicaHours: number
  /** Seconds, summed over replicas, with a request in flight, each such stretch rounded up to 100 ms. */
  readonly busyReplicaS: number
  /** Seconds, summed over replicas, that they were starting. */
  readonly startingReplicaS: number
  /** Seconds, summed over requests, of their execution, each rounded up to 100 ms. */
  readonly executionS: number
  /** `[hours, replicas]`: so many replicas run so many hours each; falling hours. */
  readonly replicasByHours: readonly (readonly [hours: number, replicas: number])[]
  readonly requests: number
  readonly requestBytes: number
  readonly replyBytes: number
}

/** Google Cloud prices a month as 730 hours. */
export const HOURS_PER_MONTH = 730

/** An estimate and the factor, at least 1, by which the truth may be off either way: value / spread to value * spread. */
export interface Estimate {
  readonly value: number
  readonly spread: number
}

/** Product of independent estimates: their spreads add in quadrature on the log scale. */
export function product(...estimates: readonly Estimate[]): Estimate {
  const variance = estimates.reduce((sum, { spread }) => sum + Math.log(spread) ** 2, 0)
  return {
    value: estimates.reduce((sum, { value }) => sum * value, 1),
    spread: Math.exp(Math.sqrt(variance)),
  }
}

export function inverse({ value, spread }: Estimate): Estimate {
  return { value: 1 / value, spread }
}

export function toRange({ value, spread }: Estimate): Range {
  return { low: value / spread, value, high: value * spread }
}

/** The estimate whose range is from `low` to `high`; its value is their geometric mean. */
export function between(low: number, high: number): Estimate {
  return { value: Math.sqrt(low * high), spread: Math.sqrt(high / low) }
}
