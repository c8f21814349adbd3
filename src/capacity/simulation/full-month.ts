import type { FleetTotals } from './fleet-meter.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { busiestHours, hourlyRates, type MonthSimulation, replicasByHours } from './month-result.ts'
import { batchRatio, type NoisyFigure, responseFigures } from './noise-interval.ts'
import { type RateProfile, RateReader } from './rate-profile.ts'
import { ResponseHistogram } from './response-histogram.ts'
import { type Piece, simulateSpan } from './simulate-span.ts'

/** Every so many days are a batch for the intervals: whole days, and no week's worth, so that batches are alike. */
const DAY_BATCHES = 10
/** A request is an arrival and an end, and a timer where it waits for a batch. */
const EVENTS_PER_REQUEST = 4
/** Beyond those: a look every 5 s, and starts. */
const OTHER_EVENTS = 10_000_000

/** The month with every request in it. */
export function fullMonth(month: {
  fleet: FleetPlan
  traffic: RateProfile
  hours: number
  seed: number
  keepsResponses?: boolean
}): MonthSimulation {
  const { fleet, traffic, hours, seed } = month
  const hourlyRps = hourlyRates(traffic, hours)
  const busiest = busiestHours(hourlyRps)
  const batches = Array.from({ length: DAY_BATCHES }, () => new ResponseHistogram())
  const busyBatches = Array.from({ length: DAY_BATCHES }, () => new ResponseHistogram())
  const expected = new RateReader(traffic).between(0, hours * 3600)
  const span = simulateSpan(fleet, traffic, {
    fromS: 0,
    toS: hours * 3600,
    pieceS: 3600,
    seed,
    responsesOf: (fromS) =>
      (busiest[hourOf(fromS)] === 1 ? busyBatches : batches)[batchOf(fromS)] as ResponseHistogram,
    events: EVENTS_PER_REQUEST * expected + OTHER_EVENTS,
  })
  for (const [index, batch] of batches.entries()) batch.add(busyBatches[index] as ResponseHistogram)
  const inBatches = (of: (totals: FleetTotals) => number) => batchSums(span.pieces, of)
  /** The month's sum of something that goes with something else, which says how much chance there is in it. */
  const figure = (
    of: (totals: FleetTotals) => number,
    unitMs: number,
    per: (totals: FleetTotals) => number,
  ) => scaled(batchRatio(inBatches(of), inBatches(per)), sum(per) / unitMs)
  const sum = (of: (totals: FleetTotals) => number, pieces = span.pieces) =>
    pieces.reduce((total, { totals }) => total + of(totals), 0)
  const inBusiest = span.pieces.filter(({ fromS }) => busiest[hourOf(fromS)] === 1)
  const aliveTimeMs = sumAliveTimes(span.pieces)
  return {
    method: 'full',
    simulatedRequests: span.simulated,
    events: span.events,
    requests: {
      arrived: sum(({ arrived }) => arrived),
      served: sum(({ served }) => served),
      rejected: sum(({ rejected }) => rejected),
      timedOut: sum(({ timedOut }) => timedOut),
      coldStarted: sum(({ coldStarted }) => coldStarted),
    },
    usage: {
      replicaHours: figure(
        ({ aliveMs }) => aliveMs,
        3_600_000,
        ({ spanMs }) => spanMs,
      ),
      startingReplicaHours: sum(({ startingMs }) => startingMs) / 3_600_000,
      busyReplicaS: figure(
        ({ billedBusyMs }) => billedBusyMs,
        1000,
        ({ arrived }) => arrived,
      ),
      executionS: figure(
        ({ billedExecutionMs }) => billedExecutionMs,
        1000,
        ({ arrived }) => arrived,
      ),
      starts: sum(({ starts }) => starts),
      replicasByHours: replicasByHours(aliveTimeMs, hours),
    },
    responseMs: responseFigures(batches),
    busiestResponseMs: responseFigures(busyBatches),
    busiestFailedRatio:
      sum(({ rejected, timedOut }) => rejected + timedOut, inBusiest) /
      sum(({ arrived }) => arrived, inBusiest),
    utilization:
      sum(({ busySlotMs }) => busySlotMs) /
      (sum(({ aliveMs, startingMs }) => aliveMs - startingMs) * fleet.service.slots),
    hourlyRps,
    hourlyReplicas: Float64Array.from(span.pieces, ({ totals }) => totals.aliveMs / totals.spanMs),
    mostReplicas: aliveTimeMs.findLastIndex((time) => time > 0),
    ...(month.keepsResponses && { responses: batches }),
  }
}

function hourOf(fromS: number): number {
  return Math.round(fromS / 3600)
}

function batchOf(fromS: number): number {
  return Math.floor(hourOf(fromS) / 24) % DAY_BATCHES
}

function batchSums(pieces: readonly Piece[], of: (totals: FleetTotals) => number): number[] {
  const sums = new Array<number>(DAY_BATCHES).fill(0)
  for (const { fromS, totals } of pieces) {
    const batch = batchOf(fromS)
    sums[batch] = (sums[batch] as number) + of(totals)
  }
  return sums
}

function sumAliveTimes(pieces: readonly Piece[]): Float64Array {
  const sums = new Float64Array(Math.max(...pieces.map(({ totals }) => totals.aliveTimeMs.length)))
  for (const { totals } of pieces) {
    for (const [alive, time] of totals.aliveTimeMs.entries()) sums[alive] = (sums[alive] as number) + time
  }
  return sums
}

function scaled({ value, low, high }: NoisyFigure, factor: number): NoisyFigure {
  return { value: value * factor, low: low * factor, high: high * factor }
}
