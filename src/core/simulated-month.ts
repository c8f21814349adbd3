import type { Evidence } from './advice.ts'
import type { Bill } from './bill.ts'
import type { Candidate } from './candidate.ts'
import type { Percentile, Range } from './scenario.ts'

/** A month of one candidate on its platform's own autoscaler, at the central estimate of its service times. */
export interface SimulatedMonth {
  readonly scenario: string
  /** Id of the run that its service times come from. */
  readonly run: string
  /** The saved profile that they come from instead; absent where there is none. */
  readonly profile?: string
  readonly candidate: Candidate
  /** Of the service times. */
  readonly evidence: Evidence
  readonly seed: number
  /** `full`: every request; `fluid`: the autoscaler on the flow of requests, and requests at moments of the month. */
  readonly method: 'full' | 'fluid'
  readonly simulatedRequests: number
  readonly traffic: { readonly meanRps: number; readonly peakRps: number; readonly requests: number }
  readonly requests: Readonly<Record<'arrived' | 'served' | 'rejected' | 'timedOut' | 'coldStarted', number>>
  /** Share of requests that were rejected or timed out. */
  readonly errorRatio: number
  /** Of requests that were served, network included, with the simulation's own 99% interval. */
  readonly responseMs: Readonly<Record<Percentile, Range>>
  /** The same in the 5% of the hours with the highest rate. */
  readonly busiestMs: Readonly<Record<Percentile, Range>>
  readonly utilization: number
  readonly replicas: { readonly mean: number; readonly most: number }
  readonly usage: {
    readonly replicaHours: Range
    readonly busyReplicaS: Range
    readonly executionS: Range
    readonly startingReplicaHours: number
    readonly starts: number
  }
  /** Hour by hour from the start of the month: expected requests per second, and replicas alive on average. */
  readonly hours: readonly { readonly rps: number; readonly replicas: number }[]
  readonly bill: Bill
  /** What a reader should know of the figures, in sentences. */
  readonly caveats: readonly string[]
}
