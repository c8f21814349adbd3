import { existsSync } from 'node:fs'
import { type Problem, UserError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { ModelSource, Scenario } from '../core/scenario.ts'
import { hashOf, otherRequests } from './adopt-profile.ts'

/**
 * Whether a saved run's service times are those of this scenario's model and requests, and not of what they were.
 * @throws UserError with everything in which the run is of something else
 */
export function checkRunMatches(scenario: Scenario, run: RunRecord): void {
  const { inputs, encoding } = run.scenario.model
  const shapes = Object.entries(inputs).map(([name, { shape }]) => [name, shape] as const)
  const messages = [
    ...otherModel(scenario.model, run),
    ...otherRequests(scenario.model, { inputs: Object.fromEntries(shapes), encoding }).map(
      ({ what, message }) => `${what}: ${message}`,
    ),
  ]
  if (messages.length === 0) return
  const hint = `plimsoll run ${scenario.file} measures this one`
  throw new UserError(
    messages.map((message, index): Problem => {
      const last = index === messages.length - 1
      return { message: `the run ${run.id}: ${message}`, ...(last ? { hint } : {}) }
    }),
  )
}

function otherModel({ file, path }: ModelSource, { scenario, profile }: RunRecord): string[] {
  if (scenario.model.file !== file) return [`it is of another model: ${scenario.model.file}`]
  const measured = profile?.model?.sha256
  if (measured === undefined || !existsSync(path)) return []
  return hashOf(path) === measured ? [] : [`it is of another ${file} than there is now`]
}
