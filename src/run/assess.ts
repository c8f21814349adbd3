import type { Assessed, Assessment } from '../advise/assessment.ts'
import { billRange } from '../advise/price-spread.ts'
import { type Effort, type OperatedMonth, operate } from '../capacity/operate.ts'
import { failedRange, latencyRanges, summarizeOperation } from '../capacity/operated-figures.ts'
import { centralPoint, type ServicePoints } from '../capacity/service-times.ts'
import type { NoisyFigure } from '../capacity/simulation/noise-interval.ts'
import type { Bill, PriceBook } from '../core/bill.ts'
import type { Measurement } from '../core/measurement.ts'
import type { MonthOperation } from '../core/operation.ts'
import type { Percentile, Range, Scenario } from '../core/scenario.ts'
import { platformOf } from '../platforms/index.ts'
import { billUsage } from '../pricing/bill.ts'
import { ratioLowerBound, ratioUpperBound } from '../stats/binomial.ts'
import { percentileRatios } from '../stats/percentile.ts'
import type { MonthProfile } from '../traffic/month-profile.ts'
import type { AdviceMemo } from './advice-memo.ts'
import { atLeast, isOutgrown, noFasterThan, outgrownCaveat } from './outgrown.ts'
import { isSubject, type Known, type Subject } from './subject.ts'

const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p999'] as const satisfies readonly Percentile[]
/** Of two-sided intervals. */
const CONFIDENCE = 0.95
/** Requests simulated of each candidate's month at each point of its range. */
const SIMULATED_REQUESTS = 200_000

/** Hours of the autoscaler simulated there, where the traffic repeats: five days, for an interval from day to day. */
const LEAST_HOURS = 120

export function effortOf(
  { load }: Pick<Scenario, 'load'>,
  { requests = SIMULATED_REQUESTS, leastHours = LEAST_HOURS } = {},
): Effort {
  return { seed: load.seed, requests, leastHours, clientTimeoutMs: load.timeoutMs }
}

/** How candidates are put under traffic. */
export interface Assessing {
  readonly profile: MonthProfile
  readonly book: PriceBook
  readonly effort: Effort
  /** The part of each range to look at; all of it unless given. */
  readonly part?: (service: ServicePoints) => ServicePoints
  readonly memo: AdviceMemo
}

/** All that is known of the candidates under traffic. */
export function assessAll(subjects: readonly (Subject | Known)[], assessing: Assessing): Assessment[] {
  return subjects.map((each) => assessOne(each, assessing))
}

/** All that is known of one candidate under traffic. */
export function assessOne(each: Subject | Known, assessing: Assessing): Assessment {
  if (!isSubject(each)) return each
  const { profile, book, effort, part, memo } = assessing
  const service = part ? memo.part(each.service, () => part(each.service)) : each.service
  const subject = { ...each, service }
  const months = memo.months(subject, profile, effort, () =>
    operate(service, subject.replica, subject.scaling, profile, effort),
  )
  return memo.assessed(months, subject, () => assess(subject, months, profile, book))
}

/** A month of a candidate under traffic, at each point of its range: what it takes and what it costs. */
function assess(
  subject: Subject,
  months: readonly OperatedMonth[],
  profile: MonthProfile,
  book: PriceBook,
): Assessed {
  const { candidate, service, scaling, measurement, shortfalls, caveats } = subject
  const { hourlyRps, hourlyReplicas } = centralPoint(months)
  const common = {
    state: 'assessed',
    candidate,
    aloneMs: aloneMs(service),
    operation: summarizeOperation(months, service),
    hourly: { rps: hourlyRps, replicas: hourlyReplicas },
    bills: billMonths(subject, months, profile, book),
    shortfalls,
    caveats,
  } as const
  if (!measurement) {
    return {
      ...common,
      evidence: 'modelled',
      costEvidence: 'modelled',
      latencyMs: latencyRanges(months),
      errorRatio: failedRange(months),
    }
  }
  const { due, ok } = measurement.counts
  const [latencyMs, errorRatio] = [measuredLatency(measurement), errorRange(due - ok, due)]
  const costEvidence = scaling.controller.kind === 'fixed' ? 'measured' : 'modelled'
  if (!isOutgrown(measurement, profile))
    return { ...common, evidence: 'measured', costEvidence, latencyMs, errorRatio }
  const failed = failedRange(months)
  return {
    ...common,
    evidence: 'modelled',
    costEvidence,
    latencyMs: noFasterThan(latencyRanges(months), latencyMs),
    errorRatio: failed ? atLeast(failed, errorRatio) : errorRatio,
    caveats: [...caveats, outgrownCaveat(measurement, profile)],
  }
}

