import { momentsOf } from './distribution.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { type FlowHour, type FlowMonth, flowMonth, type Moment } from './flow-month.ts'
import { busiestHours, hourlyRates, type MonthSimulation, replicasByHours } from './month-result.ts'
import { batchRatio, type NoisyFigure, responseFigures } from './noise-interval.ts'
import type { RateProfile } from './rate-profile.ts'
import { ResponseHistogram } from './response-histogram.ts'
import { groupResponses, type SampledMoments, sampleMoments, totalOfRequests } from './sample-moments.ts'

/** Every so many days are a batch for the intervals, as in the full month. */
const DAY_BATCHES = 10
/** More requests would not tell more: what is left is the difference between moments. */
const MOST_SAMPLED = 500_000

interface FluidPlan {
  readonly fleet: FleetPlan
  readonly traffic: RateProfile
  readonly hours: number
  readonly seed: number
  /** Requests to simulate at about most. */
  readonly requests: number
  readonly keepsResponses?: boolean
}

/** The month's autoscaler on the flow of requests, and requests at moments that stand for the month. */
export function fluidMonth(plan: FluidPlan): MonthSimulation {
  const { fleet, traffic, hours, seed } = plan
  const hourlyRps = hourlyRates(traffic, hours)
  const busiest = busiestHours(hourlyRps)
  const flow = flowMonth(fleet, traffic, hours, seed)
  const busyRows = flow.hours.filter((_, hour) => busiest[hour] === 1)
  const arrived = total(flow.hours, (row) => row.arrived)
  const inBusiest = total(busyRows, (row) => row.arrived)
  const samples = sampleBusiestAndRest(plan, flow, busiest, { arrived, inBusiest })
  const failedOf = (rows: readonly FlowHour[], sampled: readonly SampledMoments[]) =>
    Math.min(
      total(rows, (row) => row.arrived),
      total(rows, (row) => row.failed) + total(sampled, ({ failed }) => failed),
    )
  // Those that fail are counted with the noise of arrivals, and those that arrive are not.
  const failed = failedOf(flow.hours, samples.all)
  const isRejected = fleet.limits.pendingMs <= fleet.limits.timeoutMs
  const startMs = momentsOf(fleet.startUpMs).mean
  const coldStarted = total(flow.hours, (row) => row.cold)
  const starts = total(flow.hours, (row) => row.starts)
  const readyS = total(flow.hours, (row) => row.readyS)
  const responses = withColdStarts(groupResponses(samples.all), coldStarted / arrived, startMs)
  return {
    method: 'fluid',
    simulatedRequests: total(samples.all, ({ simulated }) => simulated),
    events: flow.steps + total(samples.all, ({ events }) => events),
    requests: {
      arrived,
      served: Math.max(0, arrived - failed),
      rejected: isRejected ? failed : 0,
      timedOut: isRejected ? 0 : failed,
      coldStarted,
    },
    usage: {
      replicaHours: replicaHours(flow, hours),
      startingReplicaHours: (starts * startMs) / 3_600_000,
      busyReplicaS: totalOfRequests(samples.all, ({ billedBusyMs }) => billedBusyMs / 1000),
      executionS: totalOfRequests(samples.all, ({ billedExecutionMs }) => billedExecutionMs / 1000),
      starts,
      replicasByHours: replicasByHours(flow.aliveTimeS, hours),
    },
    responseMs: responseFigures(responses),
    busiestResponseMs: responseFigures(groupResponses(samples.busiest)),
    busiestFailedRatio: failedOf(busyRows, samples.busiest) / inBusiest,
    utilization: total(flow.hours, (row) => row.busySlotS) / (readyS * fleet.service.slots),
    hourlyRps,
    hourlyReplicas: Float64Array.from(flow.hours, (row) => row.aliveS / row.spanS),
    mostReplicas: flow.aliveTimeS.findLastIndex((time) => time > 0),
    ...(plan.keepsResponses && { responses }),
  }
}

/** The busiest hours have looks of their own, since their percentiles count by themselves. */
function sampleBusiestAndRest(
  { fleet, seed, requests }: FluidPlan,
  flow: FlowMonth,
  busiest: Uint8Array,
  { arrived, inBusiest }: { arrived: number; inBusiest: number },
): { all: SampledMoments[]; busiest: SampledMoments[] } {
  const isBusiest = ({ atS }: Moment) => busiest[Math.min(busiest.length - 1, Math.floor(atS / 3600))] === 1
  const populations = [
    { moments: flow.moments.filter(isBusiest), expected: inBusiest },
    { moments: flow.moments.filter((moment) => !isBusiest(moment)), expected: arrived - inBusiest },
  ].filter(({ moments }) => moments.some(({ rps }) => rps > 0))
  const budget = Math.min(requests, MOST_SAMPLED) / Math.max(1, populations.length)
  const all = populations.map(({ moments, expected }, index) =>
    sampleMoments(fleet, moments, expected, { budget, seed: seed + 1000 * index }),
  )
  return { all, busiest: all.slice(0, 1) }
}

/** Of each group, a share of the requests waits for a replica to start. */
function withColdStarts(groups: readonly ResponseHistogram[], ratio: number, startMs: number) {
  if (!(ratio > 0)) return groups
  return groups.map((group) => {
    const mixed = new ResponseHistogram()
    mixed.add(group, 1 - ratio)
    mixed.add(group, ratio, startMs)
    return mixed
  })
}

function replicaHours({ hours: rows }: FlowMonth, hours: number): NoisyFigure {
  const batches = Array.from({ length: DAY_BATCHES }, (_, batch) =>
    rows.filter((_, hour) => Math.floor(hour / 24) % DAY_BATCHES === batch),
  ).filter((batch) => batch.length > 0)
  const { value, low, high } = batchRatio(
    batches.map((batch) => total(batch, (row) => row.aliveS)),
    batches.map((batch) => total(batch, (row) => row.spanS)),
  )
  return { value: value * hours, low: low * hours, high: high * hours }
}

function total<T>(rows: readonly T[], of: (row: T) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0)
}
