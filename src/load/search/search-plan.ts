import type { SloLimit } from '../../stats/slo-verdict.ts'
import type { Headroom } from './headroom.ts'
import type { ProbeResult } from './prober.ts'
import type { Sighting } from './watch-probe.ts'

export interface SearchPlan {
  /** Lines of the SLO. Those on latency shape the search; those on errors only rule rates out. */
  readonly limits: readonly SloLimit[]
  /** Goodput of a closed loop that keeps the server busy, requests per second. */
  readonly ceilingRps: number
  /** Goodput of the same client against a server that costs nothing; unknown when absent. */
  readonly clientRps?: number
  /** Of the interval and of each probe's verdict; 0.95. */
  readonly confidence?: number
  /** Half width of the interval, relative to the value, at which the search ends; 0.03. */
  readonly tolerance?: number
  /** Most probes; 24. */
  readonly mostProbes?: number
  /** Most requests of one probe; 50 / the smallest limit on latency, at least 2,500: 5,000 for p99. */
  readonly probeRequests?: number
  /** Most requests in all; 8 times `probeRequests`. */
  readonly mostRequests?: number
  /** Ends the search after the probe under way, with what is known by then. */
  readonly ending?: AbortSignal
  /** Told of every probe as it ends. */
  readonly onProbe?: (probe: Probe) => void
}

/** One rate tried, and what it showed. */
export interface Probe extends Sighting, ProbeResult {
  readonly rps: number
}

export interface CapacitySearch {
  /**
   * Highest rate that meets the SLO, requests per second: best guess, and interval at the confidence. `high` is null
   * when the client ended the search: the capacity is at least `value`. Value and `low` are 0 when nothing meets.
   */
  readonly capacityRps: { readonly value: number; readonly low: number; readonly high: number | null }
  /** `budget`: the interval is wider than the tolerance asks for. */
  readonly limitedBy: 'slo' | 'client' | 'budget' | 'interruption' | 'nothing meets'
  /** In a sentence, with its figures. */
  readonly reason: string
  readonly headroom: Headroom
  readonly probes: readonly Probe[]
  readonly requestsUsed: number
}

export type CompletePlan = Required<Omit<SearchPlan, 'clientRps' | 'onProbe' | 'ending'>> &
  Pick<SearchPlan, 'onProbe' | 'ending'>

export function completePlan(plan: SearchPlan): CompletePlan {
  const least = Math.min(...shapingLimits(plan.limits).map(({ ratio }) => ratio))
  const probeRequests = plan.probeRequests ?? Math.max(2500, Math.ceil(50 / Math.max(1e-4, least)))
  const mostRequests = plan.mostRequests ?? 8 * probeRequests
  return { confidence: 0.95, tolerance: 0.03, mostProbes: 24, ...plan, probeRequests, mostRequests }
}

/** Limits that the rate moves: those on latency, or those on errors when there are no others. */
export function shapingLimits(limits: readonly SloLimit[]): readonly SloLimit[] {
  const latency = limits.filter(({ latencyMs }) => latencyMs !== undefined)
  return latency.length > 0 ? latency : limits
}

export function countRequests(probes: readonly Probe[]): number {
  return probes.reduce((sum, { requestsUsed }) => sum + requestsUsed, 0)
}
