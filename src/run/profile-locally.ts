import { median } from 'simple-statistics'
import { WorldError } from '../core/errors.ts'
import type { LocalProfile, Measurement } from '../core/measurement.ts'
import type { Listener } from '../core/run-event.ts'
import type { PartialProfile } from '../core/run-record.ts'
import type { Scenario } from '../core/scenario.ts'
import { formatMs } from '../core/units.ts'
import { loadClosedAside } from '../load/closed-aside.ts'
import { summarize } from '../load/measurement.ts'
import { describeHost } from '../serving/describe-host.ts'
import { startLocalServer } from '../serving/local-server.ts'
import { measureStartUp } from '../serving/measure-start-up.ts'
import type { ProbedModel } from './probe-model.ts'
import { sampleTeller } from './sample-teller.ts'
import type { Step } from './steps.ts'

export interface Profiling {
  readonly scenario: Scenario
  /** Follows the name of each step, to tell the profiles of several variants apart. */
  readonly suffix?: string
  readonly model: ProbedModel
  readonly signal: AbortSignal
  readonly notify: Listener
  readonly profile: () => PartialProfile | null
  readonly update: (profile: PartialProfile) => void
}

/** What is left to measure of the local profile: the start-up, then the service time for each number of threads. */
export function profileSteps(profiling: Profiling): Step[] {
  const done = profiling.profile()
  if (done?.source !== undefined) return []
  const suffix = profiling.suffix ?? ''
  const steps: Step[] = []
  const { startups } = profiling.scenario.load
  if ((done?.startUps.length ?? 0) < startups) {
    steps.push({
      name: `start-up of the local server${suffix}`,
      run: (signal) => profileStartUps({ ...profiling, signal }),
    })
  }
  for (const threads of threadCounts(profiling.scenario, describeHost().cores)) {
    if (done?.settings.some((setting) => setting.threads === threads)) continue
    const name = `service time with ${threads} thread${threads === 1 ? '' : 's'}${suffix}`
    steps.push({ name, run: (signal) => profileSetting({ ...profiling, signal }, threads) })
  }
  return steps
}

/** 1, 2, 4 … up to the cores of this machine, and what the candidates ask for within that. */
export function threadCounts({ candidates }: Pick<Scenario, 'candidates'>, cores: number): number[] {
  const asked = candidates.filter(({ url }) => url === undefined).map(({ threads }) => threads)
  const powers = [1, 2, 4, 8].filter((threads) => threads <= Math.min(cores, 4))
  return [...new Set([...powers, ...asked.filter((threads) => threads <= cores)])].sort((a, b) => a - b)
}

/** @throws Error when the profile is not finished: an assertion, for the steps above finish it */
export function completeProfile(partial: PartialProfile | null): LocalProfile {
  const { replyBytes, peakRssMib } = partial ?? {}
  if (!partial || replyBytes === undefined || peakRssMib === undefined || partial.settings.length === 0) {
    throw new Error('the local profile is not finished')
  }
  return { ...partial, replyBytes, peakRssMib }
}

async function profileStartUps(profiling: Profiling): Promise<string> {
  const { scenario, model, signal, notify } = profiling
  const total = scenario.load.startups
  for (let count = profiling.profile()?.startUps.length ?? 0; count < total; count++) {
    notify({ kind: 'progress', finished: count, total })
    const options = { modelPath: scenario.model.path, threads: 1, signal, body: model.body }
    const { startUp, replyBytes } = await measureStartUp(options)
    const profile = profiling.profile() ?? emptyProfile(model)
    profiling.update({ ...profile, replyBytes, startUps: [...profile.startUps, startUp] })
  }
  const totals = (profiling.profile()?.startUps ?? []).map(({ totalMs }) => totalMs)
  return `median ${formatMs(median(totals))} to the first reply`
}

async function profileSetting(profiling: Profiling, threads: number): Promise<string> {
  const { scenario, model, signal } = profiling
  const server = await startLocalServer({ modelPath: scenario.model.path, threads, signal })
  try {
    const measurement = await loadLocally(profiling, server.url)
    const profile = profiling.profile() ?? emptyProfile(model)
    const peakRssMib = Math.max(profile.peakRssMib ?? 0, Math.round(await server.rssMib()))
    profiling.update({ ...profile, peakRssMib, settings: [...profile.settings, { threads, measurement }] })
    const { p50, p95 } = measurement.serviceMs
    return `p50 ${formatMs(p50)}, p95 ${formatMs(p95)} over ${measurement.counts.ok} requests`
  } finally {
    await server.stop()
  }
}

/** One connection, so that nothing waits and what is measured is the service time. */
async function loadLocally(
  { scenario, model, signal, notify }: Profiling,
  url: string,
): Promise<Measurement> {
  const { requests, warmupRequests, timeoutMs } = scenario.load
  const startedAt = new Date().toISOString()
  const total = warmupRequests + requests
  const onProgress = (finished: number) => notify({ kind: 'progress', finished, total })
  const onSample = sampleTeller(notify, warmupRequests)
  const { body } = model
  const load = {
    url,
    body,
    connections: 1,
    warmupRequests,
    requests,
    timeoutMs,
    signal,
    onProgress,
    onSample,
  }
  const headers = { 'content-type': 'application/json' }
  notify({ kind: 'load-started', load: { arrivals: 'closed', warmupRequests } })
  const samples = await loadClosedAside({ ...load, headers })
  const measurement = summarize(samples, { arrivals: 'closed', connections: 1, startedAt, timeoutMs })
  assertAnswered(measurement)
  return measurement
}

/** A profile of a server that fails requests would be one of its failures. */
function assertAnswered({ counts, errors }: Measurement): void {
  if (counts.ok >= counts.due * 0.99) return
  const kinds = Object.entries(errors).map(([kind, { count, example }]) => `${count} ${kind}: ${example}`)
  const hint = errors.timeout ? 'raise load.timeout if the model is that slow' : undefined
  const message = `the local server failed ${counts.due - counts.ok} of ${counts.due} requests (${kinds.join('; ')})`
  throw new WorldError(message, hint === undefined ? {} : { hint })
}

function emptyProfile({ facts, body }: ProbedModel): PartialProfile {
  return { host: describeHost(), model: facts, requestBytes: body.length, startUps: [], settings: [] }
}
