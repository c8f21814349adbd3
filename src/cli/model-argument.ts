import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import { resolveModel } from '../scenario/resolve-model.ts'

/** Whether an argument that may be a model or a scenario is a scenario: its ending tells. */
export function isScenario(argument: string): boolean {
  return /\.(ya?ml|json)$/i.test(argument)
}

/** Absolute path of a model given as a path, or as `npm:<package>/<path>`. @throws UserError when it is not there */
export function resolveModelArgument(argument: string): string {
  const found = resolveModel(argument, join(process.cwd(), 'argument'))
  if ('path' in found) return found.path
  throw new UserError({ message: found.message, hint: found.hint })
}
