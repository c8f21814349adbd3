import { boundsOf, startsOnDemand } from '../../core/controller.ts'
import { seededRandom } from '../../core/random.ts'
import { type ControlLoop, controlLoop, shapeOf } from '../controllers/control-loop.ts'
import { TrailingMax } from '../controllers/trailing-max.ts'
import { type Draw, drawFrom, drawNormal, momentsOf } from './distribution.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { PeakInFlight } from './peak-in-flight.ts'
import { ReplicaQueues } from './replica-queues.ts'
import { type ServiceMoments, serviceAt, serviceMoments } from './service-moments.ts'
import { steadyReplicas } from './simulate-span.ts'
import { StartingReplicas } from './starting-replicas.ts'

/** What a fleet did in one step. */
export interface FlowStep {
  rps: number
  /** Replicas that get requests, and all that exist, at the start of the step. */
  serving: number
  alive: number
  starting: number
  /** Started in the step. */
  starts: number
  /** Slots at work, on average. */
  busySlots: number
  /** Requests that wait for longer than chance makes them: the fleet is too small. At the start of the step. */
  backlog: number
  /** Requests that fail in the step, because the wait is too long or the queue too full. */
  failed: number
  /** Requests of the step that no replica was there for, so that they wait for one to start. */
  cold: number
}

/**
 * A fleet on the flow of its requests instead of each of them: work comes in at its mean and with the noise that
 * Poisson arrivals give it over a step, the platform's own controller looks at what is busy, replicas start and go.
 * What is left out is smaller the more requests a step has: chance shorter than a step, apart from the peaks in which
 * on-demand platforms start replicas.
 */
export class FluidFlow {
  readonly step: FlowStep = {
    rps: 0,
    serving: 0,
    alive: 0,
    starting: 0,
    starts: 0,
    busySlots: 0,
    backlog: 0,
    failed: 0,
    cold: 0,
  }
  readonly #plan: FleetPlan
  readonly #loop: ControlLoop
  readonly #service: ServiceMoments
  readonly #bounds: { min: number; max: number }
  readonly #onDemand: boolean
  readonly #starting: StartingReplicas
  readonly #drawStartMs: Draw
  readonly #normal: Draw
  readonly #random: () => number
  /** Replicas that an on-demand platform keeps are the most that it used in the time of retention. */
  readonly #used: TrailingMax
  readonly #peaks = new PeakInFlight()
  /** Whether replicas have queues of their own, since they take any number of requests. */
  readonly #ownQueues: boolean
  readonly #queues: ReplicaQueues
  /** Whether the longest wait ends in a time-out, not in being turned away. */
  readonly #failsLate: boolean
  readonly #patienceS: number
  readonly #startMeanS: number
  #backlog = 0
  #alive: number
  #wanted: number
  #noise = 0
  /** Since the controller looked last: time, and busy slots and requests in flight times time. */
  #seenS = 0
  #seenBusyS = 0
  #seenInFlightS = 0

  constructor(plan: FleetPlan, rps: number, seed: number) {
    const { controller, service, concurrency, limits } = plan
    this.#plan = plan
    this.#loop = controlLoop(controller, shapeOf(plan))
    this.#service = serviceMoments(service)
    this.#bounds = boundsOf(controller)
    this.#onDemand = startsOnDemand(controller)
    this.#random = seededRandom(seed)
    this.#normal = drawNormal(this.#random)
    this.#drawStartMs = drawFrom(plan.startUpMs, this.#random)
    this.#used = new TrailingMax('retentionS' in controller ? controller.retentionS : 0)
    this.#patienceS = Math.min(limits.pendingMs, limits.timeoutMs) / 1000
    this.#ownQueues = concurrency === Number.POSITIVE_INFINITY
    this.#queues = new ReplicaQueues(plan.routing === 'least-outstanding' || plan.routing === 'packed')
    this.#failsLate = limits.timeoutMs <= limits.pendingMs
    this.#startMeanS = momentsOf(plan.startUpMs).mean / 1000
    this.#alive = steadyReplicas(plan, rps)
    this.#wanted = this.#alive
    this.#starting = new StartingReplicas(this.#alive, this.#loop.initializationS)
  }

