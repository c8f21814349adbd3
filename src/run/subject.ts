import { median } from 'simple-statistics'
import type { Assessment } from '../advise/assessment.ts'
import {
  centralPoint,
  measuredService,
  predictService,
  type ServicePoints,
} from '../capacity/service-times.ts'
import { provisioningMs } from '../capacity/start-up.ts'
import type { Candidate } from '../core/candidate.ts'
import type { DeploymentRecord } from '../core/deployment-record.ts'
import type { LocalProfile, Measurement, PayloadSize, Trial } from '../core/measurement.ts'
import type { Estimate, Replica, Scaling } from '../core/operation.ts'
import type { PartialProfile, RunRecord, VariantTrial } from '../core/run-record.ts'
import { formatRatio } from '../core/units.ts'
import { explainLoss, isBuiltVariant } from '../core/variant.ts'
import { platformOf } from '../platforms/index.ts'
import { type AdviceMemo, FORGETFUL } from './advice-memo.ts'
import { completeProfile } from './profile-locally.ts'

/** A candidate that can be put under traffic: how fast a replica of it is, and how its platform runs replicas. */
export interface Subject {
  readonly candidate: Candidate
  readonly replica: Replica
  readonly scaling: Scaling
  readonly service: ServicePoints
  readonly payload: PayloadSize
  /** Where a deployment of it was loaded. */
  readonly measurement?: Measurement
  /** Needs that its shape does not meet, in sentences. */
  readonly shortfalls: readonly string[]
  /** What its figures do not show and a reader should know, in sentences. */
  readonly caveats: readonly string[]
}

/** A candidate that cannot: what is known of it is its assessment. */
export type Known = Exclude<Assessment, { state: 'assessed' }>

/**
 * Every candidate of a run, in its order.
 * @param remarks more caveats of candidates, by name
 */
export function subjectsOf(
  record: RunRecord,
  memo: AdviceMemo = FORGETFUL,
  remarks: ReadonlyMap<string, readonly string[]> = new Map(),
): (Subject | Known)[] {
  const trials = new Map(record.trials.map((trial) => [trial.candidate, trial]))
  return record.scenario.candidates.map((candidate) => {
    const each = subjectOf(candidate, trials.get(candidate.name), record, memo)
    const more = remarks.get(candidate.name) ?? []
    return isSubject(each) && more.length > 0 ? { ...each, caveats: [...each.caveats, ...more] } : each
  })
}

export function isSubject(each: Subject | Known): each is Subject {
  return !('state' in each)
}

function subjectOf(
  candidate: Candidate,
  trial: Trial | undefined,
  record: RunRecord,
  memo: AdviceMemo,
): Subject | Known {
  const tried = record.cloud?.deployments.some((each) => each.candidate === candidate.name)
  const evidence = candidate.url === undefined && !tried ? 'modelled' : 'measured'
  const untested = (why: string): Known => ({ state: 'untested', candidate, evidence, why })
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
      return measuredSubject(candidate, trial, record, memo)
    }
    case 'modelled':
      return modelledSubject(candidate, record, memo)
  }
}

/**
 * The profile of what the candidate runs. On a GPU int8 weights and optimised graphs are the model as it is, and what
 * they do to a CPU says nothing.
 */
export function profileOf(
  { variant, accelerator }: Candidate,
  { profile, variants }: RunRecord,
): PartialProfile | null {
  const same = variant === undefined || (accelerator !== undefined && isBuiltVariant(variant))
  const trial = same ? undefined : variants?.find(({ facts }) => facts.name === variant)
  return trial?.profile ?? profile
}

/** A variant's accuracy stands beside whatever it gains. */
function accuracyCaveat({ variant }: Candidate, variants: readonly VariantTrial[]): string[] {
  const accuracy = variants.find(({ facts }) => facts.name === variant)?.facts.accuracy
  return accuracy ? [`${variant} ${explainLoss(accuracy)}`] : []
}

function serverCaveat({ server }: Candidate): string[] {
  return server ? [`predicted from the times of plimsoll serve: ${server.kind} may be faster or slower`] : []
}

