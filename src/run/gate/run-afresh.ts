import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Listener } from '../../core/run-event.ts'
import type { Scenario } from '../../core/scenario.ts'
import type { Locate } from '../probe-model.ts'
import { newRecord, runScenario } from '../run-scenario.ts'
import { RUN_FILE, saveRun } from '../run-store.ts'
import type { RunFile } from './compare-runs.ts'
import { loadRunFile } from './load-run-file.ts'

export interface FreshRun {
  readonly scenario: Scenario
  readonly locate: Locate
  readonly version: string
  readonly signal: AbortSignal
  readonly notify: Listener
}

/** Runs a scenario now and keeps it as any run is kept. */
export async function runAfresh({ scenario, locate, version, signal, notify }: FreshRun): Promise<RunFile> {
  const record = newRecord(scenario, version, new Date())
  let folder = join('reports', record.id)
  for (let count = 2; existsSync(folder); count++) folder = join('reports', `${record.id}-${count}`)
  await runScenario({ record, locate, signal, notify, save: (state) => saveRun(folder, state) })
  return loadRunFile(join(folder, RUN_FILE))
}