  /** One step on; times must follow each other. */
  advance(nowS: number, spanS: number, rps: number): void {
    const { step } = this
    this.#starting.settle(nowS)
    const ready = Math.min(this.#starting.serving, this.#alive)
    step.rps = rps
    step.starts = 0
    step.alive = this.#alive
    step.starting = this.#alive - ready
    step.serving = this.#onDemand ? Math.min(ready, Math.max(this.#wanted, 1)) : ready
    step.backlog = this.#backlog
    if (this.#ownQueues) {
      this.#queues.resize(ready)
      const { replicas, backlog } = this.#queues.seen
      step.serving = replicas
      step.backlog = backlog
    }
    step.failed = 0
    step.cold = 0
    this.#flow(ready, spanS, rps)
    if (this.#onDemand) this.#startOnDemand(nowS, spanS, rps)
    this.#look(nowS + spanS, spanS)
  }

  /** Serves what it can of what waits and what comes; too long a queue loses its rest. */
  #flow(ready: number, spanS: number, rps: number): void {
    const { step } = this
    const { meanS } = serviceAt(this.#service, rps, ready)
    const came = this.#workOf(rps, spanS, meanS) / meanS
    const each = (this.#service.slots * spanS) / meanS
    const most = this.#plan.limits.waiting
    if (ready === 0) {
      // All wait in front for the first replica.
      this.#backlog = Math.min(this.#backlog + came, most, Math.max(1, rps * this.#patienceS))
      step.busySlots = 0
      return
    }
    const longest = Math.min(most / ready, (this.#service.slots / meanS) * this.#patienceS)
    if (this.#ownQueues) {
      const { served, lost, full } = this.#queues.pass(came, each, longest)
      step.busySlots = (served * meanS) / spanS
      // Who waits for as long as the time-out is served too late.
      step.failed = lost + (this.#failsLate ? full : 0)
      this.#backlog = this.#queues.total
      return
    }
    const due = this.#backlog + came
    const served = Math.min(due, each * ready)
    step.busySlots = (served * meanS) / spanS
    const left = due - served < 1e-9 ? 0 : due - served
    this.#backlog = Math.min(left, longest * ready)
    step.failed = left - this.#backlog
    if (step.failed > 0 && this.#failsLate) step.failed += served
  }

  /**
   * Work that arrives in a step, slot seconds: of mean rps · S · span. Its spread over the mean is that of the busy
   * slots of a fleet with room, averaged over the step, and its shape a gamma's (Wilson and Hilferty).
   */
  #workOf(rps: number, spanS: number, meanS: number): number {
    const mean = rps * meanS * spanS
    if (mean === 0) return 0
    const { spread, correlation } = this.#service.noise(spanS)
    this.#noise = correlation * this.#noise + Math.sqrt(1 - correlation ** 2) * this.#normal()
    // Variance over mean², with `spread` the variance of one request's work by its mean square.
    const squared = (spread * this.#service.squareOverMean) / (rps * spanS)
    const ninth = squared / 9
    return mean * Math.max(0, 1 - ninth + this.#noise * Math.sqrt(ninth)) ** 3
  }

  /** Starts what the highest number of requests in the step needs, and lets go what none has needed for long. */
  #startOnDemand(nowS: number, spanS: number, rps: number): void {
    const { concurrency } = this.#plan
    const { slots, squareOverMean } = this.#service
    const active = Math.max(1, this.#wanted)
    const busySlots = rps * serviceAt(this.#service, rps, active).meanS
    const shape = { busySlots, active, slots, concurrency, squareOverMean }
    const peak = this.#peaks.draw(shape, rps * spanS, this.#random()) + this.#backlog
    const needed = Math.ceil(peak / concurrency - 1e-9)
    const { min, max } = this.#bounds
    const used = this.#used.push(nowS, Math.max(this.#wanted, needed))
    const before = this.#alive
    this.#setAlive(Math.min(max, Math.max(min, used)), nowS)
    if (before === 0 && this.#alive > 0) this.step.cold = 1 + rps * this.#startMeanS
  }

  #look(nowS: number, spanS: number): void {
    this.#seenS += spanS
    this.#seenBusyS += this.step.busySlots * spanS
    this.#seenInFlightS += (this.step.busySlots + this.#backlog) * spanS
    if (this.#seenS < this.#loop.everyS - 1e-6) return
    this.#wanted = this.#loop.decide({
      nowS,
      serving: this.step.serving,
      maturedShare: this.#starting.maturedShare(nowS),
      busySlots: this.#seenBusyS / this.#seenS,
      inFlight: this.#seenInFlightS / this.#seenS,
    })
    this.#seenS = this.#seenBusyS = this.#seenInFlightS = 0
    if (!this.#onDemand) this.#setAlive(this.#wanted, nowS)
    else if (this.#wanted > this.#alive) this.#setAlive(this.#wanted, nowS)
  }

  #setAlive(alive: number, nowS: number): void {
    for (let more = this.#alive; more < alive; more++) this.#starting.start(nowS + this.#drawStartMs() / 1000)
    if (alive > this.#alive) this.step.starts += alive - this.#alive
    if (alive < this.#alive) this.#starting.stop(this.#alive - alive)
    this.#alive = alive
  }
}
