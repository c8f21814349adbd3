import { chooseBook } from '../pricing/default-book.ts'
import { REPORTS } from '../report/index.ts'
import { adviseRun } from '../run/advise-run.ts'
import { loadRun } from '../run/run-store.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** Where there is no terminal to explore at: what `plimsoll advise` prints, without colours. */
export async function exploreElsewhere(file: string, { values }: Given): Promise<number> {
  const record = loadRun(file)
  const { book, ...use } = await chooseBook(values.get('book'), process.env)
  const advice = adviseRun(record, book, { ...use, now: new Date() })
  const terminalReport = await REPORTS.terminal()
  process.stdout.write(terminalReport(advice, { width: 80, color: false }))
  return EXIT.ok
}
