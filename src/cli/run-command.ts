import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'
import { loadPriceBook } from '../pricing/price-book.ts'
import { REPORTS } from '../report/index.ts'
import { adviseRun } from '../run/advise-run.ts'
import { newRecord, runScenario } from '../run/run-scenario.ts'
import { loadRun, RUN_FILE, saveRun, setAside, writeWhole } from '../run/run-store.ts'
import { type ReadScenario, readScenario } from '../scenario/read-scenario.ts'
import type { Given } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { Interruption, withInterruption } from './interruption.ts'
import { printAdvice } from './print-advice.ts'
import { progressListener } from './progress.ts'
import { VERSION } from './version.ts'

const REPORTS_FOLDER = 'reports'

/** `plimsoll run`: tries the candidates, saves, advises. */
export async function runCommand(file: string, given: Given): Promise<number> {
  const read = readScenario(file)
  const book = await loadPriceBook(given.values.get('book'))
  const out = given.values.get('out')
  const notify = progressListener()
  const { record, folder } = given.switches.has('resume') ? resumed(read, out) : started(read, out)
  try {
    const { source } = read
    const finished = await withInterruption((signal) =>
      runScenario({
        record,
        signal,
        notify,
        locate: source.problem.bind(source),
        save: (next) => saveRun(folder, next),
      }),
    )
    return report(finished, folder, book, given)
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    notify({ kind: 'note', text: `${error.message}; what was measured is in ${join(folder, RUN_FILE)}` })
    const where = out === undefined ? '' : ` --out ${out}`
    notify({ kind: 'note', text: `finish it with: plimsoll run ${file}${where} --resume` })
    return EXIT.interrupted
  }
}

/** Advises from what was saved, so that advising again from the file says the same. */
function report(
  record: RunRecord,
  folder: string,
  book: Awaited<ReturnType<typeof loadPriceBook>>,
  given: Given,
): number {
  const advice = adviseRun(JSON.parse(JSON.stringify(record)) as RunRecord, book)
  writeWhole(join(folder, 'report.md'), REPORTS.markdown(advice))
  const code = printAdvice(advice, given)
  console.error(`saved: ${join(folder, RUN_FILE)}, ${join(folder, 'report.md')}`)
  return code
}

interface Place {
  readonly record: RunRecord
  readonly folder: string
}

function started({ scenario }: ReadScenario, out: string | undefined): Place {
  const record = newRecord(scenario, VERSION, new Date())
  const folder = out ?? unusedFolder(join(REPORTS_FOLDER, record.id))
  const aside = setAside(folder)
  if (aside) console.error(`the run that was in ${folder} is now ${aside}`)
  return { record, folder }
}

/** @throws UserError when there is nothing to resume, or the scenario is no longer the one that was run */
function resumed({ scenario }: ReadScenario, out: string | undefined): Place {
  const folder = out ?? newestRun(scenario.name)
  if (folder === undefined || !existsSync(join(folder, RUN_FILE))) {
    const where = folder ?? `${REPORTS_FOLDER}/ for ${scenario.name}`
    throw new UserError({
      message: `there is no run to resume in ${where}`,
      hint: 'run without --resume to start one',
    })
  }
  const record = loadRun(folder)
  if (record.scenario.sha256 !== scenario.sha256) {
    const message = `${scenario.file} has changed since the run in ${folder}`
    throw new UserError({ message, hint: 'run without --resume to start afresh; the old run stays' })
  }
  // Paths may differ where the run was begun elsewhere; all else is the same file's.
  return { record: { ...record, scenario }, folder }
}

/** Runs are named after their start, so the last by name is the newest. */
function newestRun(name: string): string | undefined {
  if (!existsSync(REPORTS_FOLDER)) return undefined
  const folders = readdirSync(REPORTS_FOLDER).filter((folder) => isRunOf(folder, name))
  const newest = folders.sort().at(-1)
  return newest && join(REPORTS_FOLDER, newest)
}

function isRunOf(folder: string, name: string): boolean {
  if (!folder.startsWith(`${name}-`)) return false
  return /^\d{8}-\d{6}(-\d+)?$/.test(folder.slice(name.length + 1))
}

/** Two runs in one second each get a folder. */
function unusedFolder(folder: string): string {
  if (!existsSync(folder)) return folder
  for (let count = 2; ; count++) if (!existsSync(`${folder}-${count}`)) return `${folder}-${count}`
}
