import { boundsOf, type Controller, startsOnDemand } from '../../core/controller.ts'
import { seededRandom } from '../../core/random.ts'
import { controlLoop, shapeOf } from '../controllers/control-loop.ts'
import { momentsOf } from './distribution.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { FluidFlow } from './fluid-flow.ts'
import { type RateProfile, RateReader } from './rate-profile.ts'
import { warmUpS } from './simulate-span.ts'

/** A moment of the month, one a minute: the fleet and its traffic then. */
export interface Moment {
  readonly atS: number
  readonly rps: number
  readonly serving: number
  readonly alive: number
  readonly backlog: number
}

/** Sums of one hour. Times are in s, summed over replicas or slots. */
export interface FlowHour {
  spanS: number
  arrived: number
  failed: number
  cold: number
  aliveS: number
  /** Of these, not starting. */
  readyS: number
  busySlotS: number
  starts: number
}

export interface FlowMonth {
  readonly hours: readonly FlowHour[]
  readonly moments: readonly Moment[]
  /** Time with so many replicas alive, by their number, s. */
  readonly aliveTimeS: Float64Array
  readonly steps: number
}

/**
 * Usual step, s: Vertex AI's period. A controller that looks more often is let look so often only: it averages over a
 * minute and more, so that in between it sees little that is new.
 */
const USUAL_STEP_S = 15
/** A fixed fleet has nothing to decide. */
const FIXED_STEP_S = 60
/** A change of the rate from step to step by which on-demand platforms are watched more closely. */
const NOTABLE_CHANGE = 0.1
const MOMENTS_EVERY_S = 60

/** The month of a fleet on the flow of its requests. */
export function flowMonth(exact: FleetPlan, traffic: RateProfile, hours: number, seed: number): FlowMonth {
  const plan = { ...exact, controller: coarse(exact.controller) }
  const reader = new RateReader(traffic)
  const random = seededRandom(seed ^ 0x1b873593)
  const startS = -warmUpS(plan)
  const flow = new FluidFlow(plan, reader.at(startS), seed)
  const rows = Array.from({ length: Math.ceil(hours) }, emptyHour)
  const moments: Moment[] = []
  const { longS, shortS } = stepsOf(plan)
  const { max: most } = boundsOf(plan.controller)
  const aliveTimeS = new Float64Array(most + 1)
  let [nowS, steps, before] = [startS, 0, -1]
  let nextMoment = random() * Math.min(MOMENTS_EVERY_S, hours * 3600)
  while (nowS < hours * 3600 - 1e-6) {
    const { step } = flow
    const rate = reader.at(nowS)
    const steady = Math.abs(rate - before) <= NOTABLE_CHANGE * rate
    // A fleet at its most that loses requests has nothing to decide, whatever waits.
    const saturated = step.failed > 0 && step.alive === most && step.starting === 0
    const calm = steady && (step.backlog === 0 || saturated)
    const spanS = Math.min(calm ? longS : shortS, boundary(nowS) - nowS, Math.max(1e-3, hours * 3600 - nowS))
    const rps = reader.between(nowS, nowS + spanS) / spanS
    flow.advance(nowS, spanS, rps)
    steps++
    if (nowS >= -1e-9) {
      addStep(rows[Math.min(rows.length - 1, Math.floor((nowS + 1e-6) / 3600))] as FlowHour, flow, spanS)
      aliveTimeS[step.alive] = (aliveTimeS[step.alive] as number) + spanS
      while (nextMoment < nowS + spanS) {
        const { serving, alive, backlog } = step
        moments.push({ atS: nextMoment, rps, serving, alive, backlog })
        nextMoment = moments.length * MOMENTS_EVERY_S + random() * MOMENTS_EVERY_S
      }
    }
    before = rate
    nowS += spanS
  }
  return { hours: rows, moments, aliveTimeS, steps }
}

/** Steps end with the hours, so that each belongs to one. */
function boundary(nowS: number): number {
  return nowS < 0 ? 0 : (Math.floor((nowS + 1e-6) / 3600) + 1) * 3600
}

function stepsOf(plan: FleetPlan): { longS: number; shortS: number } {
  const { controller } = plan
  const { everyS } = controlLoop(controller, shapeOf(plan))
  if (everyS === Number.POSITIVE_INFINITY) return { longS: FIXED_STEP_S, shortS: FIXED_STEP_S }
  if (!startsOnDemand(controller)) {
    const longS = Math.min(USUAL_STEP_S, everyS)
    return { longS, shortS: longS }
  }
  const startS = momentsOf(plan.startUpMs).mean / 1000
  return { longS: USUAL_STEP_S, shortS: Math.min(USUAL_STEP_S, Math.max(0.25, startS / 4)) }
}

function coarse(controller: Controller): Controller {
  if (!('everyS' in controller)) return controller
  return { ...controller, everyS: Math.max(USUAL_STEP_S, controller.everyS) }
}

function emptyHour(): FlowHour {
  return {
    spanS: 0,
    arrived: 0,
    failed: 0,
    cold: 0,
    aliveS: 0,
    readyS: 0,
    busySlotS: 0,
    starts: 0,
  }
}

function addStep(hour: FlowHour, { step }: FluidFlow, spanS: number): void {
  hour.spanS += spanS
  hour.arrived += step.rps * spanS
  hour.failed += step.failed
  hour.cold += step.cold
  hour.aliveS += step.alive * spanS
  hour.readyS += (step.alive - step.starting) * spanS
  hour.busySlotS += step.busySlots * spanS
  hour.starts += step.starts
}
