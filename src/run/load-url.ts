import type { Slo } from '../core/scenario.ts'
import type { Arrival } from '../load/arrivals.ts'
import { clientCeiling } from '../load/client-ceiling.ts'
import { type ClosedLoad, measureClosed } from '../load/closed-loop.ts'
import type { OpenLoad } from '../load/open-loop.ts'
import { type JudgedLoad, loadJudged, probeUrl } from '../load/probe-url.ts'
import type { Payload } from '../load/request-bytes.ts'
import { openSampleFile } from '../load/sample-file.ts'
import { findCapacity } from '../load/search/find-capacity.ts'
import type { CapacitySearch, Probe } from '../load/search/search-plan.ts'
import { sloLimits } from '../stats/slo-verdict.ts'

/** Stated for verdicts and intervals. */
const CONFIDENCE = 0.95

/** Orders are ended early, and never without an answer. */
const NEVER = new AbortController().signal

/** What is sent to a URL, and how. */
export interface UrlOrder {
  readonly url: string
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  /** One, or several to draw from by their weights. */
  readonly payloads: readonly Payload[]
  readonly arrival: Arrival
  readonly requests?: number
  readonly durationS?: number
  readonly warmupRequests: number
  readonly connections: number
  readonly workers: number
  readonly timeoutMs: number
  readonly seed: number
  readonly http2: boolean
  /** CSV file for the raw samples. */
  readonly samples?: string
  /** Ends it early, with what was measured by then. */
  readonly ending: AbortSignal
  readonly onProgress?: (finished: number) => void
}

/** Loads a URL in open loop; with an SLO, no longer than it takes to decide it. */
export async function loadUrl(order: UrlOrder, slo: Slo | undefined): Promise<JudgedLoad> {
  const file = order.samples === undefined ? undefined : openSampleFile(order.samples)
  try {
    const load = { ...openLoad(order), ...(file ? { onSample: file.onSample } : {}) }
    return await loadJudged(load, slo ? sloLimits(slo) : [], CONFIDENCE)
  } finally {
    await file?.close()
  }
}

/** Keeps `connections` requests in flight: what the server can do, not what clients would see under traffic. */
export async function loadUrlClosed(order: UrlOrder): Promise<JudgedLoad> {
  const measurement = await measureClosed(closedLoad(order))
  return { measurement, verdict: null, overSaturated: null, stoppedEarly: false }
}

/**
 * Finds the highest rate at which a URL meets the SLO. First asks what this client can send at all, so that its own
 * limit is not taken for the server's, and what the server does in closed loop, where to begin.
 * @throws the reason of `ending` when nothing was learnt by then
 */
export async function findUrlCapacity(
  order: UrlOrder,
  slo: Slo,
  onProbe: (probe: Probe) => void,
): Promise<CapacitySearch> {
  const { count: _, durationS: __, ...load } = openLoad(order)
  const limits = sloLimits(slo)
  const clientRps = await clientCeiling(load)
  const ceilingRps = await serverCeiling(order)
  const { ending } = order
  ending.throwIfAborted()
  const plan = { limits, ceilingRps, clientRps, confidence: CONFIDENCE, ending, onProbe }
  return findCapacity(probeUrl(load, limits), plan)
}

/** Requests and connections of the first look at the server, and about how long it may take, s. */
const LOOK = { requests: 400, connections: 16, seconds: 5 } as const

/** A rough upper end, from a closed loop: the search widens it where it was too low. */
async function serverCeiling(order: UrlOrder): Promise<number> {
  const one = { ...order, arrival: { kind: 'constant', rps: 5 }, requests: 5 } as const
  const { measurement } = await loadJudged(openLoad(one), [], CONFIDENCE)
  const serialRps = 1000 / measurement.serviceMs.p50
  if (!Number.isFinite(serialRps)) return 1
  // autocannon verifies no TLS and sends one body: else one request at a time has to do for a start.
  if (new URL(order.url).protocol === 'https:' || order.payloads.length > 1) return serialRps
  const affordable = Math.ceil(LOOK.seconds * serialRps * LOOK.connections)
  const requests = Math.min(LOOK.requests, Math.max(2 * LOOK.connections, affordable))
  const closed = await loadUrlClosed({ ...order, connections: LOOK.connections, requests, warmupRequests: 0 })
  return Math.max(closed.measurement.goodputRps, serialRps)
}

function openLoad({ requests, durationS, samples: _, ...order }: UrlOrder): OpenLoad {
  return {
    ...order,
    signal: NEVER,
    ...(requests === undefined ? {} : { count: requests + order.warmupRequests }),
    ...(durationS === undefined ? {} : { durationS }),
  }
}

function closedLoad({
  payloads,
  arrival: _,
  workers: __,
  seed: ___,
  http2: ____,
  ...order
}: UrlOrder): ClosedLoad {
  const [payload] = payloads
  return { ...order, signal: NEVER, ...(payload ? { body: payload.body } : {}) }
}