/** Batches that nobody timed are not simulated. */
function batchCaveat(
  { maxBatch = 1, threads, accelerator }: Candidate,
  { settings }: LocalProfile,
): string[] {
  if (maxBatch === 1) return []
  if (accelerator) return ['simulated without batches: what they take on a GPU is not predicted']
  const timed = settings.find((setting) => setting.threads === threads)?.batches?.length ?? 1
  if (timed >= maxBatch) return []
  const as = timed === 1 ? 'simulated without batches' : `batches of ${maxBatch} are simulated as of ${timed}`
  return [`${as}: larger ones were not timed; plimsoll profile --batch ${maxBatch} times them, for --profile`]
}

/** An autoscaler on CPU never starts another replica when a full one leaves it too much of its CPU idle. */
function scalingCaveat({ controller }: Scaling, service: ServicePoints, threads: number): string[] {
  if (controller.kind !== 'vertex' && controller.kind !== 'instance-group') return []
  const { cpuShare, slots } = centralPoint(service)
  if (cpuShare >= controller.target || controller.min === controller.max) return []
  const full = `${slots} at a time with ${threads} thread${threads === 1 ? '' : 's'} each`
  return [
    `never scales out: a replica that is full, ${full}, has ${formatRatio(cpuShare)} of its CPU at work, and the autoscaler acts at ${formatRatio(controller.target)}`,
  ]
}

/** A candidate as the local profile predicts it. */
function modelledSubject(candidate: Candidate, record: RunRecord, memo: AdviceMemo): Subject {
  const { assumptions } = record.scenario
  const partial = profileOf(candidate, record)
  const profile = completeProfile(partial)
  const replica = platformOf(candidate).replica(candidate)
  const scaling = platformOf(candidate).scaling(candidate, assumptions)
  const { threads, maxBatch = 1 } = candidate
  const service = memo.service(partial ?? profile, [replica, threads, scaling.provisioning, maxBatch], () =>
    predictService(profile, replica, threads, scaling.provisioning, assumptions, maxBatch),
  )
  return {
    candidate,
    replica,
    scaling,
    service,
    payload: profile,
    shortfalls: memoryShortfall(profile, replica),
    caveats: [
      ...platformOf(candidate).caveats(candidate),
      ...accuracyCaveat(candidate, record.variants ?? []),
      ...serverCaveat(candidate),
      ...batchCaveat(candidate, profile),
      ...scalingCaveat(scaling, service, threads),
    ],
  }
}

function measuredSubject(
  candidate: Candidate,
  { measurement, payload }: Extract<Trial, { status: 'measured' }>,
  { scenario: { assumptions }, cloud, variants = [] }: RunRecord,
  memo: AdviceMemo,
): Subject {
  const replica = platformOf(candidate).replica(candidate)
  const scaling = platformOf(candidate).scaling(candidate, assumptions)
  const deployment = cloud?.deployments.find((each) => each.candidate === candidate.name)
  const provisioned = measuredStart(deployment) ?? provisioningMs(scaling.provisioning, assumptions)
  const service = memo.service(measurement, [replica, candidate.threads, provisioned], () =>
    measuredService(measurement, replica, candidate.threads, provisioned),
  )
  const caveats = [
    ...platformOf(candidate).caveats(candidate),
    ...accuracyCaveat(candidate, variants),
    ...scalingCaveat(scaling, service, candidate.threads),
  ]
  return { candidate, replica, scaling, service, payload, measurement, shortfalls: [], caveats }
}

/** How long a further replica took to start, as this run saw it: from one deployment, so within a quarter either way. */
function measuredStart(deployment: DeploymentRecord | undefined): Estimate | undefined {
  const { coldStartMs = [], replicaStartMs } = deployment ?? {}
  const value = coldStartMs.length > 0 ? median([...coldStartMs]) : replicaStartMs
  return value === undefined || value <= 0 ? undefined : { value, spread: 1.25 }
}

function memoryShortfall({ peakRssMib }: LocalProfile, { memoryGib }: Replica): string[] {
  const hasMib = memoryGib * 1024
  if (peakRssMib <= hasMib) return []
  return [
    `too little memory: the server took ${peakRssMib} MiB here, the replica has ${Math.round(hasMib)} MiB`,
  ]
}
