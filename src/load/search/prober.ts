import type { Measurement } from '../../core/measurement.ts'
import type { LoadSeries } from '../../stats/over-saturation.ts'

/** Loads at one rate until `stop` says so or the budget is spent. */
export type Prober = (rps: number, budget: ProbeBudget, stop: StopProbe) => Promise<ProbeResult>

export interface ProbeBudget {
  /** Most requests to send. */
  readonly requests: number
}

/**
 * Takes the next requests, in order of due and without gaps, each once: says whether enough has been seen.
 *
 * A request that is not answered yet must not be skipped, or slow ones would be missing from what is judged: hold
 * it and those after it back, until it is answered or has waited longer than the greatest latency limit.
 */
export type StopProbe = (batch: LoadSeries) => boolean

export interface ProbeResult {
  /** Requests sent, those included that were still in flight when it stopped. */
  readonly requestsUsed: number
  /** False when the client was at fault, as with a late sender; the probe then says nothing about the server. */
  readonly valid: boolean
  readonly invalidReasons: readonly string[]
  readonly measurement?: Measurement
}
