import type { Purchase } from '../core/bill.ts'
import type { Candidate } from '../core/candidate.ts'
import { candidateName } from '../core/candidate-name.ts'
import type { Refusal, Trial } from '../core/measurement.ts'
import type { RunRecord } from '../core/run-record.ts'
import { isBuiltVariant } from '../core/variant.ts'
import { platformOf } from '../platforms/index.ts'
import { completeProfile } from './profile-locally.ts'
import type { Commitment, WhatIf } from './what-if.ts'

export interface SupposedCandidate {
  /** As the scenario has it. */
  readonly from: Candidate
  readonly candidate: Candidate
  /** What of the question does not apply to it, in sentences. */
  readonly remarks: readonly string[]
  /** Why nothing is known of it, where what was measured does not say what it would do. */
  readonly unknown?: string
  /** Why it cannot be. */
  readonly refusal?: Refusal
}

const PURCHASES: Readonly<Record<Commitment, Purchase>> = {
  'on-demand': 'on-demand',
  spot: 'spot',
  '1yr': 'commit-1yr',
  '3yr': 'commit-3yr',
}

const PLATFORM_NAMES: Readonly<Record<Candidate['platform'], string>> = {
  vertex: 'Vertex AI',
  'cloud-run': 'Cloud Run',
  functions: 'Cloud Functions',
  gce: 'Compute Engine',
}

/**
 * A candidate in another region, bought otherwise, with other bounds: what cannot change stays, and it says so.
 * @param isMeasured its figures are of a deployment of it
 */
export function supposeCandidate(from: Candidate, whatIf: WhatIf, isMeasured: boolean): SupposedCandidate {
  const changes = [
    (candidate: Candidate) => inRegion(candidate, whatIf.region, isMeasured),
    (candidate: Candidate) => boughtAs(candidate, whatIf.commitment),
    (candidate: Candidate) => withLeast(candidate, whatIf.minReplicas, isMeasured),
  ]
  let supposed: Change = { candidate: from, remarks: [] }
  for (const change of changes) {
    const next = change(supposed.candidate)
    supposed = { ...supposed, ...next, remarks: [...supposed.remarks, ...next.remarks] }
  }
  const { name: _, ...unnamed } = supposed.candidate
  return { ...supposed, from, candidate: { ...supposed.candidate, name: candidateName(unnamed) } }
}

type Change = Omit<SupposedCandidate, 'from'>

/** What was measured stays where it was: elsewhere there are other machines and another network. */
function inRegion(candidate: Candidate, region: string | undefined, isMeasured: boolean): Change {
  if (region === undefined || candidate.region === region) return { candidate, remarks: [] }
  if (!isMeasured) return { candidate: { ...candidate, region }, remarks: [] }
  const unknown = `measured in ${candidate.region}, and what was measured there cannot be moved: deploy it in ${region} and load it there`
  return { candidate, remarks: [], unknown }
}

function boughtAs(candidate: Candidate, commitment: Commitment | undefined): Change {
  if (commitment === undefined) return { candidate, remarks: [] }
  const purchase = PURCHASES[commitment]
  switch (candidate.platform) {
    case 'gce':
      return { candidate: { ...withoutPurchase(candidate), ...bought(purchase) }, remarks: [] }
    case 'vertex':
      if (purchase === 'on-demand' || purchase === 'spot')
        return { candidate: { ...withoutPurchase(candidate), ...bought(purchase) }, remarks: [] }
      break
    default:
      if (purchase === 'on-demand') return { candidate, remarks: [] }
  }
  const name = PLATFORM_NAMES[candidate.platform]
  const own = ('purchase' in candidate ? candidate.purchase : undefined) ?? 'on-demand'
  const stays = `it stays ${own === 'on-demand' ? 'on demand' : `on ${own}`}`
  return { candidate, remarks: [`no ${commitment} price of ${name} is known here: ${stays}`] }
}

/** On demand goes without saying. */
function bought<P extends Purchase>(purchase: P): { purchase?: P } {
  return purchase === 'on-demand' ? {} : { purchase }
}

