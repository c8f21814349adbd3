import type { LevelOperation, Replica, Scaling, TrafficLevel } from '../core/operation.ts'
import type { Traffic } from '../core/scenario.ts'
import { monthProfile } from '../traffic/month-profile.ts'
import type { ServicePoints, ServiceTimes } from './service-times.ts'
import { simulateQueue } from './simulate-queue.ts'

/** Requests of each simulated level: the p99 of 18,000 after warm-up rests on 180 of them. */
const SIMULATED_REQUESTS = 20_000
/** Larger fleets are simulated at this many replicas with their share of the traffic: their queues are shorter still. */
const MOST_SIMULATED_REPLICAS = 64

/** The levels of the month at each of the service times' points. */
export type OperationPoints = readonly (readonly LevelOperation[])[]

/** Levels that a month of many rates is reduced to. */
const MOST_LEVELS = 12

/** The rates of a month and their hours; of more than twelve, those alike under the highest of them. */
export function trafficLevels(traffic: Traffic, seed: number): TrafficLevel[] {
  const { steps, peakRps } = monthProfile(traffic, seed)
  const few = new Set(steps.map(({ rps }) => rps)).size <= MOST_LEVELS
  const levels = new Map<number, number>()
  for (const { rps, durationS } of steps) {
    const level = few ? rps : (Math.ceil((rps / peakRps) * MOST_LEVELS) / MOST_LEVELS) * peakRps
    if (level > 0) levels.set(level, (levels.get(level) ?? 0) + durationS / 3600)
  }
  return [...levels].map(([rps, hours]) => ({ rps, hours }))
}

/** How a candidate runs under the traffic, at each point of its service times. */
export function operate(
  service: ServicePoints,
  replica: Replica,
  scaling: Scaling,
  traffic: Traffic,
  seed: number,
): OperationPoints {
  const levels = trafficLevels(traffic, seed)
  return service.map((times) => levels.map((level) => operateLevel(times, replica, scaling, level, seed)))
}

function operateLevel(
  times: ServiceTimes,
  replica: Replica,
  scaling: Scaling,
  level: TrafficLevel,
  seed: number,
): LevelOperation {
  const busySlots = (level.rps * mean(times.occupancyMs)) / 1000
  const replicas = replicaCount(scaling, busySlots, times.slots, replica.concurrency)
  const utilization = busySlots / (replicas * times.slots)
  const coldStartRatio = coldStarts(scaling, level.rps)
  // The last replica is gone for as much of the time as a request finds it gone: arrivals are Poisson.
  const aliveReplicas = replicas - coldStartRatio
  const common = { ...level, replicas, aliveReplicas, utilization, coldStartRatio }
  if (utilization >= 1) return { ...common, ...saturated(replicas, level, times) }
  const scale = Math.max(1, replicas / MOST_SIMULATED_REPLICAS)
  const result = simulateQueue({
    rps: level.rps / scale,
    replicas: Math.ceil(replicas / scale),
    slots: times.slots,
    occupancyMs: times.occupancyMs,
    requests: SIMULATED_REQUESTS,
    seed,
  })
  // An instance that starts for a request is billed from its start.
  const startS = level.rps * 3600 * coldStartRatio * (times.coldStartMs / 1000)
  const quantile = (p: number) => responseQuantile(result.responseMs, p, times, coldStartRatio)
  return {
    ...common,
    busyReplicaSPerHour: result.busyReplicas * scale * 3600 + startS,
    executionSPerHour: result.executions * scale * 3600 + startS,
    responseMs: {
      p50: quantile(0.5),
      p90: quantile(0.9),
      p95: quantile(0.95),
      p99: quantile(0.99),
      p999: quantile(0.999),
    },
  }
}

/** A queue that grows without end: every replica is always busy and no response time is bounded. */
function saturated(replicas: number, level: TrafficLevel, times: ServiceTimes) {
  const never = Number.POSITIVE_INFINITY
  const execution = mean(times.occupancyMs.map((ms) => Math.ceil(ms / 100) * 100)) / 1000
  const served = Math.min(level.rps, (replicas * times.slots * 1000) / mean(times.occupancyMs))
  return {
    busyReplicaSPerHour: replicas * 3600,
    executionSPerHour: served * execution * 3600,
    responseMs: { p50: never, p90: never, p95: never, p99: never, p999: never },
  }
}

/**
 * Replicas that the platform runs at a steady rate.
 * @param busySlots offered load in erlangs: slots that are busy on average
 */
export function replicaCount(
  scaling: Scaling,
  busySlots: number,
  slots: number,
  concurrency: number,
): number {
  if (scaling.kind === 'fixed') return scaling.replicas
  const forTarget = Math.ceil(busySlots / (slots * scaling.target))
  // Four standard deviations over the mean number in flight: what a Poisson stream reaches every few minutes.
  const forRequests = Math.ceil((busySlots + 4 * Math.sqrt(busySlots)) / concurrency)
  const wanted = scaling.kind === 'requests' ? Math.max(forTarget, forRequests) : forTarget
  return Math.min(scaling.max, Math.max(scaling.min, 1, wanted))
}

/** With Poisson arrivals, the share of requests before which nothing came for as long as the last replica is kept. */
function coldStarts(scaling: Scaling, rps: number): number {
  if (scaling.kind !== 'requests' || scaling.toZeroAfterS === null) return 0
  const ratio = Math.exp(-rps * scaling.toZeroAfterS)
  return ratio < 1e-6 ? 0 : ratio
}

/** Quantile of the mixture of warm responses and the share that waits for a start. */
function responseQuantile(sorted: Float64Array, p: number, times: ServiceTimes, coldRatio: number): number {
  const warm = (q: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? 0
  const isWarm = p <= 1 - coldRatio
  const ms = isWarm ? warm(p / (1 - coldRatio)) : times.coldStartMs + warm((p - (1 - coldRatio)) / coldRatio)
  return ms + times.networkMs
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
