import { UserError } from '../core/errors.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { REPORTS, type ReportFormat, writeReport } from '../report/index.ts'
import { adviseRun } from '../run/advise-run.ts'
import { loadRun, writeWhole } from '../run/run-store.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { terminalOptions } from './terminal-options.ts'

/** `plimsoll report`: a saved run in any format, on stdout or as a file. */
export async function reportCommand(run: string, { values }: Given): Promise<number> {
  const format = readFormat(values.get('format') ?? 'markdown')
  const record = loadRun(run)
  const { book, ...use } = await chooseBook(values.get('book'), process.env)
  const advice = adviseRun(record, book, { ...use, now: new Date() })
  const out = values.get('out')
  if (out === undefined) {
    process.stdout.write(await writeReport(format, advice, terminalOptions()))
    return EXIT.ok
  }
  writeWhole(out, await writeReport(format, advice))
  console.error(`saved: ${out}`)
  return EXIT.ok
}

/** @throws UserError when there is no such format */
function readFormat(text: string): ReportFormat {
  if (Object.hasOwn(REPORTS, text)) return text as ReportFormat
  const message = `there is no report format ${text}`
  throw new UserError({ message, hint: `one of ${Object.keys(REPORTS).join(', ')}` })
}
