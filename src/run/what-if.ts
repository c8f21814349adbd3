import type { Slo } from '../core/scenario.ts'

/** What a saved run is asked about in place of its scenario's own. Every part may go with every other. */
export interface WhatIf {
  readonly slo?: Slo
  /** A mean rate, or a multiple of the scenario's traffic. */
  readonly traffic?: { readonly rps: number } | { readonly factor: number }
  /** Of every candidate that was not measured elsewhere. */
  readonly region?: string
  /** Of every candidate that is sold so. */
  readonly commitment?: Commitment
  /** Fewest replicas of every candidate. */
  readonly minReplicas?: number
  /** Highest rate of the week, or of the trace, over its mean. */
  readonly peakFactor?: number
}

export const COMMITMENTS = ['on-demand', 'spot', '1yr', '3yr'] as const
export type Commitment = (typeof COMMITMENTS)[number]

export const MOST_REPLICAS = 10_000
