import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cloud } from '../../../src/cloud/cloud.ts'
import { allKinds } from '../../../src/cloud/deployers.ts'
import { findLeftovers } from '../../../src/cloud/find-leftovers.ts'
import { JOURNAL_FILE, openJournal, readJournal } from '../../../src/cloud/journal.ts'
import { preflight } from '../../../src/cloud/preflight.ts'
import { runKey } from '../../../src/cloud/run-labels.ts'
import { tearDown } from '../../../src/cloud/tear-down.ts'
import type { LiveHeaders } from '../../../src/cloud/url-headers.ts'
import type { PriceBook } from '../../../src/core/bill.ts'
import type { ModelFacts, Trial } from '../../../src/core/measurement.ts'
import { decimal } from '../../../src/core/money.ts'
import type { RunRecord } from '../../../src/core/run-record.ts'
import type { Scenario } from '../../../src/core/scenario.ts'
import { loadOpen } from '../../../src/load/open-loop.ts'
import { deployCandidates } from '../../../src/run/deploy/deploy-candidates.ts'
import { planDeployments } from '../../../src/run/deploy/plan-deployments.ts'
import { newRecord } from '../../../src/run/run-scenario.ts'
import { saveRun } from '../../../src/run/run-store.ts'
import { buildRequest } from '../../../src/serving/payload.ts'

export interface Swept {
  readonly cloud: Cloud
  readonly scenario: Scenario
  readonly model: Pick<ModelFacts, 'inputs' | 'sha256'>
  readonly book: PriceBook
}

export interface SweptRun {
  /** As it is on disk after the run; null where the check before it refused. */
  readonly record: RunRecord | null
  /** What the check before the run found. */
  readonly refused: readonly string[]
  readonly folder: string
}

/** All that a run does in the cloud: the check, then each candidate deployed, loaded, saved and taken down. */
export async function sweepRun({ cloud, scenario, model, book }: Swept, number: number): Promise<SweptRun> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sweep-'))
  // Names are made of the second in which a run began.
  let record = newRecord(scenario, 'test', new Date(Date.UTC(2026, 0, 1) + number * 1000))
  const plans = await planDeployments(record, cloud.settings, book)
  const { problems } = await preflight(
    cloud,
    plans.map(({ need }) => need),
  )
  if (problems.length > 0) return { record: null, refused: problems.map(({ message }) => message), folder }
  const journal = openJournal(join(folder, JOURNAL_FILE), cloud.pace.now)
  const change = (part: Partial<RunRecord>) => {
    record = { ...record, ...part }
    saveRun(folder, record)
  }
  try {
    journal.write({ event: 'run', run: runKey(record), id: record.id, settings: cloud.settings })
    const never = new AbortController().signal
    await deployCandidates({
      deploying: { cloud, journal, book, maxSpendUsd: decimal(1000), ending: never },
      record: () => record,
      model,
      candidates: scenario.candidates,
      signal: never,
      notify: () => undefined,
      onTrial: (trial: Trial) => change({ trials: [...record.trials, trial] }),
      onCloud: (some) => change({ cloud: some }),
      load: (candidate) => (url, headers) => lightLoad(candidate.name, url, headers, scenario, model),
    })
  } finally {
    journal.close()
  }
  const saved = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunRecord
  return { record: saved, refused: [], folder }
}

/** What `plimsoll clean --yes` does after a run: finds by journal and label, deletes. @returns what it could not */
export async function sweepClean(cloud: Cloud, { folder }: SweptRun): Promise<readonly string[]> {
  const kinds = await allKinds()
  const standing = readJournal(join(folder, JOURNAL_FILE))
  const { found, unseen } = await findLeftovers(cloud, kinds, standing ? [standing] : [])
  const left: string[] = unseen.map(({ title, why }) => `${title}: ${why}`)
  for (const run of new Set(found.map((each) => each.run))) {
    const resources = found.filter((each) => each.run === run).toReversed()
    const order = { cloud, kinds, resources, run, onGone: () => undefined }
    left.push(...(await tearDown(order)).map(({ resource, why }) => `${resource.name}: ${why}`))
  }
  rmSync(folder, { recursive: true })
  return left
}

/** A few real requests from this thread: the sweep is about what happens around them. */
async function lightLoad(
  candidate: string,
  url: string,
  headers: LiveHeaders,
  { model, load }: Scenario,
  { inputs }: Swept['model'],
): Promise<Trial> {
  const request = buildRequest(model, inputs, load.seed, undefined)
  const measurement = await loadOpen({
    url,
    payloads: [{ body: request.body }],
    headers: { ...request.headers, ...headers.now() },
    arrival: { kind: 'constant', rps: 200 },
    count: 4,
    warmupRequests: 0,
    connections: 4,
    timeoutMs: load.timeoutMs,
    acceptableLagMs: 1000,
    seed: load.seed,
    signal: new AbortController().signal,
  })
  const payload = { requestBytes: request.body.length, replyBytes: 0 }
  return { candidate, status: 'measured', measurement, payload }
}
