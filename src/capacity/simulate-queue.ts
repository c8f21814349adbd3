import { seededRandom } from '../core/random.ts'

export interface Queue {
  /** Poisson arrivals per second. */
  readonly rps: number
  readonly replicas: number
  readonly slots: number
  /** Service times to draw from, ms. */
  readonly occupancyMs: Float64Array
  /** Requests to simulate, the first tenth of them to warm up. */
  readonly requests: number
  readonly seed: number
}

export interface QueueResult {
  /** Time from arrival to the end of service, sorted, ms. */
  readonly responseMs: Float64Array
  /**
   * Seconds per second, summed over replicas, with work in flight; each busy stretch rounded up to 100 ms. At most
   * `replicas`: no replica is billed for more than it lives.
   */
  readonly busyReplicas: number
  /** Seconds per second, summed over requests, of their service, each rounded up to 100 ms. */
  readonly executions: number
}

/** Billing granularity of Cloud Run and Cloud Functions, ms. */
const STEP_MS = 100

/**
 * Simulates first come, first served requests on `replicas * slots` slots: an arrival takes a random free slot, or
 * waits for the one that frees first. The same seed gives the same result.
 */
export function simulateQueue(queue: Queue): QueueResult {
  const random = seededRandom(queue.seed)
  const meter = new BusyMeter(queue.replicas)
  const freeAt = new Float64Array(queue.replicas * queue.slots)
  const warmup = Math.floor(queue.requests / 10)
  const response = new Float64Array(queue.requests - warmup)
  let now = 0
  let startedAt = 0
  let executions = 0
  for (let request = 0; request < queue.requests; request++) {
    now -= Math.log(1 - random()) * (1000 / queue.rps)
    if (request === warmup) {
      startedAt = now
      executions = 0
      meter.reset(now)
    }
    const serviceMs = queue.occupancyMs[Math.floor(random() * queue.occupancyMs.length)] ?? 0
    const slot = chooseSlot(freeAt, now, random)
    const start = Math.max(now, freeAt[slot] ?? 0)
    freeAt[slot] = start + serviceMs
    executions += roundUp(serviceMs)
    meter.add(Math.floor(slot / queue.slots), start, start + serviceMs)
    if (request >= warmup) response[request - warmup] = start + serviceMs - now
  }
  const elapsed = now - startedAt
  return {
    responseMs: response.sort(),
    busyReplicas: meter.total(now) / elapsed,
    executions: executions / elapsed,
  }
}

function chooseSlot(freeAt: Float64Array, now: number, random: () => number): number {
  const offset = Math.floor(random() * freeAt.length)
  let earliest = 0
  for (let step = 0; step < freeAt.length; step++) {
    const slot = offset + step < freeAt.length ? offset + step : offset + step - freeAt.length
    if ((freeAt[slot] as number) <= now) return slot
    if ((freeAt[slot] as number) < (freeAt[earliest] as number)) earliest = slot
  }
  return earliest
}

/** Adds up, replica by replica, the billed stretches: work in flight, and what rounding adds at its end. */
class BusyMeter {
  readonly #from: Float64Array
  readonly #until: Float64Array
  #billedMs = 0

  constructor(replicas: number) {
    this.#from = new Float64Array(replicas)
    this.#until = new Float64Array(replicas)
  }

  /** Work that starts in time that is billed already goes on with its stretch. */
  add(replica: number, startMs: number, endMs: number): void {
    if (startMs > this.#billedUntil(replica)) {
      this.#billedMs += this.#billedUntil(replica) - (this.#from[replica] ?? 0)
      this.#from[replica] = startMs
    }
    this.#until[replica] = Math.max(this.#until[replica] ?? 0, endMs)
  }

  /** Forgets what came before `nowMs`; of stretches under way, what follows it counts. */
  reset(nowMs: number): void {
    this.#billedMs = 0
    for (const [replica, from] of this.#from.entries()) {
      this.#from[replica] = Math.max(from, nowMs)
      this.#until[replica] = Math.max(this.#until[replica] ?? 0, nowMs)
    }
  }

  /** Of stretches that go on after `nowMs`, what precedes it counts. */
  total(nowMs: number): number {
    const open = this.#from.reduce(
      (sum, from, replica) => sum + Math.min(nowMs, this.#billedUntil(replica)) - from,
      0,
    )
    return this.#billedMs + open
  }

  #billedUntil(replica: number): number {
    const from = this.#from[replica] ?? 0
    return from + roundUp((this.#until[replica] ?? 0) - from)
  }
}

function roundUp(ms: number): number {
  return Math.ceil(ms / STEP_MS) * STEP_MS
}
