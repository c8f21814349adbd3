import { median } from 'simple-statistics'
import { wordsOf } from '../../cloud/call-error.ts'
import { type CandidateScope, createScope } from '../../cloud/candidate-scope.ts'
import type { Deployer, Deployment, DeployOrder } from '../../cloud/deployer.ts'
import type { JournalLine } from '../../cloud/journal.ts'
import { lastLogLines } from '../../cloud/log-lines.ts'
import { roundTripMs } from '../../cloud/round-trip.ts'
import { type Left, tearDown } from '../../cloud/tear-down.ts'
import { type LiveHeaders, openHeaders } from '../../cloud/url-headers.ts'
import type { Candidate } from '../../core/candidate.ts'
import type { DeploymentRecord } from '../../core/deployment-record.ts'
import { UserError } from '../../core/errors.ts'
import type { Trial } from '../../core/measurement.ts'
import { exact } from '../../core/money.ts'
import type { Listener } from '../../core/run-event.ts'
import { type Deploying, type Purse, usdPerDay } from './session.ts'

/** How an endpoint is asked and loaded; made by those who know the model. */
export interface Asking {
  /** Sends one request; its time, or why there is no prediction. */
  readonly ask: (
    url: string,
    headers: Readonly<Record<string, string>>,
  ) => Promise<{ ms: number } | { fault: string }>
  readonly load: (url: string, headers: LiveHeaders, ending: AbortSignal) => Promise<Trial>
}

export interface DeploymentTrial extends Asking {
  readonly candidate: Candidate
  readonly deployer: Deployer
  readonly order: DeployOrder
  readonly deploying: Deploying
  readonly purse: Purse
  /** Ends everything at once: the second Ctrl-C. */
  readonly signal: AbortSignal
  /** One load at a time. */
  readonly alone: (work: () => Promise<Trial>) => Promise<Trial>
  readonly notify: Listener
  /** Saves what was measured before anything is taken down. */
  readonly onTrial: (trial: Trial) => void
}

/** Starts from nothing that are timed, where the platform can be made to. */
const COLD_STARTS = 3
/** Warm requests beside them. */
const WARM_REQUESTS = 5

/** Deploys one candidate, proves it, loads it and takes it down, whatever happens. Never throws for the candidate's sake. */
export async function tryDeployment(trial: DeploymentTrial): Promise<DeploymentRecord> {
  const { candidate, deploying, purse, notify } = trial
  const signal = AbortSignal.any([trial.signal, deploying.ending, purse.capped])
  const { cloud, journal } = deploying
  const scope = createScope({
    cloud,
    candidate: candidate.name,
    journal,
    meter: purse.meter,
    usdPerHour: purse.usdPerHour,
    signal,
    onStep: (step) => notify({ kind: 'deployment', candidate: candidate.name, ...expected(trial, step) }),
  })
  const found: Found = {
    coldStartMs: [],
    roundTripMs: null,
    notes: trial.deployer.plan(candidate, trial.order).notes,
  }
  let left: readonly Left[] = []
  try {
    await measureOrExplain(trial, scope, found)
  } finally {
    // Also where what was measured cannot be saved.
    left = await takeDown(trial, scope)
    notify({ kind: 'deployment', candidate: candidate.name })
  }
  return recordOf(trial, scope, found, left)
}

async function measureOrExplain(trial: DeploymentTrial, scope: CandidateScope, found: Found): Promise<void> {
  try {
    await measureDeployment(trial, scope, found)
  } catch (error) {
    // Stopped by the user, it counts as not tried, and a resumed run tries it.
    if (trial.signal.aborted || trial.deploying.ending.aborted) return
    const why = await explain(error, trial, scope)
    trial.onTrial({ candidate: trial.candidate.name, status: 'failed', error: why })
  }
}

function expected({ deployer, candidate, order }: DeploymentTrial, step: string) {
  const planned = deployer.plan(candidate, order).steps.find((each) => each.step === step)
  return { step, ...(planned && { expectedS: { low: planned.lowS, high: planned.highS } }) }
}

/** What is found out about a deployment besides its load. */
interface Found {
  coldStartMs: number[]
  roundTripMs: number | null
  replicaStep?: string
  readonly notes: readonly string[]
}

async function measureDeployment(trial: DeploymentTrial, scope: CandidateScope, found: Found): Promise<void> {
  const { candidate, deployer, order, purse, deploying } = trial
  const deployment = await deployer.deploy(candidate, order, scope)
  if (deployment.startStep !== undefined) found.replicaStep = deployment.startStep
  const headers = await openHeaders(deployment.auth, () => deploying.cloud.credentials)
  try {
    await firstPrediction(trial, scope, deployment, headers)
    found.roundTripMs = await roundTripMs(deployment.pingUrl ?? deployment.url)
    await timeColdStarts(trial, scope, deployment, headers, found)
    const measured = await trial.alone(() => {
      scope.signal.throwIfAborted()
      return trial.load(deployment.url, headers, purse.capped)
    })
    trial.onTrial(measured)
  } finally {
    headers.close()
  }
}

