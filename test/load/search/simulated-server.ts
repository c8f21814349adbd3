import { seededRandom } from '../../../src/core/random.ts'
import type { LoadSeries } from '../../../src/stats/over-saturation.ts'

/** First come, first served: `workers` serve one request each at a time. */
export interface SimulatedServer {
  readonly workers: number
  /** One service time, ms. */
  readonly serviceMs: (random: () => number) => number
  readonly arrivals?: 'poisson' | 'constant'
  /** Share of requests that fail, and take no time; 0. */
  readonly errorRatio?: number
}

export const fixed = (ms: number) => () => ms
export const exponential = (meanMs: number) => (random: () => number) => -Math.log(1 - random()) * meanMs
export const lognormal = (medianMs: number, sigma: number) => (random: () => number) =>
  medianMs * Math.exp(sigma * normal(random))
/** One request in a hundred takes 20 times as long. */
export const bimodal = (ms: number) => (random: () => number) => (random() < 0.01 ? 20 * ms : ms)

/** One request after the other, from an idle server on; endless. */
export function* simulate(server: SimulatedServer, rps: number, seed: number): Generator<SimulatedRequest> {
  const random = seededRandom(seed)
  const freeAt = new Float64Array(server.workers)
  const open: number[] = []
  let dueMs = 0
  for (;;) {
    const gap = server.arrivals === 'constant' ? 1 : -Math.log(1 - random())
    dueMs += (gap * 1000) / rps
    while (open.length > 0 && (open[0] as number) <= dueMs) open.shift()
    const inFlight = open.length
    if (random() < (server.errorRatio ?? 0)) {
      yield { dueMs, inFlight, responseMs: Number.POSITIVE_INFINITY }
      continue
    }
    const doneMs = serve(freeAt, dueMs, server.serviceMs(random))
    insert(open, doneMs)
    yield { dueMs, inFlight, responseMs: doneMs - dueMs }
  }
}

export interface SimulatedRequest {
  readonly dueMs: number
  readonly inFlight: number
  readonly responseMs: number
}

export function take(requests: Generator<SimulatedRequest>, count: number): LoadSeries & { length: number } {
  const [dueMs, inFlight, responseMs] = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  for (let i = 0; i < count; i++) {
    const request = requests.next().value as SimulatedRequest
    dueMs[i] = request.dueMs
    inFlight[i] = request.inFlight
    responseMs[i] = request.responseMs
  }
  return { dueMs, inFlight, responseMs, length: count }
}

function serve(freeAt: Float64Array, dueMs: number, serviceMs: number): number {
  let first = 0
  for (let worker = 1; worker < freeAt.length; worker++) {
    if ((freeAt[worker] as number) < (freeAt[first] as number)) first = worker
  }
  freeAt[first] = Math.max(dueMs, freeAt[first] as number) + serviceMs
  return freeAt[first] as number
}

/** Keeps the list rising; most insertions are at its end. */
function insert(rising: number[], value: number): void {
  let at = rising.length
  while (at > 0 && (rising[at - 1] as number) > value) at--
  rising.splice(at, 0, value)
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
