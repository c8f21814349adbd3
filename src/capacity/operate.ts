import { boundsOf } from '../core/controller.ts'
import { HOURS_PER_MONTH, type Replica, type Scaling } from '../core/operation.ts'
import type { RateStep } from '../core/scenario.ts'
import { centralPoint, type ServicePoints, type ServiceTimes } from './service-times.ts'
import { fullSlots } from './sharing.ts'
import { type FleetPlan, MOST_WAITING } from './simulation/fleet-plan.ts'
import type { MonthSimulation } from './simulation/month-result.ts'
import type { NoisyFigure } from './simulation/noise-interval.ts'
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
  /** Requests to simulate at the central point, at about most; a quarter of them at every other one. */
  readonly requests: number
  /** Least hours of the autoscaler to simulate at the central point, where the traffic repeats. */
  readonly leastHours: number
  /** Clients give up after this, ms. */
  readonly clientTimeoutMs: number
  /** Whether months hold their response times, to be merged with others'. */
  readonly keepsResponses?: boolean
}

/** A month of traffic to be put on fleets. */
export interface TrafficPlan {
  readonly steps: readonly RateStep[]
  /** Hours after which the rates repeat; null where they never do. */
  readonly periodHours: number | null
}

/** At points other than the central one, a day of the autoscaler is enough: where it lies, the central one says. */
const LEAST_HOURS_ELSEWHERE = 24

/** How a candidate runs under a month of traffic, at each point of its service times. */
export function operate(
  service: ServicePoints,
  replica: Replica,
  scaling: Scaling,
  { steps, periodHours }: TrafficPlan,
  effort: Effort,
): OperatedMonth[] {
  const traffic = profileOfSteps(steps)
  const peakRps = steps.reduce((most, { rps }) => Math.max(most, rps), 0)
  const meanRps =
    steps.reduce((sum, { rps, durationS }) => sum + rps * durationS, 0) / (HOURS_PER_MONTH * 3600)
  const central = centralPoint(service)
  // A point that stands twice in a range is simulated once.
  const done = new Map<ServiceTimes, OperatedMonth>()
  return service.map((times) => {
    const known = done.get(times)
    if (known) return known
    const requests = effort.requests * (times === central ? 1 : 0.25)
    const least = times === central ? effort.leastHours : LEAST_HOURS_ELSEWHERE
    const hours = spanHours(periodHours, least, requests / (meanRps * 3600))
    const month = operateAt(
      times,
      replica,
      scaling,
      { traffic, peakRps, hours },
      {
        ...effort,
        requests,
      },
    )
    done.set(times, month)
    return month
  })
}

/**
 * Whole periods, if they are less than the month: of at least so many hours, and at little traffic as many as hold the
 * requests to simulate and no more, so that every one of them is simulated.
 */
function spanHours(periodHours: number | null, leastHours: number, enoughHours: number): number {
  if (periodHours === null) return HOURS_PER_MONTH
  const least = Math.max(1, Math.ceil(leastHours / periodHours - 1e-9))
  const enough = Math.floor(enoughHours / periodHours + 1e-9)
  return Math.min(HOURS_PER_MONTH, Math.max(least, enough) * periodHours)
}

function operateAt(
  times: ServiceTimes,
  replica: Replica,
  scaling: Scaling,
  { traffic, peakRps, hours }: { traffic: RateProfile; peakRps: number; hours: number },
  { seed, requests, clientTimeoutMs, keepsResponses = false }: Effort,
): OperatedMonth {
  const fleet = planFleet(times, replica, scaling, clientTimeoutMs)
  const { max } = boundsOf(scaling.controller)
  const peakLoad = (peakRps * mean(times.occupancyMs)) / 1000 / (max * fullSlots(times.slots, times.sharing))
  const span = simulateMonth({ fleet, traffic, seed, requests, hours, keepsResponses })
  const month = repeat(span, HOURS_PER_MONTH / hours)
  const usage = hours < DAYS_FOR_NOISE * 24 ? withoutNoise(month.usage) : month.usage
  return { ...month, usage, peakLoad, networkMs: times.networkMs }
}

/** Fewer days do not tell how much days differ. */
const DAYS_FOR_NOISE = 5

function withoutNoise(usage: MonthSimulation['usage']): MonthSimulation['usage'] {
  const exactly = ({ value }: NoisyFigure) => ({ value, low: value, high: value })
  return {
    ...usage,
    replicaHours: exactly(usage.replicaHours),
    busyReplicaS: exactly(usage.busyReplicaS),
    executionS: exactly(usage.executionS),
  }
}

/** A span of the month as many times over as makes a month. */
function repeat(span: MonthSimulation, times: number): MonthSimulation {
  const { usage, requests } = span
  const scaled = ({ value, low, high }: NoisyFigure) => ({
    value: value * times,
    low: low * times,
    high: high * times,
  })
  return {
    ...span,
    requests: {
      arrived: requests.arrived * times,
      served: requests.served * times,
      rejected: requests.rejected * times,
      timedOut: requests.timedOut * times,
      coldStarted: requests.coldStarted * times,
    },
    usage: {
      replicaHours: scaled(usage.replicaHours),
      startingReplicaHours: usage.startingReplicaHours * times,
      busyReplicaS: scaled(usage.busyReplicaS),
      executionS: scaled(usage.executionS),
      starts: usage.starts * times,
      replicasByHours: usage.replicasByHours.map(
        ([each, replicas]) => [Math.min(HOURS_PER_MONTH, each * times), replicas] as const,
      ),
    },
  }
}

function profileOfSteps(steps: readonly RateStep[]): RateProfile {
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

function planFleet(
  times: ServiceTimes,
  { concurrency }: Replica,
  { controller, routing, pendingQueue, timeoutS }: Scaling,
  clientTimeoutMs: number,
): FleetPlan {
  return {
    service: {
      timeMs: { kind: 'empirical', samples: times.occupancyMs },
      slots: times.slots,
      ...times.sharing,
    },
    concurrency: Math.max(concurrency, times.slots),
    cpuShare: times.cpuShare,
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
