import { UserError } from '../core/errors.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { adviseRun } from '../run/advise-run.ts'
import { readWhatIf, WHAT_IF_FIELDS } from '../run/read-what-if.ts'
import { loadRun } from '../run/run-store.ts'
import { whatIfProblems } from '../run/suppose.ts'
import type { Given } from './command.ts'
import { printAdvice } from './print-advice.ts'

/** `plimsoll advise`: everything after the load, from the saved run, as it is or under a what-if. */
export async function adviseCommand(file: string, given: Given): Promise<number> {
  const record = loadRun(file)
  const written = WHAT_IF_FIELDS.map((field) => [field, given.values.get(field)] as const)
  const { whatIf, problems } = readWhatIf(
    Object.fromEntries(written.filter(([, text]) => text !== undefined)),
  )
  const all = [...problems, ...whatIfProblems(record, whatIf)]
  if (all.length > 0) throw new UserError(all.map((problem) => ({ ...problem, field: `--${problem.field}` })))
  const { book, ...use } = await chooseBook(given.values.get('book'), process.env)
  return printAdvice(adviseRun(record, book, { ...use, whatIf, now: new Date() }), given)
}