function withoutPurchase<C extends { readonly purchase?: Purchase }>(candidate: C): Omit<C, 'purchase'> {
  const { purchase: _, ...rest } = candidate
  return rest
}

/** Fixed VMs become as many where they are fewer; what scales has that as its least. */
function withLeast(candidate: Candidate, least: number | undefined, isMeasured: boolean): Change {
  if (least === undefined || least === candidate.minReplicas) return { candidate, remarks: [] }
  if (candidate.platform === 'gce' && candidate.kind === 'vm') return fixedFleet(candidate, least, isMeasured)
  const changed = { ...candidate, minReplicas: least }
  if (least > candidate.maxReplicas) {
    const rule = `at least ${least} replicas are more than its most, which are ${candidate.maxReplicas}`
    return { candidate: changed, remarks: [], refusal: { rule, source: 'maxReplicas in the scenario' } }
  }
  if (!isMeasured) return { candidate: changed, remarks: [] }
  const remark = `its latency was measured with at least ${candidate.minReplicas} replicas; with ${least} only its cost is worked out anew`
  return { candidate: changed, remarks: [remark] }
}

function fixedFleet(candidate: Candidate, least: number, isMeasured: boolean): Change {
  if (least < candidate.minReplicas)
    return { candidate, remarks: [`fixed VMs, which do not scale: they stay ${candidate.minReplicas}`] }
  const changed = { ...candidate, minReplicas: least, maxReplicas: least }
  if (!isMeasured) return { candidate: changed, remarks: [] }
  const unknown = `measured with ${candidate.minReplicas} VM${candidate.minReplicas === 1 ? '' : 's'}: what ${least} would do was not`
  return { candidate: changed, remarks: [], unknown }
}

/** What is known of the candidate as it would be: its trial as it was, held against the rules again. */
export function supposeTrial(
  { from, candidate, unknown, refusal }: SupposedCandidate,
  trial: Trial | undefined,
  record: RunRecord,
): Trial[] {
  if (!trial) return []
  const { name } = candidate
  if (unknown !== undefined && trial.status === 'measured')
    return [{ candidate: name, status: 'failed', error: unknown }]
  const lasting = trial.status === 'refused' ? lastingRefusals(trial.refusals, from) : []
  const refusals = [...platformOf(candidate).limits(candidate), ...(refusal ? [refusal] : []), ...lasting]
  if (refusals.length > 0) return [{ candidate: name, status: 'refused', refusals }]
  return trial.status === 'refused' ? allowed(candidate, record) : [{ ...trial, candidate: name }]
}

/** Those that are no limit of its settings: its payload, its accuracy. */
function lastingRefusals(refusals: readonly Refusal[], from: Candidate): Refusal[] {
  const limits = new Set(
    platformOf(from)
      .limits(from)
      .map(({ rule }) => rule),
  )
  return refusals.filter(({ rule }) => !limits.has(rule))
}

/** One that was refused as it was and would not be: it is predicted, where what it needs was measured. */
function allowed(candidate: Candidate, { profile, variants }: RunRecord): Trial[] {
  const { name, url, variant, accelerator } = candidate
  const failed = (error: string): Trial[] => [{ candidate: name, status: 'failed', error }]
  if (url !== undefined) return failed('refused as the scenario has it, so it was not loaded')
  const own = variants?.find(({ facts }) => facts.name === variant)?.profile
  const needsOwn = variant !== undefined && variant !== 'fp32' && !(accelerator && isBuiltVariant(variant))
  const base = needsOwn ? own : profile
  if (!base || base.replyBytes === undefined || base.settings.length === 0)
    return failed('refused as the scenario has it, so its model was not timed')
  const refusals = platformOf(candidate).payloadLimits(candidate, completeProfile(base))
  if (refusals.length > 0) return [{ candidate: name, status: 'refused', refusals }]
  return [{ candidate: name, status: 'modelled' }]
}
