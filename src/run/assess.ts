import type { Assessed, Assessment } from '../advise/assessment.ts'
import { type OperationPoints, operate, trafficLevels } from '../capacity/operate.ts'
import {
  centralPoint,
  measuredService,
  predictService,
  type ServicePoints,
} from '../capacity/service-times.ts'
import type { Operation } from '../core/advice.ts'
import type { PriceBook } from '../core/bill.ts'
import type { Candidate } from '../core/candidate.ts'
import type { LocalProfile, Measurement, PayloadSize, Trial } from '../core/measurement.ts'
import type { LevelOperation, Replica } from '../core/operation.ts'
import type { RunRecord, VariantTrial } from '../core/run-record.ts'
import type { Percentile, Range, Scenario } from '../core/scenario.ts'
import { explainLoss, isBuiltVariant } from '../core/variant.ts'
import { platformOf } from '../platforms/index.ts'
import { billUsage } from '../pricing/bill.ts'
import { ratioLowerBound, ratioUpperBound } from '../stats/binomial.ts'
import { percentileRatios } from '../stats/percentile.ts'
import { completeProfile } from './profile-locally.ts'

const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p999'] as const satisfies readonly Percentile[]
/** Of two-sided intervals. */
const CONFIDENCE = 0.95

/** All that the saved run and the price book say about each candidate. Loads nothing. */
export function assessRun(record: RunRecord, book: PriceBook): Assessment[] {
  const trials = new Map(record.trials.map((trial) => [trial.candidate, trial]))
  return record.scenario.candidates.map((candidate) =>
    assess(candidate, trials.get(candidate.name), record, book),
  )
}

/** Requests of the expected traffic in a month. */
export function requestsPerMonth({ traffic }: Pick<Scenario, 'traffic'>): number {
  return trafficLevels(traffic).reduce((sum, { rps, hours }) => sum + rps * hours * 3600, 0)
}

function assess(
  candidate: Candidate,
  trial: Trial | undefined,
  record: RunRecord,
  book: PriceBook,
): Assessment {
  const evidence = candidate.url === undefined ? 'modelled' : 'measured'
  const untested = (why: string): Assessment => ({ state: 'untested', candidate, evidence, why })
  switch (trial?.status) {
    case undefined:
      return untested('not tried yet: the run was interrupted; plimsoll run … --resume finishes it')
    case 'refused':
      return { state: 'refused', candidate, refusals: trial.refusals }
    case 'failed':
      return untested(trial.error)
    case 'measured': {
      const { measurement } = trial
      if (measurement.counts.ok === 0) return untested('no request was answered')
      if (!measurement.valid) return untested(`invalid: ${measurement.invalidReasons.join('; ')}`)
      return assessMeasured(candidate, trial, record, book)
    }
    case 'modelled':
      return assessModelled(candidate, profileOf(candidate, record), record, book)
  }
}

function assessModelled(
  candidate: Candidate,
  profile: LocalProfile,
  { scenario, variants }: RunRecord,
  book: PriceBook,
): Assessed {
  const replica = platformOf(candidate).replica(candidate)
  const scaling = platformOf(candidate).scaling(candidate, scenario.assumptions)
  const service = predictService(profile, replica, candidate.threads, scenario.assumptions)
  const operation = operate(service, replica, scaling, scenario.traffic, scenario.load.seed)
  return {
    state: 'assessed',
    candidate,
    evidence: 'modelled',
    costEvidence: 'modelled',
    latencyMs: latencyRanges(operation),
    errorRatio: null,
    operation: summarizeOperation(operation, service),
    bills: bill(candidate, operation, profile, scenario, book),
    shortfalls: memoryShortfall(profile, replica),
    caveats: [...platformOf(candidate).caveats(candidate), ...accuracyCaveat(candidate, variants ?? [])],
  }
}

/**
 * The profile of what the candidate runs. On a GPU int8 weights and optimised graphs are the model as it is, and what
 * they do to a CPU says nothing.
 */
