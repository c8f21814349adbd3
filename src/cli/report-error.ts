import { formatProblem, UserError, WorldError } from '../core/errors.ts'
import { EXIT } from './exit-codes.ts'

/** What a server said, or a file is called, must not move the cursor or hide what is read; lines stay lines. */
const UNSEEN = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\n]]/gv

/** Prints what went wrong, without a stack where the user or the world is at fault, and returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof UserError) {
    for (const problem of error.problems) print(formatProblem(problem))
    if (error.problems.length > 1) console.error(`${error.problems.length} problems`)
    return EXIT.user
  }
  if (error instanceof WorldError) {
    print(`failed: ${error.message}${error.hint ? `\n    ${error.hint}` : ''}`)
    return EXIT.failed
  }
  console.error('plimsoll has a bug; please report it with this:')
  console.error(error)
  return EXIT.failed
}

function print(text: string): void {
  console.error(text.replaceAll(UNSEEN, ' '))
}
