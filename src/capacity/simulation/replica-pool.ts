import type { Draw } from './distribution.ts'
import type { EventHeap } from './event-heap.ts'
import type { FleetMeter } from './fleet-meter.ts'
import type { Router } from './router.ts'

/** What a replica is doing. `kept` ones are warm but get no requests; `draining` ones finish what they have. */
const STATE = { none: 0, starting: 1, serving: 2, kept: 3, draining: 4 } as const

export interface PoolParts {
  readonly capacity: number
  /** Requests that a replica accepts at a time. */
  readonly concurrency: number
  /** Most replicas that the platform may run; draining ones do not count. */
  readonly max: number
  readonly drawStartMs: Draw
  readonly meter: FleetMeter
  readonly router: Router
  readonly heap: EventHeap
}

/** The life of replicas: they start, serve, are kept idle or drain, and go. Places of those that went are used again. */
export class ReplicaPool {
  readonly inFlight: Int32Array
  readonly busySlots: Int32Array
  /** When the timer of its waiting batch is set for, ms. */
  readonly timerMs: Float64Array
  readonly #state: Uint8Array
  readonly #readyMs: Float64Array
  readonly #servingSinceMs: Float64Array
  readonly #idleSinceMs: Float64Array
  /** All that exist, and the place of each in that list. */
  readonly #alive: Int32Array
  readonly #place: Int32Array
  /** Kept ones, the latest last. */
  readonly #kept: Int32Array
  #keptCount = 0
  #draining = 0
  readonly #parts: PoolParts

  constructor(parts: PoolParts) {
    const { capacity } = parts
    this.#parts = parts
    this.inFlight = new Int32Array(capacity)
    this.busySlots = new Int32Array(capacity)
    this.timerMs = new Float64Array(capacity)
    this.#state = new Uint8Array(capacity)
    this.#readyMs = new Float64Array(capacity)
    this.#servingSinceMs = new Float64Array(capacity)
    this.#idleSinceMs = new Float64Array(capacity)
    // Beyond those alive, the list holds those that are free.
    this.#alive = Int32Array.from({ length: capacity }, (_, replica) => replica)
    this.#place = this.#alive.slice()
    this.#kept = new Int32Array(capacity)
  }

  /** Replicas that the autoscaler counts: not those that drain. */
  get count(): number {
    return this.#parts.meter.alive - this.#draining
  }

  /** A replica that serves from now on, having been there before. */
  addServing(nowMs: number): void {
    const replica = this.#add(nowMs)
    this.#serve(replica, Number.NEGATIVE_INFINITY)
  }

  /** @returns whether it started; not at the most that may run */
  start(nowMs: number): boolean {
    const { meter, drawStartMs, heap, max, capacity } = this.#parts
    if (this.count >= max || meter.alive >= capacity) return false
    const replica = this.#add(nowMs)
    meter.starting++
    meter.starts++
    this.#state[replica] = STATE.starting
    const readyMs = nowMs + drawStartMs()
    this.#readyMs[replica] = readyMs
    heap.push(readyMs, readyCode(replica))
    return true
  }

