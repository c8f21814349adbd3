import type { Sample } from '../../core/measurement.ts'
import { type Block, makeBlock, type Side } from '../../gate/block.ts'
import { loadClosed } from '../../load/closed-loop.ts'
import { loadOpen } from '../../load/open-loop.ts'
import type { SideRequest } from './sides.ts'

/** `closed`: each connection sends its next request when it has its reply. Else requests are due at a rate. */
export type SideArrival =
  | { readonly kind: 'closed'; readonly connections: number }
  | { readonly kind: 'constant' | 'poisson'; readonly rps: number; readonly connections: number }

export interface BlockOrder {
  readonly request: SideRequest
  readonly arrival: SideArrival
  readonly requests: number
  /** Requests slower than this are no goodput; infinite where there is no SLO. */
  readonly goodWithinMs: number
  /** Which start of the processes this is, from 0. */
  readonly start: number
  /** CPU time that the side has had so far, ms. */
  readonly readCpu: (side: Side) => number | undefined
  /** p99 of send lag that leaves a block valid, at a rate. */
  readonly acceptableLagMs: number
  readonly signal: AbortSignal
}

export interface MeasuredBlock {
  readonly block: Block
  /** In order of being due; of requests that failed, infinite. */
  readonly latencyMs: readonly number[]
  /** Whether this client could send on time. */
  readonly valid: boolean
}

/** Sent first in every block: the caches hold the other side's code and data. */
const WARM_UP = 3

/** Loads one side for one block. @param seed of the arrivals: the same for both sides */
export async function measureBlock(
  side: Side,
  url: string,
  seed: number,
  order: BlockOrder,
): Promise<MeasuredBlock> {
  const before = order.readCpu(side)
  const { samples, valid } = await (order.arrival.kind === 'closed'
    ? loadInTurn(url, order, order.arrival.connections)
    : loadAtRate(url, seed, order, order.arrival))
  const cpuMs = cpuOf(order, before, order.readCpu(side))
  const sorted = samples.toSorted((a, b) => a.dueMs - b.dueMs)
  const ok = sorted.filter(({ outcome }) => outcome === 'ok')
  const times = ok.map(({ dueMs, doneMs }) => doneMs - dueMs)
  const good = times.filter((ms) => ms <= order.goodWithinMs).length
  const latencyMs = sorted.map(({ outcome, dueMs, doneMs }) =>
    outcome === 'ok' ? doneMs - dueMs : Number.POSITIVE_INFINITY,
  )
  return {
    block: makeBlock(side, times, {
      due: sorted.length,
      goodputRps: goodput(good, sorted, order.arrival),
      start: order.start,
      ...(cpuMs === undefined ? {} : { cpuMs }),
    }),
    latencyMs,
    valid,
  }
}

/** Of each request, those of the warm-up too. A thread that ended meanwhile has taken its time along. */
function cpuOf(
  { requests, arrival }: BlockOrder,
  before: number | undefined,
  after: number | undefined,
): number | undefined {
  if (before === undefined || after === undefined || after <= before) return undefined
  const warmUp = arrival.kind === 'closed' ? WARM_UP * arrival.connections : WARM_UP
  return (after - before) / (requests + warmUp)
}

/** Of a closed loop, what the server gets done; at a rate, the share of that rate that is good. */
function goodput(good: number, samples: readonly Sample[], arrival: SideArrival): number {
  // Half a request where there was none: a goodput of 0 has no ratio to another.
  const count = Math.max(good, 0.5)
  if (arrival.kind !== 'closed') return (arrival.rps * count) / samples.length
  const spanMs =
    Math.max(...samples.map(({ doneMs }) => doneMs)) - Math.min(...samples.map(({ sentMs }) => sentMs))
  return (1000 * count) / spanMs
}

async function loadInTurn(url: string, { request, requests, signal }: BlockOrder, connections: number) {
  const { method, headers, body, timeoutMs } = request
  const samples = await loadClosed({
    url,
    method,
    headers,
    ...(body ? { body } : {}),
    connections,
    warmupRequests: WARM_UP * connections,
    requests,
    timeoutMs,
    signal,
  })
  return { samples, valid: true }
}

async function loadAtRate(
  url: string,
  seed: number,
  { request, requests, acceptableLagMs, signal }: BlockOrder,
  { kind, rps, connections }: Exclude<SideArrival, { kind: 'closed' }>,
) {
  const { method, headers, body, timeoutMs } = request
  const samples: Sample[] = []
  const { valid } = await loadOpen({
    url,
    method,
    headers,
    ...(body ? { payloads: [{ body }] } : {}),
    arrival: { kind, rps },
    count: requests + WARM_UP,
    warmupRequests: WARM_UP,
    connections,
    timeoutMs,
    acceptableLagMs,
    seed,
    signal,
    onSample: (sample) => samples.push(sample),
  })
  return { samples, valid }
}
