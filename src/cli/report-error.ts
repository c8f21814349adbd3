import { formatProblem, UserError, WorldError } from '../core/errors.ts'
import { EXIT } from './exit-codes.ts'

/** Prints what went wrong, without a stack where the user or the world is at fault, and returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof UserError) {
    for (const problem of error.problems) console.error(formatProblem(problem))
    if (error.problems.length > 1) console.error(`${error.problems.length} problems`)
    return EXIT.user
  }
  if (error instanceof WorldError) {
    console.error(`failed: ${error.message}${error.hint ? `\n    ${error.hint}` : ''}`)
    return EXIT.failed
  }
  console.error('plimsoll has a bug; please report it with this:')
  console.error(error)
  return EXIT.failed
}
