import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { type Problem, UserError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { ModelSource, Scenario } from '../core/scenario.ts'

/**
 * Whether a saved run's service times are those of this scenario's model and requests, and not of what they were.
 * @throws UserError with everything in which the run is of something else
 */
export function checkRunMatches(scenario: Scenario, run: RunRecord): void {
  const messages = [...otherModel(scenario.model, run), ...otherRequests(scenario.model, run.scenario.model)]
  if (messages.length === 0) return
  const hint = `plimsoll run ${scenario.file} measures this one`
  throw new UserError(
    messages.map((message, index): Problem => {
      const last = index === messages.length - 1
      return { message: `the run ${run.id} ${message}`, ...(last ? { hint } : {}) }
    }),
  )
}

function otherModel({ file, path }: ModelSource, { scenario, profile }: RunRecord): string[] {
  if (scenario.model.file !== file) return [`is of another model: ${scenario.model.file}`]
  const measured = profile?.model?.sha256
  if (measured === undefined || !existsSync(path)) return []
  const now = createHash('sha256').update(readFileSync(path)).digest('hex')
  return now === measured ? [] : [`is of another ${file} than there is now`]
}

function otherRequests(now: ModelSource, then: ModelSource): string[] {
  const names = new Set([...Object.keys(now.inputs), ...Object.keys(then.inputs)])
  const shapes = [...names].flatMap((name) => {
    const [wanted, sent] = [now.inputs[name]?.shape.join('x'), then.inputs[name]?.shape.join('x')]
    if (wanted === sent) return []
    return [`sent ${name} as ${sent ?? 'nothing'}, and the scenario has ${wanted ?? 'none'}`]
  })
  if (now.encoding === then.encoding) return shapes
  return [...shapes, `sent requests in ${then.encoding}, and the scenario has them in ${now.encoding}`]
}
