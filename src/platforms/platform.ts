import type { Assumption } from '../core/advice.ts'
import type { Usage } from '../core/bill.ts'
import type { Candidate } from '../core/candidate.ts'
import type { PayloadSize, Refusal } from '../core/measurement.ts'
import type { MonthOperation, Replica, Scaling } from '../core/operation.ts'
import type { Assumptions } from '../core/scenario.ts'

/** What every platform's folder provides. Nothing here knows a price or talks to a cloud. */
export interface Platform<C extends Candidate = Candidate> {
  readonly id: C['platform']
  /** Published limits that the candidate breaks; empty when it may be deployed. */
  limits(candidate: C): Refusal[]
  /** Limits that depend on the payload, known once the model has answered. */
  payloadLimits(candidate: C, payload: PayloadSize): Refusal[]
  replica(candidate: C): Replica
  /** How its own autoscaler runs the candidate. */
  scaling(candidate: C, assumptions: Assumptions): Scaling
  /** What the platform bills for a month of operation. */
  usage(candidate: C, month: MonthOperation): Usage[]
  /** What its figures do not show and a reader should know, in sentences. */
  caveats(candidate: C): string[]
  /** What is assumed about the platform and published nowhere. */
  readonly assumptions: readonly Assumption[]
}
