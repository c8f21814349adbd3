import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { type Problem, UserError } from '../core/errors.ts'
import type { Trial } from '../core/measurement.ts'
import type { ModelProfile } from '../core/model-profile.ts'
import type { RunRecord, VariantTrial } from '../core/run-record.ts'
import type { ModelSource } from '../core/scenario.ts'
import { platformOf } from '../platforms/index.ts'
import { aloneIn, localProfileOf } from './local-profile-of.ts'
import { completeProfile } from './profile-locally.ts'
import { accuracyRefusal, gpuRefusal } from './try-variants.ts'

/**
 * A run whose service times are those of a saved profile, in place of what it measured on this machine itself.
 * @param file of the profile, as given
 * @throws UserError with everything in which the profile does not fit the run's model
 */
export function adoptProfile(record: RunRecord, profile: ModelProfile, file: string): RunRecord {
  const problems = mismatches(record, profile).map((problem) => ({ file, ...problem }))
  if (problems.length > 0) throw new UserError(problems)
  const { variants } = record.scenario.model
  const made = (variants ?? []).flatMap(({ name }): VariantTrial[] => {
    const facts = profile.variants.find((each) => each.name === name)
    return facts && name !== 'fp32' ? [{ facts, profile: localProfileOf(profile, name, file) }] : []
  })
  return {
    ...record,
    profile: localProfileOf(profile, 'fp32', file),
    ...(variants ? { variants: made } : {}),
  }
}

/** With a trial for every candidate: what was loaded stays, what runs at a url needs a load, the rest is modelled. */
export function settleByProfile(record: RunRecord): RunRecord {
  const trials = record.scenario.candidates.map((candidate): Trial => {
    const known = record.trials.find((trial) => trial.candidate === candidate.name)
    if (known?.status === 'measured') return known
    if (candidate.url !== undefined) {
      const error = 'not loaded: plimsoll run loads what runs at a url, and takes the profile for the others'
      return known ?? { candidate: candidate.name, status: 'failed', error }
    }
    const platform = platformOf(candidate)
    const payload = completeProfile(record.profile)
    const refusals = [
      ...platform.limits(candidate),
      ...gpuRefusal(candidate),
      ...platform.payloadLimits(candidate, payload),
    ]
    if (refusals.length > 0) return { candidate: candidate.name, status: 'refused', refusals }
    return accuracyRefusal(candidate, record)[0] ?? { candidate: candidate.name, status: 'modelled' }
  })
  return { ...record, finishedAt: record.finishedAt ?? record.startedAt, trials }
}

function mismatches(record: RunRecord, profile: ModelProfile): Problem[] {
  const { file, model } = record.scenario
  const hint = `plimsoll profile ${file} --save makes one of this model and its requests`
  const { served } = profile
  const requests = otherRequests(model, served).map(({ what, message }) => ({
    field: `served.${what}`,
    message,
  }))
  const wrong = [...otherModel(record, profile), ...requests, ...untimed(model, profile)]
  return wrong.map((problem, index) => (index === wrong.length - 1 ? { hint, ...problem } : problem))
}

function otherModel(
  { profile: measured, scenario: { model } }: RunRecord,
  { served, model: name }: ModelProfile,
) {
  const sha256 = measured?.model.sha256 ?? (existsSync(model.path) ? hashOf(model.path) : undefined)
  if (sha256 === served.model.sha256) return []
  return [
    { field: 'served.model.sha256', message: `the profile is of another model than ${model.file}: ${name}` },
  ]
}

/** Where the requests that were timed are not those of a model now. */
export function otherRequests(
  { encoding, inputs }: ModelSource,
  timed: { readonly inputs: Readonly<Record<string, readonly number[]>>; readonly encoding: string },
): { readonly what: string; readonly message: string }[] {
  const names = new Set([...Object.keys(inputs), ...Object.keys(timed.inputs)])
  const shapes = [...names].flatMap((name) => {
    const [wanted, sent] = [inputs[name]?.shape.join('x'), timed.inputs[name]?.join('x')]
    if (wanted === sent) return []
    const message = `requests of ${sent ?? 'none'} were timed, and the scenario has ${wanted ?? 'none'}`
    return [{ what: `inputs.${name}`, message }]
  })
  if (encoding === timed.encoding) return shapes
  const message = `requests in ${timed.encoding} were timed, and the scenario has them in ${encoding}`
  return [...shapes, { what: 'encoding', message }]
}

/** Variants that were not timed, that are another file now, or not with single requests. */
function untimed({ variants = [] }: ModelSource, profile: ModelProfile): Problem[] {
  const names = new Set(['fp32', ...variants.map(({ name }) => name)])
  return [...names].flatMap((name) => {
    const at = profile.variants.findIndex((each) => each.name === name)
    const own = variants.find((each) => each.name === name)?.path
    if (at < 0) return [{ field: 'variants', message: `${name} was not timed` }]
    if (own !== undefined && existsSync(own) && hashOf(own) !== profile.variants[at]?.sha256)
      return [{ field: `variants[${at}].sha256`, message: `${own} has changed since it was timed` }]
    if (aloneIn(profile, name).length > 0) return []
    return [{ field: 'results', message: `${name} was not timed with batch 1, one at a time` }]
  })
}

export function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
