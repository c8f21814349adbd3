import type { RunRecord } from '../core/run-record.ts'
import type { Scenario } from '../core/scenario.ts'
import { adoptProfile, settleByProfile } from '../run/adopt-profile.ts'
import { readProfile } from '../run/read-profile.ts'
import { newRecord } from '../run/run-scenario.ts'
import { loadRun } from '../run/run-store.ts'
import { VERSION } from './version.ts'

/**
 * A scenario with the service times of a saved profile, nothing being loaded.
 * @param run folder of a saved run whose loaded deployments are taken with it
 * @throws UserError for a profile that is none, or of another model or other requests
 */
export function profiledRun(scenario: Scenario, file: string, run?: string): RunRecord {
  const profile = readProfile(file)
  const empty = newRecord(scenario, VERSION, new Date(profile.startedAt))
  const record = run === undefined ? empty : { ...loadRun(run), scenario }
  return settleByProfile(adoptProfile(record, profile, file))
}
