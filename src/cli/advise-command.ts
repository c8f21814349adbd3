import { chooseBook } from '../pricing/default-book.ts'
import { adviseRun } from '../run/advise-run.ts'
import { loadRun } from '../run/run-store.ts'
import type { Given } from './commands.ts'
import { printAdvice } from './print-advice.ts'

/** `plimsoll advise`: everything after the load, from the saved run. */
export async function adviseCommand(file: string, given: Given): Promise<number> {
  const record = loadRun(file)
  const { book, ...use } = await chooseBook(given.values.get('book'), process.env)
  return printAdvice(adviseRun(record, book, { ...use, now: new Date() }), given)
}
