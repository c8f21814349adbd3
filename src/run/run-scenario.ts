import type { Candidate } from '../core/candidate.ts'
import type { CloudRecord } from '../core/deployment-record.ts'
import { UserError } from '../core/errors.ts'
import type { Trial } from '../core/measurement.ts'
import type { Listener } from '../core/run-event.ts'
import type { PartialProfile, RunRecord, VariantTrial } from '../core/run-record.ts'
import type { Scenario } from '../core/scenario.ts'
import { platformOf } from '../platforms/index.ts'
import { describeHost } from '../serving/describe-host.ts'
import { RunControl } from './control.ts'
import { deployable, deployCandidates } from './deploy/deploy-candidates.ts'
import type { Deploying } from './deploy/session.ts'
import { describeTrial } from './describe-trial.ts'
import { checkTokens, measureUrl } from './measure-url.ts'
import { type Locate, type ProbedModel, probeModel } from './probe-model.ts'
import { completeProfile, profileSteps } from './profile-locally.ts'
import { runSteps, type Step } from './steps.ts'
import { accuracyRefusal, gpuRefusal, variantProfileSteps, variantSteps } from './try-variants.ts'

export interface Run {
  /** A new record, or one that was saved before it was finished. */
  readonly record: RunRecord
  readonly locate: Locate
  /** Called with the whole record after every trial and every part of the profile. */
  readonly save: (record: RunRecord) => void
  /** Folder for the variants that are built; without variants in the scenario it is not used. */
  readonly variantsFolder?: string
  readonly signal: AbortSignal
  readonly notify: Listener
  /** Lets a user pause, skip and stop. */
  readonly control?: RunControl
  /** Given, candidates become deployments as far as their platforms can be deployed to. */
  readonly deploying?: Deploying
}

/**
 * Tries every candidate that has no trial yet and saves after each. Stops at once when the signal aborts; what was
 * saved until then is a valid record that a later call finishes.
 * @throws UserError before anything is saved or loaded; WorldError when the local server fails
 */
export async function runScenario(run: Run): Promise<RunRecord> {
  const { scenario } = run.record
  const state = new RunState(run)
  const refused = state.untried().flatMap(refusal)
  const tried = new Set(refused.map(({ candidate }) => candidate))
  const untried = state.untried().filter(({ name }) => !tried.has(name))
  checkTokens(untried)
  const model = untried.length > 0 ? await probeModel(scenario, run.locate, run.signal) : undefined
  if (model) checkSame(model, run.record.profile)
  state.add(...refused)
  if (model) {
    const variants = {
      ...run,
      scenario,
      model,
      variants: () => state.record.variants ?? [],
      update: state.updateVariant,
    }
    const { signal, notify, control = new RunControl() } = run
    const stepping = { signal, notify, control }
    await runSteps(variantSteps(variants, state.untried()), stepping)
    const inaccurate = state.untried().flatMap((candidate) => accuracyRefusal(candidate, state.record))
    if (inaccurate.length > 0) state.add(...inaccurate)
    const toDeploy = run.deploying ? await deployable(state.untried(), run.deploying.cloud.settings) : []
    const names = new Set(toDeploy.map(({ name }) => name))
    const others = () => state.untried().filter(({ name }) => !names.has(name))
    await runSteps(
      [...remainingSteps(run, state, model, control, others()), ...variantProfileSteps(variants, others())],
      stepping,
    )
    await control.ready(signal)
    state.settleModelled(others())
    await deploy(run, state, model, toDeploy)
  }
  return state.finish()
}

/**
 * Two models, or two machines, do not make one profile.
 * @throws UserError when a resumed run would mix them
 */
function checkSame(model: ProbedModel, begun: PartialProfile | null): void {
  if (begun === null) return
  const host = describeHost()
  if (begun.source !== undefined && begun.model.sha256 === model.facts.sha256) return
  const sameModel = begun.model.sha256 === model.facts.sha256 && begun.requestBytes === model.body.length
  const sameHost = begun.host.cpuModel === host.cpuModel && begun.host.cores === host.cores
  if (sameModel && sameHost) return
  throw new UserError({
    message: `the ${sameModel ? 'machine' : 'model or its input'} is not the one that the run was begun with`,
    hint: 'run without --resume to start afresh; the old run stays',
  })
}

/** A saved run without the trials that are worth another try: of deployments that failed or were measured badly. */
export function withoutFailures(record: RunRecord): RunRecord {
  const sound = record.trials.filter((trial) => {
    return trial.status !== 'failed' && (trial.status !== 'measured' || trial.measurement.valid)
  })
  return sound.length === record.trials.length ? record : { ...record, finishedAt: null, trials: sound }
}

function refusal(candidate: Candidate): Trial[] {
  const refusals = [...platformOf(candidate).limits(candidate), ...gpuRefusal(candidate)]
  return refusals.length > 0 ? [{ candidate: candidate.name, status: 'refused', refusals }] : []
}