function profileOf({ variant, accelerator }: Candidate, { profile, variants }: RunRecord): LocalProfile {
  const same = variant === undefined || (accelerator !== undefined && isBuiltVariant(variant))
  const trial = same ? undefined : variants?.find(({ facts }) => facts.name === variant)
  return completeProfile(trial?.profile ?? profile)
}

/** A variant's accuracy stands beside whatever it gains. */
function accuracyCaveat({ variant }: Candidate, variants: readonly VariantTrial[]): string[] {
  const accuracy = variants.find(({ facts }) => facts.name === variant)?.facts.accuracy
  return accuracy ? [`${variant} ${explainLoss(accuracy)}`] : []
}

function assessMeasured(
  candidate: Candidate,
  { measurement, payload }: Extract<Trial, { status: 'measured' }>,
  { scenario }: RunRecord,
  book: PriceBook,
): Assessed {
  const replica = platformOf(candidate).replica(candidate)
  const scaling = platformOf(candidate).scaling(candidate, scenario.assumptions)
  const service = measuredService(measurement, replica, candidate.threads)
  const operation = operate(service, replica, scaling, scenario.traffic, scenario.load.seed)
  const { due, ok } = measurement.counts
  return {
    state: 'assessed',
    candidate,
    evidence: 'measured',
    costEvidence: scaling.kind === 'fixed' ? 'measured' : 'modelled',
    latencyMs: measuredLatency(measurement),
    errorRatio: errorRange(due - ok, due),
    operation: summarizeOperation(operation, service),
    bills: bill(candidate, operation, payload, scenario, book),
    shortfalls: [],
    caveats: platformOf(candidate).caveats(candidate),
  }
}

function bill(
  candidate: Candidate,
  operation: OperationPoints,
  { requestBytes, replyBytes }: PayloadSize,
  scenario: Scenario,
  book: PriceBook,
): Assessed['bills'] {
  const bills = operation.map((levels) => {
    const month = {
      levels,
      requests: requestsPerMonth(scenario),
      requestBytes,
      replyBytes,
    }
    return billUsage(platformOf(candidate).usage(candidate, month), book)
  })
  return { central: centralPoint(bills), all: bills }
}

/** The worst traffic level's, percentile by percentile: an SLO holds in the burst as well. */
function latencyRanges(operation: OperationPoints): Assessed['latencyMs'] {
  const worst = (levels: readonly LevelOperation[], percentile: Percentile) =>
    Math.max(...levels.map(({ responseMs }) => responseMs[percentile]))
  const range = (percentile: Percentile) => mapRange(operation, (levels) => worst(levels, percentile))
  return byPercentile(range)
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

function summarizeOperation(operation: OperationPoints, service: ServicePoints): Operation {
  const most = (of: (level: LevelOperation) => number) =>
    mapRange(operation, (levels) => Math.max(...levels.map(of)))
  return {
    replicas: most(({ replicas }) => replicas),
    utilization: most(({ utilization }) => utilization),
    slotsPerReplica: centralPoint(service).slots,
    coldStartRatio: Math.max(...centralPoint(operation).map(({ coldStartRatio }) => coldStartRatio)),
  }
}

function memoryShortfall({ peakRssMib }: LocalProfile, { memoryGib }: Replica): string[] {
  const hasMib = memoryGib * 1024
  if (peakRssMib <= hasMib) return []
  return [
    `too little memory: the server took ${peakRssMib} MiB here, the replica has ${Math.round(hasMib)} MiB`,
  ]
}

/** The range of a figure over all points, and its value at the central one. */
function mapRange<T>(points: readonly T[], of: (point: T) => number): Range {
  const all = points.map(of)
  return { low: Math.min(...all), value: of(centralPoint(points)), high: Math.max(...all) }
}

function byPercentile(of: (percentile: Percentile) => Range): Record<Percentile, Range> {
  return Object.fromEntries(PERCENTILES.map((percentile) => [percentile, of(percentile)])) as Record<
    Percentile,
    Range
  >
}
