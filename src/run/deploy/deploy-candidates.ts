import { performance } from 'node:perf_hooks'
import { deployerOf } from '../../cloud/deployers.ts'
import { runKey } from '../../cloud/run-labels.ts'
import type { LiveHeaders } from '../../cloud/url-headers.ts'
import type { Candidate } from '../../core/candidate.ts'
import type { DeploySettings } from '../../core/deploy-settings.ts'
import type { CloudRecord, DeploymentRecord } from '../../core/deployment-record.ts'
import type { ModelFacts, Trial } from '../../core/measurement.ts'
import { type Decimal, decimal, exact } from '../../core/money.ts'
import type { Listener } from '../../core/run-event.ts'
import type { RunRecord } from '../../core/run-record.ts'
import { proveEndpoint } from '../../load/prove-endpoint.ts'
import { buildRequest } from '../../serving/payload.ts'
import { describeTrial } from '../describe-trial.ts'
import { expectedReply, measureUrl } from '../measure-url.ts'
import { candidateSettings } from './candidate-settings.ts'
import { type Deploying, deployOrders, Purse } from './session.ts'
import { type Asking, type DeploymentTrial, tryDeployment } from './try-deployment.ts'

export interface DeployRun {
  readonly deploying: Deploying
  readonly record: () => RunRecord
  readonly model: Pick<ModelFacts, 'inputs'>
  readonly candidates: readonly Candidate[]
  readonly signal: AbortSignal
  readonly notify: Listener
  readonly onTrial: (trial: Trial) => void
  readonly onCloud: (cloud: CloudRecord) => void
  /** How an endpoint is loaded; as the scenario says where absent. */
  readonly load?: (candidate: Candidate) => Asking['load']
}

/** Those of a run that its platforms' deployers can deploy; of variants, those that the settings say the place of. */
export async function deployable(
  candidates: readonly Candidate[],
  settings: DeploySettings,
): Promise<Candidate[]> {
  const each = await Promise.all(
    candidates.map(async (candidate) => {
      const able = candidate.url === undefined && candidateSettings(candidate, settings) !== undefined
      return able && (await deployerOf(candidate)) !== undefined ? [candidate] : []
    }),
  )
  return each.flat()
}

/** Deploys side by side up to `parallel`, loads one at a time, saves each trial before it is taken down. */
export async function deployCandidates(run: DeployRun): Promise<void> {
  const { deploying, candidates, notify } = run
  const spentBefore = decimal(run.record().cloud?.spentUsd ?? 0)
  const { settings, project } = deploying.cloud
  const purse = new Purse(deploying, notify)
  const orderOf = deployOrders(run.record(), settings, deploying.cloud.pace.now())
  const turns = takeTurns()
  let loaded = 0
  const alone = (name: string) => (work: () => Promise<Trial>) =>
    turns(async () => {
      notify({ kind: 'step-started', step: name, index: ++loaded, total: candidates.length })
      const trial = await work()
      notify({ kind: 'step-finished', step: name, result: describeTrial(trial) })
      return trial
    })
  const watching = purse.watch()
  const tell = (deployment?: DeploymentRecord) =>
    run.onCloud(cloudRecord(run, spentBefore.plus(purse.spentUsd()), project, deployment))
  tell()
  try {
    await inParallel(candidates, settings.parallel, async (candidate) => {
      if (run.signal.aborted || deploying.ending.aborted) return
      if (purse.capped.aborted) {
        const error = `not deployed: ${(purse.capped.reason as Error).message}`
        return run.onTrial({ candidate: candidate.name, status: 'failed', error })
      }
      const deployer = await deployerOf(candidate)
      if (!deployer) throw new Error(`no deployer for ${candidate.platform}`)
      const order = orderOf(candidate)
      const { signal, onTrial } = run
      const trial: DeploymentTrial = {
        ...asking(run, candidate),
        ...{
          candidate,
          deployer,
          order,
          deploying,
          purse,
          signal,
          alone: alone(candidate.name),
          notify,
          onTrial,
        },
      }
      tell(await tryDeployment(trial))
    })
  } finally {
    purse.stop()
    await watching
    tell()
  }
}

/** Earlier deployments of a resumed run are kept, and their spend counts as spent. */
function cloudRecord(
  { record, deploying }: DeployRun,
  spent: Decimal,
  project: string,
  deployment: DeploymentRecord | undefined,
): CloudRecord {
  const known = record().cloud?.deployments ?? []
  const others = known.filter(({ candidate }) => candidate !== deployment?.candidate)
  return {
    project,
    run: runKey(record()),
    maxSpendUsd: exact(deploying.maxSpendUsd),
    spentUsd: exact(spent.round(6)),
    deployments: deployment ? [...others, deployment] : others,
  }
}

function asking({ record, model, signal, notify, load: own }: DeployRun, candidate: Candidate): Asking {
  const { scenario } = record()
  const { body, headers: requestHeaders } = buildRequest(
    scenario.model,
    model.inputs,
    scenario.load.seed,
    candidate.server,
  )
  const expect = expectedReply(candidate, scenario)
  const ask = async (url: string, headers: Readonly<Record<string, string>>) => {
    const startedMs = performance.now()
    const proof = await proveEndpoint({
      url,
      body,
      headers: { ...requestHeaders, ...headers },
      expect,
      timeoutMs: scenario.load.timeoutMs,
      signal,
    })
    return 'fault' in proof ? proof : { ms: performance.now() - startedMs }
  }
  const load = (url: string, live: LiveHeaders, ending: AbortSignal) =>
    measureUrl({ candidate: { ...candidate, url }, scenario, model, signal, notify, live, ending })
  return { ask, load: own?.(candidate) ?? load }
}

async function inParallel<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next)
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, lane))
  for (const each of ended) if (each.status === 'rejected') throw each.reason
}

/** Runs what it is given one after the other, so that no load disturbs another. */
function takeTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}
