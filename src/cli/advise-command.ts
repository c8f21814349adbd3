import { UserError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { adviseRun } from '../run/advise-run.ts'
import { readWhatIf, WHAT_IF_FIELDS } from '../run/read-what-if.ts'
import { loadRun } from '../run/run-store.ts'
import { whatIfProblems } from '../run/suppose.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import type { Given } from './command.ts'
import { printAdvice } from './print-advice.ts'
import { profiledRun } from './profiled-run.ts'

/** `plimsoll advise`: everything after the load, from a saved run or profile, as it is or under a what-if. */
export async function adviseCommand(file: string, given: Given): Promise<number> {
  const record = recordOf(file, given.values.get('profile'))
  const written = WHAT_IF_FIELDS.map((field) => [field, given.values.get(field)] as const)
  const { whatIf, problems } = readWhatIf(
    Object.fromEntries(written.filter(([, text]) => text !== undefined)),
  )
  const all = [...problems, ...whatIfProblems(record, whatIf)]
  if (all.length > 0) throw new UserError(all.map((problem) => ({ ...problem, field: `--${problem.field}` })))
  const { book, ...use } = await chooseBook(given.values.get('book'), process.env)
  return printAdvice(adviseRun(record, book, { ...use, whatIf, now: new Date() }), given)
}

/** A saved run, or a scenario with a profile in place of one. */
function recordOf(file: string, profile: string | undefined): RunRecord {
  const isScenario = /\.ya?ml$/i.test(file)
  if (isScenario && profile !== undefined) return profiledRun(readScenario(file).scenario, profile)
  if (profile !== undefined) return profiledRun(loadRun(file).scenario, profile, file)
  if (!isScenario) return loadRun(file)
  throw new UserError({
    file,
    message: 'is a scenario, and nothing says how long its requests take',
    hint: 'give --profile FILE, as plimsoll profile --save writes it; or plimsoll run loads it',
  })
}
