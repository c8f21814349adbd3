import { startsOnDemand } from '../../core/controller.ts'
import { seededRandom } from '../../core/random.ts'
import { drawFrom, momentsOf } from './distribution.ts'
import { Fleet } from './fleet.ts'
import type { FleetPlan } from './fleet-plan.ts'
import type { Moment } from './flow-month.ts'
import { flatProfile } from './rate-profile.ts'
import { ResponseHistogram } from './response-histogram.ts'
import { serviceAt, serviceMoments } from './service-moments.ts'
import { ThinnedArrivals } from './thinned-arrivals.ts'

/** What the requests of one moment show. */
export interface SampledMoment {
  readonly responses: ResponseHistogram
  readonly arrived: number
  readonly failed: number
  readonly billedBusyMs: number
  readonly billedExecutionMs: number
  readonly events: number
}

/** A queue that holds so many times the requests to simulate is passed over: its wait is its length over its speed. */
const LONG_QUEUE = 10
/** Requests to simulate, per request in flight, at least: fewer would not see the fleet at work. */
const TURNS = 10
/** Load from which a queue has no steady length, and how long a look at it lasts then, s. */
const OVERLOAD = 0.99
const OVERLOADED_S = 5
const ARRIVALS_STREAM = 0x2545f491

/**
 * Requests at one moment of the month, with the fleet as it is then: no autoscaler acts, since the moment is short.
 * Fleets with more at work than the requests asked for can show are made smaller with their traffic; a smaller fleet
 * waits longer at the same utilisation, so that errs to the slow side.
 */
export function sampleMoment(plan: FleetPlan, moment: Moment, requests: number, seed: number): SampledMoment {
  const serving = Math.max(1, moment.serving)
  // On-demand platforms bring back what they keep at once.
  const able = startsOnDemand(plan.controller) ? Math.max(serving, moment.alive) : serving
  const service = serviceAt(serviceMoments(plan.service), moment.rps, able)
  const served = Math.min(moment.rps, (able * plan.service.slots) / service.meanS)
  const inFlight = served * service.meanS
  const scale = Math.max(1, (TURNS * inFlight) / requests)
  const share = Math.max(1, Math.round(able / scale)) / able
  const replicas = Math.max(1, Math.round(serving * share))
  const backlog = moment.backlog * share
  if (backlog > LONG_QUEUE * requests)
    return inLongQueue(
      plan,
      { waitS: moment.backlog / served, arrivedRatio: Math.max(1, moment.rps / served || 1) },
      requests,
      seed,
    )
  const spares = Math.max(0, Math.round(moment.alive * share) - replicas)
  const rps = moment.rps * share
  const random = seededRandom(seed ^ ARRIVALS_STREAM)
  const fleet = new Fleet(frozen(plan, replicas, spares), new ThinnedArrivals(flatProfile(rps), 0, random), {
    nowMs: 0,
    replicas,
    seed,
  })
  const waitMs = (moment.backlog / served) * 1000
  for (let left = Math.round(inFlight * share); left > 0; left--) fleet.addBacklog(-waitMs)
  for (let left = backlog; left >= 1; left--) fleet.addBacklog((-waitMs * left) / backlog)
  // Where more comes than can be served, the queue is that of this moment only for a while.
  const isOver = moment.rps * service.meanS > OVERLOAD * able * plan.service.slots
  const measured = isOver ? Math.min(requests, Math.max(50, rps * OVERLOADED_S)) : requests
  const warmUp = isOver ? 0 : Math.min(requests / 2, Math.max(requests / 5, 2 * inFlight * share))
  const events = 20 * requests + 4 * backlog
  fleet.run(Number.POSITIVE_INFINITY, { arrivals: Math.round(warmUp), events })
  fleet.startMeasuring()
  fleet.restartMeter()
  const responses = new ResponseHistogram()
  fleet.responses = responses
  fleet.run(Number.POSITIVE_INFINITY, { arrivals: Math.ceil(measured - warmUp), events })
  const { arrived, billedBusyMs, billedExecutionMs, rejected, timedOut, served: done } = fleet.totals()
  fleet.drain(events)
  const ended = rejected + timedOut + done
  return {
    responses,
    arrived,
    // Where requests wait, the flow of requests knows how many fail.
    failed: isOver || moment.backlog > 0 || ended === 0 ? 0 : ((rejected + timedOut) / ended) * arrived,
    billedBusyMs,
    billedExecutionMs,
    events: fleet.events,
  }
}

/** The fleet of a moment: so many replicas, and on-demand platforms' warm ones beside them, which come at once. */
function frozen(plan: FleetPlan, replicas: number, spares: number): FleetPlan {
  if (!startsOnDemand(plan.controller)) return { ...plan, controller: { kind: 'fixed', replicas } }
  return {
    ...plan,
    startUpMs: { kind: 'deterministic', mean: 0 },
    controller: {
      kind: 'per-request',
      min: replicas,
      max: replicas + spares,
      retentionS: Number.POSITIVE_INFINITY,
    },
  }
}

/**
 * All slots are busy, and every request waits as long as the queue takes to be served.
 * @param requests that are served
 */
function inLongQueue(
  plan: FleetPlan,
  { waitS, arrivedRatio }: { readonly waitS: number; readonly arrivedRatio: number },
  requests: number,
  seed: number,
): SampledMoment {
  const { limits } = plan
  const patienceMs = Math.min(limits.pendingMs, limits.timeoutMs)
  const responses = new ResponseHistogram()
  const draw = drawFrom(plan.service.timeMs, seededRandom(seed))
  let executionMs = 0
  for (let request = 0; request < requests; request++) {
    const serviceMs = draw()
    executionMs += Math.ceil(serviceMs / 100) * 100
    responses.record(Math.min(waitS * 1000, patienceMs) + serviceMs)
  }
  const busyMs = (requests * momentsOf(plan.service.timeMs).mean) / plan.service.slots
  return {
    responses,
    arrived: requests * arrivedRatio,
    failed: 0,
    billedBusyMs: busyMs,
    billedExecutionMs: executionMs,
    events: requests,
  }
}