/** Percentiles of the fastest point, for a request that waits for nothing. */
function aloneMs(service: ServicePoints): Assessed['aloneMs'] {
  const { occupancyMs, networkMs, sharing } = service[0] ?? centralPoint(service)
  const waitMs = networkMs + (sharing?.batching?.delayMs ?? 0)
  const sorted = occupancyMs.toSorted()
  const at = (percentile: Percentile) =>
    (sorted[Math.ceil(percentileRatios[percentile] * sorted.length) - 1] ?? 0) + waitMs
  return Object.fromEntries(PERCENTILES.map((each) => [each, at(each)])) as Record<Percentile, number>
}

/** Bills at every point, and at both ends of the simulation's own interval there, which is that of the central one. */
export function billMonths(
  subject: Subject,
  months: readonly OperatedMonth[],
  { requests }: Pick<MonthProfile, 'requests'>,
  book: PriceBook,
): Assessed['bills'] {
  const { usage: central } = centralPoint(months)
  const bill = (month: OperatedMonth, end: 'low' | 'value' | 'high') =>
    billMonth(subject, month, requests, book, (name) => noiseFactor(central[name], end))
  return {
    central: bill(centralPoint(months), 'value'),
    all: outermost(
      months.flatMap((month) => (['low', 'value', 'high'] as const).map((end) => bill(month, end))),
    ),
  }
}

type Noisy = 'replicaHours' | 'busyReplicaS' | 'executionS'

/**
 * The bill of one simulated month.
 * @param times what to multiply a simulated quantity by
 */
export function billMonth(
  { candidate, payload: { requestBytes, replyBytes } }: Subject,
  { usage }: OperatedMonth,
  requests: number,
  book: PriceBook,
  times: (name: Noisy) => number = () => 1,
): Bill {
  const noisy = (name: Noisy) => (usage[name].value || 0) * times(name)
  const month: MonthOperation = {
    replicaHours: noisy('replicaHours'),
    busyReplicaS: noisy('busyReplicaS'),
    startingReplicaS: usage.startingReplicaHours * 3600,
    executionS: noisy('executionS'),
    replicasByHours: usage.replicasByHours,
    requests,
    requestBytes,
    replyBytes,
  }
  return billUsage(platformOf(candidate).usage(candidate, month), book)
}

/** Of bills those that decide their range: one without a total, or the least and the most. */
function outermost(bills: readonly Bill[]): Bill[] {
  const gap = bills.find(({ usdTotal }) => usdTotal === null)
  if (gap) return [gap]
  const ranges = bills.map((bill) => ({ bill, ...billRange(bill) }))
  const least = ranges.reduce((low, each) => (each.low.lt(low.low) ? each : low))
  const most = ranges.reduce((high, each) => (each.high.gt(high.high) ? each : high))
  return [least.bill, most.bill]
}

/** An end of a figure's interval over its value. A month with too little in it for an interval is taken as it came. */
function noiseFactor(figure: NoisyFigure, end: 'low' | 'value' | 'high'): number {
  const factor = figure[end] / figure.value
  return Number.isFinite(factor) ? factor : 1
}

/**
 * A request that failed was not answered within any limit: where so many failed that they reach into a percentile, it
 * has no bound. Where the sample cannot resolve a percentile, its range is open at the top.
 */
function measuredLatency({ responseMs, intervals, counts }: Measurement): Assessed['latencyMs'] {
  const failed = errorRange(counts.due - counts.ok, counts.due)
  const never = Number.POSITIVE_INFINITY
  return byPercentile((percentile) => {
    const spare = 1 - percentileRatios[percentile]
    const { low, high } = intervals[percentile] ?? { low: responseMs.p50, high: never }
    return {
      low: failed.low > spare ? never : low,
      value: failed.value > spare ? never : responseMs[percentile],
      high: failed.value > spare ? never : high,
    }
  })
}

function errorRange(failed: number, due: number): Range {
  const oneSided = (1 + CONFIDENCE) / 2
  const low = ratioLowerBound(failed, due, oneSided)
  return { low, value: failed / due, high: ratioUpperBound(failed, due, oneSided) }
}

function byPercentile(of: (percentile: Percentile) => Range): Record<Percentile, Range> {
  return Object.fromEntries(PERCENTILES.map((percentile) => [percentile, of(percentile)])) as Record<
    Percentile,
    Range
  >
}
