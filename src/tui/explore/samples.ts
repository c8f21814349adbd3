import type { Candidate } from '../../core/candidate.ts'
import type { RunRecord } from '../../core/run-record.ts'

/** Measured times that a candidate's figures rest on, and where they come from. */
export interface Samples {
  readonly what: string
  readonly ms: readonly number[]
}

/** Of the deployment where it was loaded; else of the profiled model, with the candidate's threads. */
export function serviceSamples(
  { trials, profile, variants }: RunRecord,
  candidate: Candidate,
): Samples | undefined {
  const trial = trials.find((each) => each.candidate === candidate.name)
  if (trial?.status === 'measured') return { what: 'this deployment', ms: trial.measurement.samplesMs }
  const own = variants?.find(({ facts }) => facts.name === candidate.variant)?.profile ?? profile
  const setting = own?.settings.find(({ threads }) => threads === candidate.threads) ?? own?.settings[0]
  if (!setting) return undefined
  const threads = `${setting.threads} thread${setting.threads === 1 ? '' : 's'}`
  return { what: `the model, profiled with ${threads}`, ms: setting.measurement.samplesMs }
}
