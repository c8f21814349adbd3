import { boundsOf } from '../../core/controller.ts'
import { seededRandom } from '../../core/random.ts'
import { controlLoop, shapeOf } from '../controllers/control-loop.ts'
import { momentsOf } from './distribution.ts'
import { Fleet } from './fleet.ts'
import type { FleetTotals } from './fleet-meter.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { type RateProfile, RateReader } from './rate-profile.ts'
import type { ResponseHistogram } from './response-histogram.ts'
import { ThinnedArrivals } from './thinned-arrivals.ts'

export interface Span {
  readonly fromS: number
  readonly toS: number
  /** Pieces that the totals are given for, s; the last may be shorter. */
  readonly pieceS: number
  readonly seed: number
  /** Where the response times of a piece go. */
  readonly responsesOf: (pieceStartS: number) => ResponseHistogram
  /** Events at most, so that no plan runs for ever. */
  readonly events: number
}

export interface Piece {
  readonly fromS: number
  readonly totals: FleetTotals
}

export interface SimulatedSpan {
  readonly pieces: readonly Piece[]
  readonly events: number
  /** Requests that arrived, those of the warm-up included. */
  readonly simulated: number
  /** False when the events ran out before its end. */
  readonly complete: boolean
}

/**
 * A stretch of time with every request in it. Before it, as much time passes unseen as the autoscaler remembers and
 * a replica takes to start, from the fleet that the rate would have for good.
 */
export function simulateSpan(plan: FleetPlan, traffic: RateProfile, span: Span): SimulatedSpan {
  const startS = span.fromS - warmUpS(plan)
  const arrivals = new ThinnedArrivals(traffic, startS * 1000, seededRandom(span.seed ^ ARRIVALS_STREAM))
  const replicas = steadyReplicas(plan, new RateReader(traffic).at(startS))
  const fleet = new Fleet(plan, arrivals, { nowMs: startS * 1000, replicas, seed: span.seed })
  let complete = fleet.run(span.fromS * 1000, { events: span.events })
  let simulated = fleet.arrived
  const pieces: Piece[] = []
  fleet.startMeasuring()
  fleet.restartMeter()
  for (let fromS = span.fromS; complete && fromS < span.toS - 1e-9; fromS += span.pieceS) {
    fleet.responses = span.responsesOf(fromS)
    const untilS = Math.min(span.toS, fromS + span.pieceS)
    complete = fleet.run(untilS * 1000, { events: span.events - fleet.events })
    simulated += fleet.arrived
    pieces.push({ fromS, totals: fleet.totals() })
    fleet.restartMeter()
  }
  if (complete) complete = fleet.drain(span.events - fleet.events)
  return { pieces, events: fleet.events, simulated, complete }
}

/** Arrivals have random numbers of their own: the same come whatever serves them. */
const ARRIVALS_STREAM = 0x2545f491

export function warmUpS(plan: FleetPlan): number {
  const { controller, startUpMs, service } = plan
  const { memoryS } = controlLoop(controller, shapeOf(plan))
  const startS = momentsOf(startUpMs).mean / 1000
  const serviceS = momentsOf(service.timeMs).mean / 1000
  return memoryS + 2 * startS + Math.max(60, 20 * serviceS)
}

/** Replicas that the controller would want for good at a flat rate, were the rate even. */
export function steadyReplicas(plan: FleetPlan, rps: number): number {
  const { controller, service } = plan
  const { slots, cpuShare } = shapeOf(plan)
  const { min, max } = boundsOf(controller)
  const target = 'target' in controller ? controller.target : 1
  const busySlots = (rps * momentsOf(service.timeMs).mean) / 1000
  return Math.min(max, Math.max(min, Math.ceil(((busySlots / slots) * cpuShare) / target)))
}
