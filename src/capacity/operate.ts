import { boundsOf } from '../core/controller.ts'
import type { Replica, Scaling } from '../core/operation.ts'
import type { RateStep } from '../core/scenario.ts'
import type { ServicePoints, ServiceTimes } from './service-times.ts'
import { type FleetPlan, MOST_WAITING } from './simulation/fleet-plan.ts'
import type { MonthSimulation } from './simulation/month-result.ts'
import { type RateProfile, stepProfile } from './simulation/rate-profile.ts'
import { simulateMonth } from './simulation/simulate-month.ts'

/** A month at one estimate of the replicas' speed. */
export interface OperatedMonth extends MonthSimulation {
  /** Busy slots that the highest rate needs over those of the most replicas: from 1 the queue grows while it lasts. */
  readonly peakLoad: number
  /** Time that each response takes outside the fleet, ms. */
  readonly networkMs: number
}

export interface Effort {
  readonly seed: number
  /** Requests to simulate of each month, at about most. */
  readonly requests: number
  /** Clients give up after this, ms. */
  readonly clientTimeoutMs: number
}

/** How a candidate runs under a month of traffic, at each point of its service times. */
export function operate(
  service: ServicePoints,
  replica: Replica,
  scaling: Scaling,
  steps: readonly RateStep[],
  effort: Effort,
): OperatedMonth[] {
  const traffic = profileOfSteps(steps)
  const peakRps = steps.reduce((most, { rps }) => Math.max(most, rps), 0)
  return service.map((times) => operateAt(times, replica, scaling, { traffic, peakRps }, effort))
}

/** The same at one point. */
export function operateAt(
  times: ServiceTimes,
  replica: Replica,
  scaling: Scaling,
  { traffic, peakRps }: { readonly traffic: RateProfile; readonly peakRps: number },
  { seed, requests, clientTimeoutMs }: Effort,
): OperatedMonth {
  const fleet = planFleet(times, replica, scaling, clientTimeoutMs)
  const { max } = boundsOf(scaling.controller)
  const peakLoad = (peakRps * mean(times.occupancyMs)) / 1000 / (max * times.slots)
  return {
    ...simulateMonth({ fleet, traffic, seed, requests }),
    peakLoad,
    networkMs: times.networkMs,
  }
}

export function profileOfSteps(steps: readonly RateStep[]): RateProfile {
  let startS = 0
  return stepProfile(
    steps.map(({ rps, durationS }) => {
      const stretch = { startS, rps }
      startS += durationS
      return stretch
    }),
  )
}

/** Factor and least of the time that Cloud Run lets a request wait for an instance (Cloud Run docs, 2026-10). */
const PENDING = { startUps: 3.5, leastMs: 10_000 }

export function planFleet(
  times: ServiceTimes,
  { concurrency }: Replica,
  { controller, routing, pendingQueue, timeoutS }: Scaling,
  clientTimeoutMs: number,
): FleetPlan {
  return {
    service: { timeMs: { kind: 'empirical', samples: times.occupancyMs }, slots: times.slots },
    concurrency: Math.max(concurrency, times.slots),
    routing,
    controller,
    startUpMs: { kind: 'empirical', samples: times.startUpMs },
    limits: {
      waiting: MOST_WAITING,
      pendingMs: pendingQueue
        ? Math.max(PENDING.leastMs, PENDING.startUps * mean(times.startUpMs))
        : Number.POSITIVE_INFINITY,
      timeoutMs: Math.min(clientTimeoutMs, timeoutS * 1000),
    },
  }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
