import type { Evidence, Operation } from '../core/advice.ts'
import type { Bill } from '../core/bill.ts'
import type { Candidate } from '../core/candidate.ts'
import type { Refusal } from '../core/measurement.ts'
import type { Percentile, Range } from '../core/scenario.ts'

/** All that is known of one candidate when it is judged. */
export type Assessment =
  | { readonly state: 'refused'; readonly candidate: Candidate; readonly refusals: readonly Refusal[] }
  | {
      readonly state: 'untested'
      readonly candidate: Candidate
      readonly evidence: Evidence
      readonly why: string
    }
  | {
      readonly state: 'assessed'
      readonly candidate: Candidate
      readonly evidence: Evidence
      readonly costEvidence: Evidence
      /** Of a request that finds a replica idle, at the fastest speed that is believed. */
      readonly aloneMs: Readonly<Record<Percentile, number>>
      /** Of all requests of the month; infinite where so many fail that they reach into the percentile. */
      readonly latencyMs: Readonly<Record<Percentile, Range>>
      /** Share of failed requests, or null where nothing predicts it. */
      readonly errorRatio: Range | null
      readonly operation: Operation
      /** Of each hour that was simulated at the central point: requests per second, and replicas alive on average. */
      readonly hourly?: { readonly rps: ArrayLike<number>; readonly replicas: ArrayLike<number> }
      /** At the central estimate, and at the points of the range that decide the least and the most that it costs. */
      readonly bills: { readonly central: Bill; readonly all: readonly Bill[] }
      /** Needs that the candidate's shape does not meet whatever its speed, in sentences. */
      readonly shortfalls: readonly string[]
      /** What a reader should know of it whatever the figures, in sentences. */
      readonly caveats: readonly string[]
    }

export type Assessed = Extract<Assessment, { state: 'assessed' }>
