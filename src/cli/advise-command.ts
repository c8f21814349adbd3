import { loadPriceBook } from '../pricing/price-book.ts'
import { adviseRun } from '../run/advise-run.ts'
import { loadRun } from '../run/run-store.ts'
import type { Given } from './commands.ts'
import { printAdvice } from './print-advice.ts'

/** `plimsoll advise`: everything after the load, from the saved run. */
export async function adviseCommand(file: string, given: Given): Promise<number> {
  const record = loadRun(file)
  return printAdvice(adviseRun(record, await loadPriceBook(given.values.get('book'))), given)
}