/** The platform may say that it serves before its front end knows: refusals count only at the time limit. */
async function firstPrediction(
  { ask }: DeploymentTrial,
  scope: CandidateScope,
  { url, headers: own }: Deployment,
  headers: LiveHeaders,
): Promise<void> {
  let fault = 'it was not asked'
  await scope.step('first prediction', async () => {
    try {
      await scope.until('the first prediction', async () => {
        const answer = await ask(url, { ...own, ...headers.now() })
        if ('ms' in answer) return answer
        fault = answer.fault
        return undefined
      })
    } catch (error) {
      if (scope.signal.aborted) throw error
      throw new UserError({
        message: `it never predicted: ${fault}`,
        hint: 'try the image by itself: docker run',
      })
    }
  })
}

async function timeColdStarts(
  { ask }: DeploymentTrial,
  scope: CandidateScope,
  { url, chill, headers: own }: Deployment,
  headers: LiveHeaders,
  found: Found,
): Promise<void> {
  if (!chill) return
  const time = async () => {
    const answer = await ask(url, { ...own, ...headers.now() })
    return 'ms' in answer ? [answer.ms] : []
  }
  const warm = (await collect(WARM_REQUESTS, time)).flat()
  if (warm.length === 0) return
  const cold = await collect(COLD_STARTS, async () => {
    scope.signal.throwIfAborted()
    await scope.step('scale to zero', chill)
    return time()
  })
  found.coldStartMs = cold.flat().map((ms) => Math.max(0, Math.round(ms - median(warm))))
}

async function collect<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const all: T[] = []
  for (let index = 0; index < count; index++) all.push(await work())
  return all
}

/** The platform's own words, and the last lines of the deployment's log. */
async function explain(error: unknown, trial: DeploymentTrial, scope: CandidateScope): Promise<string> {
  const { purse } = trial
  if (purse.capped.aborted) return `not measured: ${(purse.capped.reason as Error).message}`
  const words =
    error instanceof UserError
      ? error.problems.map(({ message, hint }) => (hint ? `${message} (${hint})` : message)).join('; ')
      : wordsOf(error)
  const lines = scope.created.length > 0 ? await lastLines(trial) : []
  return [`not deployed: ${words}`, ...(lines.length > 0 ? [`its log ends: ${lines.join(' | ')}`] : [])].join(
    '; ',
  )
}

/** What a deployment wrote last. That it cannot be read is no failure of its own. */
async function lastLines({
  candidate,
  deployer,
  order,
  deploying,
}: DeploymentTrial): Promise<readonly string[]> {
  const filter = deployer.logFilter?.(candidate, order)
  if (filter !== undefined) return lastLogLines(deploying.cloud, filter)
  return (await deployer.lastLines?.(candidate, order, deploying.cloud).catch(() => [])) ?? []
}

async function takeDown(trial: DeploymentTrial, scope: CandidateScope): Promise<readonly Left[]> {
  const { candidate, deployer, order, deploying, purse, notify } = trial
  const { cloud, journal } = deploying
  if (scope.created.length === 0) return []
  notify({ kind: 'deployment', candidate: candidate.name, step: 'delete it' })
  // A full disk must not stop the deletion: what a journal does not know is gone is looked for once more by clean.
  const write = (line: JournalLine) => {
    try {
      journal.write(line)
    } catch (error) {
      notify({ kind: 'note', text: (error as Error).message })
    }
  }
  const left = await tearDown({
    cloud,
    kinds: deployer.kinds,
    resources: scope.created,
    run: order.run,
    uncertain: scope.uncertain,
    onGone: ({ kind, name, region }) => {
      purse.meter.end(name, cloud.pace.now())
      write({ event: 'deleted', kind, name, region })
    },
  })
  for (const { resource, why } of left) {
    const { kind, name, region } = resource
    write({ event: 'left', kind, name, region, why })
    notify({ kind: 'note', text: `NOT DELETED: ${name}: ${why}; delete it with plimsoll clean` })
  }
  return left
}

function recordOf(
  { candidate, purse, deploying }: DeploymentTrial,
  { steps, created }: CandidateScope,
  { coldStartMs, roundTripMs: tripMs, replicaStep, notes }: Found,
  left: readonly Left[],
): DeploymentRecord {
  const replicaStartMs = steps.find(({ step }) => step === replicaStep)?.ms
  return {
    candidate: candidate.name,
    steps,
    coldStartMs,
    ...(replicaStartMs !== undefined && { replicaStartMs }),
    roundTripMs: tripMs,
    spentUsd: exact(purse.spentUsd(candidate.name).round(6)),
    notes,
    left: left.map(({ resource: { kind, name, region }, why }) => {
      const planned = created.find((each) => each.name === name)
      const hourly = planned?.hourly ?? { least: [], most: [] }
      return { kind, name, region, why, usdPerDay: usdPerDay(hourly, deploying.book) }
    }),
  }
}
