import { UserError } from '../core/errors.ts'
import type { Comparison } from '../gate/comparison.ts'
import { laySideBySide } from '../gate/lay-side-by-side.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { COMPARISON_REPORTS } from '../report/comparison/index.ts'
import { adviseRun } from '../run/advise-run.ts'
import { loadRunFile } from '../run/gate/load-run-file.ts'
import { writeWhole } from '../run/run-store.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { terminalOptions } from './terminal-options.ts'
import { VERSION } from './version.ts'

/** `plimsoll compare`: saved runs side by side. Runs that differ too much are shown too, and it says so first. */
export async function compareCommand(files: readonly string[], given: Given): Promise<number> {
  const format = formatOf(given)
  const runs = loadAll(files)
  const { book } = await chooseBook(given.values.get('book'), process.env)
  const advised = runs.map((run) => ({ ...run, advice: adviseRun(run.record, book, { outlook: false }) }))
  const comparison: Comparison = {
    schemaVersion: 1,
    plimsoll: VERSION,
    book: book.date,
    ...laySideBySide(advised),
  }
  const out = given.values.get('out')
  if (out === undefined) process.stdout.write(COMPARISON_REPORTS[format](comparison, terminalOptions()))
  else writeWhole(out, COMPARISON_REPORTS[format](comparison, { width: 100 }))
  return EXIT.ok
}

function formatOf({ switches }: Given): keyof typeof COMPARISON_REPORTS {
  if (switches.has('json') && switches.has('markdown')) {
    throw new UserError({ message: '--json and --markdown exclude each other', hint: 'give one of them' })
  }
  return switches.has('json') ? 'json' : switches.has('markdown') ? 'markdown' : 'text'
}

/** @throws UserError with what is wrong with each of them */
function loadAll(files: readonly string[]) {
  const results = files.map((file) => {
    try {
      return { run: loadRunFile(file) }
    } catch (error) {
      if (error instanceof UserError) return { problems: error.problems }
      throw error
    }
  })
  const problems = results.flatMap(({ problems: found }) => found ?? [])
  if (problems.length > 0) throw new UserError(problems)
  return results.flatMap(({ run }) => run ?? [])
}
