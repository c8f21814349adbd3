import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'
import { readWhatIf } from '../run/read-what-if.ts'
import { writeWhole } from '../run/run-store.ts'
import { suppose } from '../run/suppose.ts'
import { changeScenario } from '../scenario/change-scenario.ts'
import type { Written } from './advice-worker.ts'

/**
 * Saves the scenario of a run as a file that asks the question by itself, beside the one that was run: what that names
 * by relative paths is still there.
 *
 * @returns its path
 * @throws UserError where the file is gone, or no file can say it
 */
export function saveWhatIfScenario(run: RunRecord, question: Written): string {
  const { file, name } = run.scenario
  const path = join(dirname(file), `${name}-what-if.yaml`)
  writeWhole(path, whatIfScenario(run, question))
  return path
}

function whatIfScenario(run: RunRecord, question: Written): string {
  const { file } = run.scenario
  if (!existsSync(file))
    throw new UserError({ file, message: 'is no longer there, so it cannot be changed and saved' })
  const { whatIf, problems } = readWhatIf(question)
  if (problems.length > 0) throw new UserError(problems)
  const { scenario } = suppose(run, whatIf).record
  const { traffic, region, commitment, minReplicas, peakFactor, slo } = whatIf
  return changeScenario(readFileSync(file, 'utf8'), {
    ...(slo ? { slo: scenario.slo } : {}),
    ...(traffic || peakFactor !== undefined ? { traffic: scenario.traffic } : {}),
    ...(region !== undefined || commitment !== undefined || minReplicas !== undefined
      ? { candidates: scenario.candidates }
      : {}),
  })
}
