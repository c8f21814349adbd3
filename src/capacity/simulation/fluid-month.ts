import { momentsOf } from './distribution.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { type FlowHour, type FlowMonth, flowMonth, type Moment } from './flow-month.ts'
import { busiestHours, hourlyRates, type MonthSimulation, replicasByHours } from './month-result.ts'
import { batchRatio, type NoisyFigure, responseFigures } from './noise-interval.ts'
import type { RateProfile } from './rate-profile.ts'
import { ResponseHistogram } from './response-histogram.ts'
import { sampleMoment } from './sampled-moments.ts'
import { stratify } from './strata.ts'

/** Whole pictures of the month's moments; they differ by chance alone, which gives the intervals. */
const GROUPS = 6
const DAY_BATCHES = 10
/** More requests would not tell more: what is left is the difference between moments. */
const MOST_SAMPLED = 500_000

/** The month's autoscaler on the flow of requests, and requests at moments that stand for the month. */
export function fluidMonth(month: {
  fleet: FleetPlan
  traffic: RateProfile
  hours: number
  seed: number
  requests: number
}): MonthSimulation {
  const { fleet, traffic, hours, seed } = month
  const hourlyRps = hourlyRates(traffic, hours)
  const busiest = busiestHours(hourlyRps)
  const flow = flowMonth(fleet, traffic, hours, seed)
  const isBusiest = ({ atS }: Moment) => busiest[Math.min(hourlyRps.length - 1, Math.floor(atS / 3600))] === 1
  const sum = (of: (hour: FlowHour) => number, rows = flow.hours) =>
    rows.reduce((total, row) => total + of(row), 0)
  const busyRows = flow.hours.filter((_, hour) => busiest[hour] === 1)
  const arrived = sum((row) => row.arrived)
  const inBusiest = sum((row) => row.arrived, busyRows)
  const [peak, rest] = [flow.moments.filter(isBusiest), flow.moments.filter((moment) => !isBusiest(moment))]
  const populations = [
    { moments: peak, requests: inBusiest },
    { moments: rest, requests: arrived - inBusiest },
  ].filter(({ moments }) => moments.some(({ rps }) => rps > 0))
  const samples = populations.map(({ moments, requests }, index) =>
    samplePopulation(fleet, moments, requests, {
      budget: Math.min(month.requests, MOST_SAMPLED) / populations.length,
      seed: seed + 1000 * index,
    }),
  )
  const startMs = momentsOf(fleet.startUpMs).mean
  const coldRatio = sum((row) => row.cold) / Math.max(1, arrived)
  const groups = Array.from({ length: GROUPS }, (_, group) => {
    const responses = new ResponseHistogram()
    for (const sample of samples) {
      responses.add((sample.groups[group] as GroupSample).responses, 1 - coldRatio)
      responses.add((sample.groups[group] as GroupSample).responses, coldRatio, startMs)
    }
    return responses
  })
  const chanceFailed = samples.reduce((total, sample) => total + sample.failed, 0)
  const failed = sum((row) => row.failed) + chanceFailed
  const rejects = fleet.limits.pendingMs <= fleet.limits.timeoutMs
  return {
    method: 'fluid',
    simulatedRequests: samples.reduce((total, sample) => total + sample.simulated, 0),
    events: flow.steps + samples.reduce((total, sample) => total + sample.events, 0),
    requests: {
      arrived,
      served: Math.max(0, arrived - failed),
      rejected: rejects ? failed : 0,
      timedOut: rejects ? 0 : failed,
      coldStarted: sum((row) => row.cold),
    },
    usage: {
      replicaHours: replicaHours(flow, hours),
      startingReplicaHours: (sum((row) => row.starts) * startMs) / 3_600_000,
      busyReplicaS: perRequest(samples, arrived, ({ billedBusyMs }) => billedBusyMs / 1000),
      executionS: perRequest(samples, arrived, ({ billedExecutionMs }) => billedExecutionMs / 1000),
      starts: sum((row) => row.starts),
      replicasByHours: replicasByHours(flow.aliveTimeS, hours),
    },
    responseMs: responseFigures(groups),
    busiestResponseMs: responseFigures(
      peak.length > 0 ? (samples[0] as Sampled).groups.map((group) => group.responses) : [],
    ),
    busiestFailedRatio:
      (sum((row) => row.failed, busyRows) + (peak.length > 0 ? (samples[0] as Sampled).failed : 0)) /
      inBusiest,
    utilization: sum((row) => row.busySlotS) / (sum((row) => row.readyS) * fleet.service.slots),
    hourlyRps,
    hourlyReplicas: Float64Array.from(flow.hours, (row) => row.aliveS / row.spanS),
    mostReplicas: flow.aliveTimeS.findLastIndex((time) => time > 0),
  }
}

/** One whole picture of a population of moments; times are those of all its requests. */
interface GroupSample {
  readonly responses: ResponseHistogram
  billedBusyMs: number
  billedExecutionMs: number
}

interface Sampled {
  readonly groups: readonly GroupSample[]
  readonly requests: number
  /** Requests that fail by chance, while nothing waits. */
  readonly failed: number
  readonly simulated: number
  readonly events: number
}

function samplePopulation(
  fleet: FleetPlan,
  moments: readonly Moment[],
  requests: number,
  { budget, seed }: { budget: number; seed: number },
): Sampled {
  const groups = stratify(fleet, moments, GROUPS, seed)
  const each = Math.max(200, Math.floor(budget / groups.flat().length))
  let [failed, simulated, events] = [0, 0, 0]
  const sampled = groups.map((strata, group) => {
    const sums: GroupSample = { responses: new ResponseHistogram(), billedBusyMs: 0, billedExecutionMs: 0 }
    for (const [index, { moment, requests: share }] of strata.entries()) {
      const sample = sampleMoment(fleet, moment, each, seed + 97 * group + index)
      const weight = (share * requests) / Math.max(1, sample.arrived)
      sums.responses.add(sample.responses, (share * requests) / Math.max(1, sample.responses.count))
      sums.billedBusyMs += sample.billedBusyMs * weight
      sums.billedExecutionMs += sample.billedExecutionMs * weight
      if (moment.backlog === 0) failed += (sample.failed * weight) / GROUPS
      simulated += each
      events += sample.events
    }
    return sums
  })
  return { groups: sampled, requests, failed, simulated, events }
}

function perRequest(
  samples: readonly Sampled[],
  arrived: number,
  of: (group: GroupSample) => number,
): NoisyFigure {
  const sums = Array.from({ length: GROUPS }, (_, group) =>
    samples.reduce((total, { groups }) => total + of(groups[group] as GroupSample), 0),
  )
  const weights = sums.map(() => arrived)
  const { value, low, high } = batchRatio(sums, weights)
  return { value: value * arrived, low: low * arrived, high: high * arrived }
}

function replicaHours({ hours: rows }: FlowMonth, hours: number): NoisyFigure {
  const batches = Array.from({ length: DAY_BATCHES }, (_, batch) =>
    rows.filter((_, hour) => Math.floor(hour / 24) % DAY_BATCHES === batch),
  ).filter((batch) => batch.length > 0)
  const total = (batch: readonly FlowHour[], of: (row: FlowHour) => number) =>
    batch.reduce((sum, row) => sum + of(row), 0)
  const { value, low, high } = batchRatio(
    batches.map((batch) => total(batch, (row) => row.aliveS)),
    batches.map((batch) => total(batch, (row) => row.spanS)),
  )
  return { value: value * hours, low: low * hours, high: high * hours }
}
