import { type Draw, drawFrom } from './distribution.ts'
import type { EventHeap } from './event-heap.ts'
import type { FleetMeter } from './fleet-meter.ts'
import type { FleetLimits, ServiceModel } from './fleet-plan.ts'
import { type ReplicaPool, timerCode } from './replica-pool.ts'
import type { RequestQueues } from './request-queues.ts'
import { ResponseHistogram } from './response-histogram.ts'

export interface ServerParts {
  readonly service: ServiceModel
  readonly limits: FleetLimits
  readonly random: () => number
  readonly meter: FleetMeter
  readonly heap: EventHeap
  readonly requests: RequestQueues
  readonly replicas: ReplicaPool
}

/** What happens inside replicas: requests wait for a slot, are served, alone or in batches, and leave. */
export class SlotServer {
  /** Where response times go. */
  responses = new ResponseHistogram()
  /** Response times count of requests that arrive from now on, ms. */
  measuredFromMs = Number.NEGATIVE_INFINITY
  /** Requests that wait in replicas. */
  waiting = 0
  readonly #parts: ServerParts
  readonly #drawMs: Draw
  readonly #slots: number
  readonly #timeoutMs: number
  readonly #mostInBatch: number
  readonly #delayMs: number
  readonly #stretch: Float64Array
  readonly #factor: Float64Array

  constructor(parts: ServerParts) {
    const { service, limits, random } = parts
    this.#parts = parts
    this.#drawMs = drawFrom(service.timeMs, random)
    this.#slots = service.slots
    this.#timeoutMs = limits.timeoutMs
    this.#mostInBatch = service.batching?.most ?? 1
    this.#delayMs = service.batching?.delayMs ?? 0
    this.#stretch = lookUp(service.stretch, service.slots)
    this.#factor = lookUp(service.batching?.factor, this.#mostInBatch)
  }

  hasFreeSlot(replica: number): boolean {
    return (this.#parts.replicas.busySlots[replica] as number) < this.#slots
  }

  /** A request that a replica has let in is served, or waits there; batches start when `fillSlots` is called. */
  accept(request: number, replica: number, nowMs: number): void {
    if (this.#mostInBatch === 1 && this.hasFreeSlot(replica)) {
      this.#serve(request, 1, replica, nowMs)
      return
    }
    this.#parts.requests.append(replica, request)
    this.waiting++
  }

  get servesBatches(): boolean {
    return this.#mostInBatch > 1
  }

  /** Lets what waits in a replica into its free slots. */
  fillSlots(replica: number, nowMs: number): void {
    const { requests } = this.#parts
    while (this.hasFreeSlot(replica) && (requests.length[replica] as number) > 0) {
      const head = requests.first(replica)
      const waitedMs = nowMs - (requests.arrivedMs[head] as number)
      if (waitedMs >= this.#timeoutMs) this.#giveUp(replica, nowMs)
      else if (this.#mostInBatch === 1) {
        this.waiting--
        this.#serve(requests.shift(replica), 1, replica, nowMs)
      } else if (!this.#startBatch(replica, head, nowMs)) return
    }
  }

  /** A waiting batch has waited long enough, if it is still the one that the timer was set for. */
  timer(replica: number, nowMs: number): void {
    if (this.#parts.replicas.timerMs[replica] === nowMs) this.fillSlots(replica, nowMs)
  }

  /** A slot has served its requests. @returns its replica */
  finish(head: number, nowMs: number): number {
    const { requests, replicas, meter } = this.#parts
    const replica = requests.replica[head] as number
    let left = replicas.inFlight[replica] as number
    for (let request = head; request >= 0; left--) {
      const after = requests.next[request] as number
      this.#record(request, nowMs)
      meter.inSystem--
      requests.release(request)
      request = after
    }
    replicas.inFlight[replica] = left
    replicas.busySlots[replica] = (replicas.busySlots[replica] as number) - 1
    meter.busySlots--
    // Batches first see what comes in from the front.
    if (requests.length[replica] !== 0 && this.#mostInBatch === 1) this.fillSlots(replica, nowMs)
    return replica
  }

  /** Starts service of a chain of requests. */
  #serve(head: number, count: number, replica: number, nowMs: number): void {
    const { requests, replicas, meter, heap } = this.#parts
    const busy = (replicas.busySlots[replica] as number) + 1
    replicas.busySlots[replica] = busy
    meter.busySlots++
    const disturbed = (this.#stretch[busy - 1] as number) * (this.#factor[count - 1] as number)
    const serviceMs = this.#drawMs() * disturbed
    for (let request = head; request >= 0; request = requests.next[request] as number) {
      requests.serviceMs[request] = serviceMs
      requests.replica[request] = replica
    }
    heap.push(nowMs + serviceMs, head)
  }

  /** @returns whether a batch was full, or its first request had waited long enough */
  #startBatch(replica: number, head: number, nowMs: number): boolean {
    const { requests, replicas, heap } = this.#parts
    const dueMs = (requests.arrivedMs[head] as number) + this.#delayMs
    const count = Math.min(this.#mostInBatch, requests.length[replica] as number)
    if (count < this.#mostInBatch && nowMs < dueMs) {
      if (replicas.timerMs[replica] !== dueMs) heap.push(dueMs, timerCode(replica))
      replicas.timerMs[replica] = dueMs
      return false
    }
    const first = requests.shift(replica)
    let last = first
    for (let i = 1; i < count; i++) {
      const request = requests.shift(replica)
      requests.next[last] = request
      last = request
    }
    this.waiting -= count
    this.#serve(first, count, replica, nowMs)
    return true
  }

  /** Who has given up by the time of the reply gets none; the work was done all the same. */
  #record(request: number, nowMs: number): void {
    const { requests, meter } = this.#parts
    const arrivedMs = requests.arrivedMs[request] as number
    const serviceMs = requests.serviceMs[request] as number
    const responseMs = nowMs - arrivedMs
    meter.execute(serviceMs)
    if (responseMs > this.#timeoutMs) {
      meter.timedOut++
      return
    }
    meter.serve(Math.max(0, responseMs - serviceMs))
    if (arrivedMs >= this.measuredFromMs) this.responses.record(responseMs)
  }

  /** The first in a replica's queue has timed out before its turn. */
  #giveUp(replica: number, nowMs: number): void {
    const { requests, replicas, meter } = this.#parts
    const request = requests.shift(replica)
    meter.leftEarlier(nowMs, (requests.arrivedMs[request] as number) + this.#timeoutMs)
    meter.timedOut++
    meter.inSystem--
    this.waiting--
    replicas.inFlight[replica] = (replicas.inFlight[replica] as number) - 1
    requests.release(request)
  }
}

/** A curve by its index; its last entry goes on to `length`. Without one, all 1. */
function lookUp(curve: readonly number[] | undefined, length: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => curve?.[Math.min(index, curve.length - 1)] ?? 1)
}