  /** The end of a start. @returns whether it still counts: replicas may be stopped while they start */
  becomeReady(replica: number, nowMs: number): boolean {
    if (this.#state[replica] !== STATE.starting || this.#readyMs[replica] !== nowMs) return false
    this.#parts.meter.countReplicas(nowMs)
    this.#parts.meter.starting--
    this.#serve(replica, nowMs)
    return true
  }

  /** Brings back the latest of those that are kept and have room. @returns which; -1 if none is */
  reactivate(nowMs: number): number {
    const { concurrency } = this.#parts
    let place = this.#keptCount - 1
    while (place >= 0 && (this.inFlight[this.#kept[place] as number] as number) >= concurrency) place--
    return place < 0 ? -1 : this.#bringBack(place, nowMs)
  }

  #bringBack(place: number, nowMs: number): number {
    const replica = this.#kept[place] as number
    this.#kept.copyWithin(place, place + 1, this.#keptCount--)
    this.#parts.meter.countReplicas(nowMs)
    this.#serve(replica, this.#servingSinceMs[replica] as number)
    return replica
  }

  /** As many as wanted, started or stopped at once: starting ones go first, then those with the least to do. */
  resize(wanted: number, nowMs: number): void {
    while (this.count < wanted && this.start(nowMs)) {}
    while (this.count > wanted) {
      const replica = this.#leastOf(STATE.starting) ?? this.#leastOf(STATE.serving)
      if (replica === undefined) return
      this.#stop(replica, nowMs)
    }
  }

  /** As many active as wanted: kept ones come back before others start, and too many are kept, not stopped. */
  follow(wanted: number, nowMs: number, serve: (replica: number) => void): void {
    const { meter } = this.#parts
    const active = () => meter.serving + meter.starting
    while (active() < wanted) {
      if (this.#keptCount > 0) serve(this.#bringBack(this.#keptCount - 1, nowMs))
      else if (!this.start(nowMs)) break
    }
    while (meter.serving > 0 && active() > wanted) {
      this.#keep(this.#leastOf(STATE.serving) as number, nowMs)
    }
  }

  /** Stops those that are kept and have been idle for so long, down to `min` in all. */
  reap(nowMs: number, retentionMs: number, min: number): void {
    let left = 0
    for (let i = 0; i < this.#keptCount; i++) {
      const replica = this.#kept[i] as number
      const idle =
        this.inFlight[replica] === 0 && nowMs - (this.#idleSinceMs[replica] as number) >= retentionMs
      if (idle && this.count > min) this.#stop(replica, nowMs)
      else this.#kept[left++] = replica
    }
    this.#keptCount = left
  }

  /** To be called when a replica has finished something and taken what it could. */
  settle(replica: number, nowMs: number): void {
    const { meter, router, concurrency } = this.#parts
    const inFlight = this.inFlight[replica] as number
    const state = this.#state[replica] as number
    if (inFlight === 0) {
      meter.endWork(replica, nowMs)
      this.#idleSinceMs[replica] = nowMs
      if (state === STATE.draining) this.#end(replica, nowMs)
    }
    if (state === STATE.serving && inFlight < concurrency) router.put(replica, inFlight)
  }

  takesRequests(replica: number): boolean {
    return this.#state[replica] === STATE.serving
  }

  /** Of those that serve, the share that has done so for as long as this. */
  maturedShare(nowMs: number, ageMs: number): number {
    const { alive, serving } = this.#parts.meter
    if (ageMs <= 0 || serving === 0) return 1
    let matured = 0
    for (let i = 0; i < alive; i++) {
      const replica = this.#alive[i] as number
      const serves = this.#state[replica] === STATE.serving
      if (serves && nowMs - (this.#servingSinceMs[replica] as number) >= ageMs) matured++
    }
    return matured / serving
  }

  /** Those with requests in flight. */
  working(): number[] {
    return Array.from(this.#alive.subarray(0, this.#parts.meter.alive)).filter((replica) => {
      return (this.inFlight[replica] as number) > 0
    })
  }

  #add(nowMs: number): number {
    const { meter } = this.#parts
    meter.countReplicas(nowMs)
    const replica = this.#alive[meter.alive++] as number
    meter.forget(replica)
    this.inFlight[replica] = 0
    this.busySlots[replica] = 0
    this.timerMs[replica] = -1
    this.#idleSinceMs[replica] = nowMs
    return replica
  }

  #serve(replica: number, sinceMs: number): void {
    this.#state[replica] = STATE.serving
    this.#servingSinceMs[replica] = sinceMs
    this.#parts.meter.serving++
    const inFlight = this.inFlight[replica] as number
    if (inFlight < this.#parts.concurrency) this.#parts.router.put(replica, inFlight)
  }

  #keep(replica: number, nowMs: number): void {
    this.#parts.meter.countReplicas(nowMs)
    this.#parts.meter.serving--
    this.#parts.router.remove(replica)
    this.#state[replica] = STATE.kept
    this.#kept[this.#keptCount++] = replica
  }

  #stop(replica: number, nowMs: number): void {
    const { meter, router } = this.#parts
    meter.countReplicas(nowMs)
    const state = this.#state[replica]
    if (state === STATE.starting) meter.starting--
    if (state === STATE.serving) meter.serving--
    router.remove(replica)
    this.#state[replica] = STATE.draining
    this.#draining++
    if (this.inFlight[replica] === 0) this.#end(replica, nowMs)
  }

  #end(replica: number, nowMs: number): void {
    const { meter } = this.#parts
    meter.countReplicas(nowMs)
    this.#draining--
    this.#state[replica] = STATE.none
    const last = --meter.alive
    const place = this.#place[replica] as number
    const moved = this.#alive[last] as number
    this.#alive[place] = moved
    this.#place[moved] = place
    this.#alive[last] = replica
    this.#place[replica] = last
  }

  /** Of those in this state the one with the fewest requests, of these the one idle longest. */
  #leastOf(state: number): number | undefined {
    let least: number | undefined
    for (let i = 0; i < this.#parts.meter.alive; i++) {
      const replica = this.#alive[i] as number
      if (this.#state[replica] === state && (least === undefined || this.#isBelow(replica, least)))
        least = replica
    }
    return least
  }

  #isBelow(replica: number, other: number): boolean {
    const [fewer, more] = [this.inFlight[replica] as number, this.inFlight[other] as number]
    if (fewer !== more) return fewer < more
    return (this.#idleSinceMs[replica] as number) < (this.#idleSinceMs[other] as number)
  }
}

/** Codes of events that are not ends of service: negative, even for the end of a start, odd for a batch's timer. */
function readyCode(replica: number): number {
  return -2 - 2 * replica
}

export function timerCode(replica: number): number {
  return -3 - 2 * replica
}

export function replicaOf(code: number): number {
  return (-2 - code) >> 1
}

export function isTimer(code: number): boolean {
  return ((-2 - code) & 1) === 1
}
