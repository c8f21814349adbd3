import type { CloudRecord } from '../core/deployment-record.ts'
import { type Problem, UserError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'
import { formatRps } from '../core/units.ts'
import { type SupposedCandidate, supposeCandidate, supposeTrial } from './suppose-candidate.ts'
import { supposeTraffic } from './suppose-traffic.ts'
import type { WhatIf } from './what-if.ts'

/** A run as it would be, and what a reader should know of how it came about. */
export interface Supposed {
  readonly record: RunRecord
  /** Of candidates, by name: what of the question does not apply to them. */
  readonly remarks: ReadonlyMap<string, readonly string[]>
  /** Of the whole, in sentences without a full stop. */
  readonly notes: readonly string[]
}

/**
 * The run as it would be under another SLO or traffic, in another region, bought or scaled otherwise: what was measured
 * stays. Pure. What is not asked for keeps its identity, so that what depends on it need not be worked out again.
 *
 * @throws UserError with everything in the question that cannot be, at once
 */
export function suppose(record: RunRecord, whatIf: WhatIf): Supposed {
  const traffic = supposeTraffic(record.scenario.traffic, whatIf)
  if ('problems' in traffic) throw new UserError(traffic.problems)
  const scenario = {
    ...record.scenario,
    ...(whatIf.slo ? { slo: whatIf.slo } : {}),
    traffic: traffic.traffic,
  }
  const { region, commitment, minReplicas } = whatIf
  if (region === undefined && commitment === undefined && minReplicas === undefined)
    return { record: { ...record, scenario }, remarks: new Map(), notes: notesOf(whatIf, []) }
  const measured = measuredOnes(record)
  const all = record.scenario.candidates.map((candidate) =>
    supposeCandidate(candidate, whatIf, measured.has(candidate.name)),
  )
  const distinct = [...new Map(all.toReversed().map((each) => [each.candidate.name, each])).values()]
  const kept = distinct.toReversed()
  const trials = new Map(record.trials.map((trial) => [trial.candidate, trial]))
  return {
    record: {
      ...record,
      scenario: { ...scenario, candidates: kept.map(({ candidate }) => candidate) },
      trials: kept.flatMap((each) => supposeTrial(each, trials.get(each.from.name), record)),
      ...(record.cloud && { cloud: renamed(record.cloud, kept) }),
    },
    remarks: new Map(kept.map(({ candidate, remarks }) => [candidate.name, remarks])),
    notes: notesOf(
      whatIf,
      all.filter((each) => !kept.includes(each)),
    ),
  }
}

function measuredOnes({ scenario, trials }: RunRecord): ReadonlySet<string> {
  const attached = scenario.candidates.filter(({ url }) => url !== undefined)
  const loaded = trials.filter(({ status }) => status === 'measured')
  return new Set([...attached.map(({ name }) => name), ...loaded.map(({ candidate }) => candidate)])
}

/** Deployments belong to their candidates by name, and what it has changed of a candidate is in its name. */
function renamed(cloud: CloudRecord, candidates: readonly SupposedCandidate[]): CloudRecord {
  const names = new Map(candidates.map(({ from, candidate }) => [from.name, candidate.name]))
  const deployments = cloud.deployments.map((each) => ({
    ...each,
    candidate: names.get(each.candidate) ?? each.candidate,
  }))
  return { ...cloud, deployments }
}

/** What of the question cannot be asked of this run, each with the flag that asks it. */
export function whatIfProblems(record: RunRecord, whatIf: WhatIf): readonly Problem[] {
  const traffic = supposeTraffic(record.scenario.traffic, whatIf)
  return 'problems' in traffic ? traffic.problems : []
}

function notesOf(whatIf: WhatIf, merged: readonly SupposedCandidate[]): string[] {
  const { region, commitment, minReplicas, peakFactor } = whatIf
  const parts = [
    ...(region === undefined ? [] : [`every candidate in ${region}`]),
    ...(commitment === undefined ? [] : [`bought as ${commitment} where a price for that is known`]),
    ...(minReplicas === undefined ? [] : [`at least ${minReplicas} replicas`]),
    ...(peakFactor === undefined ? [] : [`a peak of ${formatRps(peakFactor)} times the mean`]),
  ]
  const names = merged.map(({ from }) => from.name).join(', ')
  return [
    ...(parts.length > 0 ? [`what if, not what the scenario says: ${parts.join(', ')}`] : []),
    ...(merged.length > 0 ? [`the same as another candidate then, and left out: ${names}`] : []),
  ]
}
