import { boundsOf, startsOnDemand } from '../../core/controller.ts'
import { seededRandom } from '../../core/random.ts'
import { type ControlLoop, controlLoop, shapeOf } from '../controllers/control-loop.ts'
import { drawFrom } from './distribution.ts'
import { EventHeap } from './event-heap.ts'
import { FleetMeter, type FleetTotals } from './fleet-meter.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { isTimer, ReplicaPool, replicaOf } from './replica-pool.ts'
import { RequestQueues } from './request-queues.ts'
import type { ResponseHistogram } from './response-histogram.ts'
import { createRouter, type Router } from './router.ts'
import { SlotServer } from './slot-server.ts'

/** The next arrival at each call, ms, never falling; infinite when there are no more. */
export interface ArrivalSource {
  next(): number
}

export interface FleetStart {
  readonly nowMs: number
  /** Replicas that serve from the start. */
  readonly replicas: number
  readonly seed: number
}

/** Start-up times have random numbers of their own: a change to scaling leaves the requests as they were. */
const START_UP_STREAM = 0x5bd1e995

/**
 * Replicas behind one front, event by event: requests arrive, are sent to a replica with room or wait in front, wait
 * in the replica for a slot, are served; replicas start, serve, are kept idle, drain, as the platform's controller has
 * it. The same seed gives the same result. Its loop allocates nothing.
 */
export class Fleet {
  /** Events so far: arrivals, ends of service, starts, looks of the controller. */
  events = 0
  nowMs: number
  readonly #plan: FleetPlan
  readonly #arrivals: ArrivalSource
  readonly #meter: FleetMeter
  readonly #loop: ControlLoop
  readonly #heap = new EventHeap()
  readonly #requests: RequestQueues
  readonly #replicas: ReplicaPool
  readonly #router: Router
  readonly #server: SlotServer
  /** Number of the queue in front of the replicas; those before it are the replicas' own. */
  readonly #front: number
  readonly #onDemand: boolean
  /** How long a request waits in front at most, ms. */
  readonly #patienceMs: number
  #nextArrivalMs: number
  #nextLookMs: number
  /** Slot time and time in the system at the last look, and when that was. */
  readonly #seen = new Float64Array(3)