/** @throws the reason of the signal that ended it, once everything is taken down */
async function deploy(
  run: Run,
  state: RunState,
  model: ProbedModel,
  candidates: readonly Candidate[],
): Promise<void> {
  const { deploying, signal, notify } = run
  if (!deploying || candidates.length === 0) return
  const tooLarge = candidates.flatMap((candidate) => payloadRefusal(candidate, model.body.length))
  state.add(...tooLarge)
  const refused = new Set(tooLarge.map(({ candidate }) => candidate))
  await deployCandidates({
    deploying,
    record: () => state.record,
    model: model.facts,
    candidates: candidates.filter(({ name }) => !refused.has(name)),
    signal,
    notify,
    onTrial: (trial) => {
      state.add(trial)
      if (trial.status === 'failed') notify({ kind: 'note', text: `${trial.candidate}: ${trial.error}` })
    },
    onCloud: (cloud) => state.updateCloud(cloud),
  })
  signal.throwIfAborted()
  deploying.ending.throwIfAborted()
}

/** Before money is spent: requests that the platform would turn away. The reply is known once it has answered. */
function payloadRefusal(candidate: Candidate, requestBytes: number): Trial[] {
  const refusals = platformOf(candidate).payloadLimits(candidate, { requestBytes, replyBytes: 0 })
  return refusals.length > 0 ? [{ candidate: candidate.name, status: 'refused', refusals }] : []
}

function remainingSteps(
  { record, signal, notify }: Run,
  state: RunState,
  model: ProbedModel,
  control: RunControl,
  candidates: readonly Candidate[],
): Step[] {
  const { scenario } = record
  const withUrl = candidates.filter(hasUrl)
  const profile = () => state.record.profile
  const update = (next: PartialProfile) => state.update(next)
  const modelled = candidates.some((candidate) => !hasUrl(candidate))
  return [
    ...(modelled ? profileSteps({ scenario, model, signal, notify, profile, update }) : []),
    ...withUrl.map((candidate) => ({
      name: candidate.name,
      endsEarly: true,
      run: async (stepSignal: AbortSignal) => {
        const watched = { signal: stepSignal, ending: control.stopping, notify }
        const trial = await measureUrl({ candidate, scenario, model: model.facts, ...watched })
        state.add(trial)
        return describeTrial(trial)
      },
      skipped: () => {
        state.add({ candidate: candidate.name, status: 'failed', error: 'skipped by its user' })
        return 'skipped'
      },
    })),
  ]
}

function hasUrl(candidate: Candidate): candidate is Candidate & { readonly url: string } {
  return candidate.url !== undefined
}

/** The record under way: every change of it is saved before the next thing happens. */
class RunState {
  record: RunRecord
  readonly #save: Run['save']

  constructor({ record, save }: Run) {
    this.record = record
    this.#save = save
  }

  add(...trials: readonly Trial[]): void {
    this.#change({ trials: [...this.record.trials, ...trials] })
  }

  updateCloud(cloud: CloudRecord): void {
    this.#change({ cloud })
  }

  update(profile: PartialProfile): void {
    this.#change({ profile })
  }

  /** Adds what came of a variant, or replaces what was there of it. */
  readonly updateVariant = (trial: VariantTrial): void => {
    const others = (this.record.variants ?? []).filter(({ facts }) => facts.name !== trial.facts.name)
    this.#change({ variants: [...others, trial] })
  }

  /** Once the profile is complete, candidates without a url need nothing more than limits that depend on the payload. */
  settleModelled(modelled: readonly Candidate[]): void {
    if (modelled.length === 0) return
    const payload = completeProfile(this.record.profile)
    const trials = modelled.map((candidate): Trial => {
      const refusals = platformOf(candidate).payloadLimits(candidate, payload)
      if (refusals.length > 0) return { candidate: candidate.name, status: 'refused', refusals }
      return { candidate: candidate.name, status: 'modelled' }
    })
    this.add(...trials)
  }

  finish(): RunRecord {
    if (this.record.finishedAt === null) this.#change({ finishedAt: new Date().toISOString() })
    return this.record
  }

  untried(): Candidate[] {
    const tried = new Set(this.record.trials.map(({ candidate }) => candidate))
    return this.record.scenario.candidates.filter(({ name }) => !tried.has(name))
  }

  #change(part: Partial<RunRecord>): void {
    this.record = { ...this.record, ...part }
    this.#save(this.record)
  }
}

/** A record with nothing in it yet. @param now start of the run */
export function newRecord(scenario: Scenario, version: string, now: Date): RunRecord {
  const stamp = now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  return {
    schemaVersion: 1,
    plimsoll: version,
    id: `${scenario.name}-${stamp}`,
    startedAt: now.toISOString(),
    finishedAt: null,
    scenario,
    profile: null,
    trials: [],
  }
}
