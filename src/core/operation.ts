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

/** How a platform's number of replicas follows its traffic. */
export type Scaling =
  | { readonly kind: 'fixed'; readonly replicas: number }
  /** Enough replicas to keep the utilisation of their slots at the target. */
  | { readonly kind: 'utilization'; readonly min: number; readonly max: number; readonly target: number }
  /** The same, and another replica whenever all that run are full; down to none after an idle while. */
  | {
      readonly kind: 'requests'
      readonly min: number
      readonly max: number
      readonly target: number
      /** Seconds without a request after which the last replica goes; null where one always stays. */
      readonly toZeroAfterS: number | null
    }

/** A stretch of the month with one flat rate. */
export interface TrafficLevel {
  readonly rps: number
  /** Hours of a 730 h month. */
  readonly hours: number
}

/** How a candidate runs at one traffic level, at one estimate of its speed. */
export interface LevelOperation extends TrafficLevel {
  readonly replicas: number
  /** Replicas that run on average: fewer, where the last one goes when nothing comes for a while. */
  readonly aliveReplicas: number
  /** Share of the replicas' capacity that is used; at 1 and above the queue grows without end. */
  readonly utilization: number
  /** Seconds per hour, summed over replicas, with a request in flight, each busy stretch rounded up to 100 ms. */
  readonly busyReplicaSPerHour: number
  /** Seconds per hour, summed over requests, of their execution, each rounded up to 100 ms. */
  readonly executionSPerHour: number
  /** Response times in ms; infinite where the queue grows without end. */
  readonly responseMs: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'p999', number>>
  /** Share of requests that find no warm replica. */
  readonly coldStartRatio: number
}

/** A month of one candidate: what a platform's meter sees. It knows no prices. */
export interface MonthOperation {
  readonly levels: readonly LevelOperation[]
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