  constructor(plan: FleetPlan, arrivals: ArrivalSource, start: FleetStart) {
    const random = seededRandom(start.seed)
    const { service, concurrency, controller, limits } = plan
    const { max } = boundsOf(controller)
    // While some drain, as many others may run.
    const capacity = 2 * Math.max(max, start.replicas) + 16
    this.#plan = plan
    this.#arrivals = arrivals
    this.#meter = new FleetMeter(capacity, start.nowMs)
    this.#loop = controlLoop(controller, shapeOf(plan))
    this.#requests = new RequestQueues(capacity + 1)
    this.#router = createRouter(plan.routing, capacity, random)
    const shared = { meter: this.#meter, heap: this.#heap }
    const drawStartMs = drawFrom(plan.startUpMs, seededRandom(start.seed ^ START_UP_STREAM))
    this.#replicas = new ReplicaPool({
      ...shared,
      capacity,
      max,
      concurrency,
      drawStartMs,
      router: this.#router,
    })
    this.#server = new SlotServer({
      ...shared,
      service,
      limits,
      random,
      requests: this.#requests,
      replicas: this.#replicas,
    })
    this.#front = capacity
    this.#onDemand = startsOnDemand(controller)
    this.#patienceMs = Math.min(limits.pendingMs, limits.timeoutMs)
    this.nowMs = start.nowMs
    this.#seen[2] = start.nowMs
    for (let i = 0; i < start.replicas; i++) this.#replicas.addServing(start.nowMs)
    this.#nextArrivalMs = arrivals.next()
    this.#nextLookMs = start.nowMs + this.#loop.everyS * 1000
  }

  /**
   * Runs to a time, or until so many requests have arrived or so many events have passed.
   * @returns whether it got there; not when events ran out
   */
  run(
    untilMs: number,
    { arrivals = Number.POSITIVE_INFINITY, events = Number.POSITIVE_INFINITY } = {},
  ): boolean {
    const [lastArrival, lastEvent] = [this.#meter.arrived + arrivals, this.events + events]
    while (this.#meter.arrived < lastArrival) {
      const arrivalMs = this.#nextArrivalMs
      const heapMs = this.#heap.nextAt
      const isArrival = arrivalMs < heapMs && arrivalMs < this.#nextLookMs
      const nextMs = isArrival ? arrivalMs : Math.min(heapMs, this.#nextLookMs)
      if (nextMs >= untilMs || nextMs === Number.POSITIVE_INFINITY) break
      if (this.events >= lastEvent) return false
      this.events++
      this.nowMs = nextMs
      this.#meter.advance(nextMs)
      if (isArrival) this.#arrive(nextMs)
      else if (heapMs <= this.#nextLookMs) this.#happen(this.#heap.pop(), nextMs)
      else this.#look(nextMs)
    }
    if (this.#meter.arrived < lastArrival && untilMs < Number.POSITIVE_INFINITY) this.nowMs = untilMs
    return true
  }

  /** Lets what is in the system finish while nothing more arrives; the autoscaler rests. */
  drain(events = Number.POSITIVE_INFINITY): boolean {
    this.#nextArrivalMs = Number.POSITIVE_INFINITY
    this.#nextLookMs = Number.POSITIVE_INFINITY
    return this.run(Number.POSITIVE_INFINITY, { events })
  }

  /** Where response times go; may be exchanged between two runs. */
  set responses(histogram: ResponseHistogram) {
    this.#server.responses = histogram
  }

  /** From now on response times count, of requests that arrive from now on. */
  startMeasuring(): void {
    this.#server.measuredFromMs = this.nowMs
  }

  /** Forgets what was counted, response times apart. */
  restartMeter(): void {
    this.#meter.advance(this.nowMs)
    this.#seen[0] = (this.#seen[0] as number) - this.#meter.busySlotMs
    this.#seen[1] = (this.#seen[1] as number) - this.#meter.inSystemMs
    this.#meter.restart(this.nowMs, this.#replicas.working())
  }

  totals(): FleetTotals {
    return this.#meter.totals(this.nowMs, this.#replicas.working())
  }

  get arrived(): number {
    return this.#meter.arrived
  }

  /** Requests in the system, waiting or served. */
  get inSystem(): number {
    return this.#meter.inSystem
  }

  /** Replicas now: alive are all that exist, serving those that get requests. */
  get replicas(): { alive: number; serving: number; starting: number } {
    const { alive, serving, starting } = this.#meter
    return { alive, serving, starting }
  }

  /** Puts a request into the system that arrived earlier, such as a backlog that is known of. */
  addBacklog(arrivedMs: number): void {
    this.#meter.advance(this.nowMs)
    this.#meter.inSystem++
    this.#place(this.#requests.take(arrivedMs), this.nowMs)
  }

  #arrive(nowMs: number): void {
    this.#nextArrivalMs = this.#arrivals.next()
    this.#meter.arrived++
    this.#meter.inSystem++
    this.#place(this.#requests.take(nowMs), nowMs)
  }

  /** A request goes to a replica with room, waits in front, or is rejected. */
  #place(request: number, nowMs: number): void {
    const queues = this.#requests
    if (queues.length[this.#front] !== 0) this.#rejectOverdue(nowMs)
    const replica = this.#router.choose()
    const waits = replica < 0 || !this.#server.hasFreeSlot(replica)
    if (waits && this.#waiting >= this.#plan.limits.waiting) {
      this.#meter.rejected++
      this.#meter.inSystem--
      queues.release(request)
    } else if (replica >= 0) {
      this.#admit(request, replica, nowMs)
      if (this.#server.servesBatches) this.#server.fillSlots(replica, nowMs)
    } else {
      queues.append(this.#front, request)
      if (this.#onDemand) this.#startForWaiting(nowMs)
    }
  }

  get #waiting(): number {
    return this.#server.waiting + (this.#requests.length[this.#front] as number)
  }

  /** A request enters a replica that has room. */
  #admit(request: number, replica: number, nowMs: number): void {
    const inFlight = (this.#replicas.inFlight[replica] as number) + 1
    this.#replicas.inFlight[replica] = inFlight
    this.#meter.beginWork(replica, nowMs)
    if (inFlight < this.#plan.concurrency) this.#router.put(replica, inFlight)
    else this.#router.remove(replica)
    this.#server.accept(request, replica, nowMs)
  }

  #happen(code: number, nowMs: number): void {
    if (code >= 0) {
      const replica = this.#server.finish(code, nowMs)
      if (this.#requests.length[this.#front] !== 0)
        this.#takeFromFront(this.#active(replica, nowMs), nowMs, false)
      else if (this.#server.servesBatches) this.#server.fillSlots(replica, nowMs)
      this.#replicas.settle(replica, nowMs)
    } else if (isTimer(code)) {
      this.#server.timer(replicaOf(code), nowMs)
    } else if (this.#replicas.becomeReady(replicaOf(code), nowMs)) {
      this.#takeFromFront(replicaOf(code), nowMs, true)
    }
  }

  /** A replica that has become free, brought back where it was kept; -1 where neither it nor another can be. */
  #active(replica: number, nowMs: number): number {
    return this.#replicas.takesRequests(replica) ? replica : this.#replicas.reactivate(nowMs)
  }

  /** A replica with room takes what waits in front. */
  #takeFromFront(replica: number, nowMs: number, cold: boolean): void {
    const queues = this.#requests
    this.#rejectOverdue(nowMs)
    if (replica < 0) return
    while (
      (queues.length[this.#front] as number) > 0 &&
      (this.#replicas.inFlight[replica] as number) < this.#plan.concurrency &&
      this.#replicas.takesRequests(replica)
    ) {
      if (cold) this.#meter.coldStarted++
      this.#admit(queues.shift(this.#front), replica, nowMs)
    }
    // All that there is room for, so that a batch takes what it can.
    if (this.#server.servesBatches) this.#server.fillSlots(replica, nowMs)
  }

  /** Requests that waited in front for too long were turned away, or gave up, when their time was up. */
  #rejectOverdue(nowMs: number): void {
    const queues = this.#requests
    for (let head = queues.first(this.#front); head >= 0; head = queues.first(this.#front)) {
      const leftMs = (queues.arrivedMs[head] as number) + this.#patienceMs
      if (leftMs > nowMs) return
      this.#meter.leftEarlier(nowMs, leftMs)
      if (this.#plan.limits.pendingMs <= this.#plan.limits.timeoutMs) this.#meter.rejected++
      else this.#meter.timedOut++
      this.#meter.inSystem--
      queues.release(queues.shift(this.#front))
    }
  }

  /** A warm replica comes back, else one more starts, unless those that start will do for what waits. */
  #startForWaiting(nowMs: number): void {
    const kept = this.#replicas.reactivate(nowMs)
    if (kept >= 0) {
      this.#takeFromFront(kept, nowMs, false)
      return
    }
    const waiting = this.#requests.length[this.#front] as number
    if (waiting > this.#meter.starting * this.#plan.concurrency) this.#replicas.start(nowMs)
  }

  /** The platform's controller looks at the fleet, and acts. */
  #look(nowMs: number): void {
    const [slotMs = 0, systemMs = 0, atMs = 0] = this.#seen
    const passedMs = nowMs - atMs
    const wanted = this.#loop.decide({
      nowS: nowMs / 1000,
      serving: this.#meter.serving,
      maturedShare: this.#replicas.maturedShare(nowMs, this.#loop.initializationS * 1000),
      busySlots: (this.#meter.busySlotMs - slotMs) / passedMs,
      inFlight: (this.#meter.inSystemMs - systemMs) / passedMs,
    })
    this.#seen[0] = this.#meter.busySlotMs
    this.#seen[1] = this.#meter.inSystemMs
    this.#seen[2] = nowMs
    this.#nextLookMs = nowMs + this.#loop.everyS * 1000
    const { controller } = this.#plan
    if (controller.kind !== 'cloud-run' && controller.kind !== 'per-request') {
      this.#replicas.resize(wanted, nowMs)
      return
    }
    this.#replicas.follow(wanted, nowMs, (replica) => this.#takeFromFront(replica, nowMs, false))
    this.#replicas.reap(nowMs, controller.retentionS * 1000, controller.min)
  }
}
