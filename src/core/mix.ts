import type { Evidence, Operation, SloCheck, UsdRange } from './advice.ts'
import type { Bill } from './bill.ts'
import type { Candidate } from './candidate.ts'
import type { Percentile, Range } from './scenario.ts'

/** One of the two fleets of a mix, under its own share of the traffic. */
export interface MixPart {
  readonly candidate: Candidate
  /** Of the month, on average. */
  readonly requests: number
  readonly usdPerMonth: UsdRange
  readonly latencyMs: Readonly<Record<Percentile, Range>>
  readonly operation: Operation
}

/**
 * A fixed base that takes the traffic up to a rate, and a serverless burst that takes the rest. Its cost is that of its
 * parts and of the load balancer in front of both; its latency is that of all requests.
 */
export interface Mix {
  readonly base: MixPart & {
    readonly replicas: number
    /** Requests per second that it is sent at most. */
    readonly upToRps: number
  }
  readonly burst: MixPart
  /**
   * What sends each request to its part: the clients, or a gateway of the user's, which costs nothing here; or the
   * load balancer of the base, which carries the burst's requests too.
   */
  readonly splitBy: 'clients' | 'load-balancer'
  /** What the load balancer of the base charges for the burst's requests; "0" where clients split. */
  readonly loadBalancerUsd: string
  readonly evidence: Evidence
  readonly usdPerMonth: UsdRange
  readonly latencyMs: Readonly<Record<Percentile, Range>>
  readonly checks: readonly SloCheck[]
  /** Of both parts, at the central estimate. */
  readonly bill: Bill
  /** The cheapest single candidate that meets the SLO, listed or suggested; null where none does. */
  readonly than: string | null
  /** How much less than that one it costs, at the central estimates. */
  readonly usdLess: string | null
  /** Whether the whole of its cost range lies under that of the single candidate. */
  readonly isClear: boolean
  /** What a reader should know of its parts, in sentences. */
  readonly caveats: readonly string[]
}
