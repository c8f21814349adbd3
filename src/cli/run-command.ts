import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { Scenario } from '../core/scenario.ts'
import { type ChosenBook, chooseBook } from '../pricing/default-book.ts'
import { REPORTS } from '../report/index.ts'
import { adviseRun } from '../run/advise-run.ts'
import { newRecord, runScenario, withoutFailures } from '../run/run-scenario.ts'
import { loadRun, RUN_FILE, saveRun, setAside, withoutCommands, writeWhole } from '../run/run-store.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { Interruption, withInterruption } from './interruption.ts'
import { newestRun, REPORTS_FOLDER } from './newest-run.ts'
import { printAdvice } from './print-advice.ts'
import { progressListener } from './progress.ts'
import { dryRun, readMaxSpend, runDeploying } from './run-deploying.ts'
import { VERSION } from './version.ts'

const NOTHING_DEPLOYED =
  'nothing is deployed without --max-spend USD: candidates are modelled; --dry-run shows what deploying would cost'

/** `plimsoll run`: tries the candidates, saves, advises. */
export async function runCommand(file: string, given: Given): Promise<number> {
  const { scenario, source } = readScenario(file)
  const maxSpend = readMaxSpend(scenario, given)
  const chosen = await chooseBook(given.values.get('book'), process.env)
  if (given.switches.has('dry-run')) return dryRun(scenario, chosen.book, maxSpend)
  const out = given.values.get('out')
  const notify = progressListener()
  if (scenario.deploy && maxSpend === undefined) notify({ kind: 'note', text: NOTHING_DEPLOYED })
  const place = given.switches.has('resume') ? resumed(scenario, out) : started(scenario, out)
  const saveInPlace = saver(place)
  let saved = false
  const save = (record: RunRecord) => {
    saveInPlace(record)
    saved = true
  }
  try {
    const { record } = place
    const locate = source.problem.bind(source)
    const run = { record, notify, locate, save, variantsFolder: resolve(place.folder, 'variants') }
    const finished =
      maxSpend === undefined
        ? await withInterruption((signal) => runScenario({ ...run, signal }))
        : await runDeploying(run, place.folder, chosen.book, maxSpend)
    return report(finished, place.folder, chosen, given)
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    const left = saved || place.resumes ? whatIsLeft(place.folder, file, out) : 'nothing was measured yet'
    notify({ kind: 'note', text: `${error.message}; ${left}` })
    return EXIT.interrupted
  }
}

/** Saves into the folder of the run; a run that was there before is first moved aside, once there is something new. */
function saver({ folder, resumes }: Place): (record: RunRecord) => void {
  let first = !resumes
  return (record) => {
    const aside = first ? setAside(folder) : undefined
    first = false
    if (aside) console.error(`the run that was in ${folder} is now ${aside}`)
    saveRun(folder, record)
  }
}

function whatIsLeft(folder: string, file: string, out: string | undefined): string {
  const where = out === undefined ? '' : ` --out ${out}`
  return `what was measured is in ${join(folder, RUN_FILE)}\nfinish it with: plimsoll run ${file}${where} --resume`
}

/** Advises from what was saved, so that advising again from the file says the same. */
function report(record: RunRecord, folder: string, { book, ...use }: ChosenBook, given: Given): number {
  const saved = JSON.parse(JSON.stringify(withoutCommands(record))) as RunRecord
  const advice = adviseRun(saved, book, { ...use, now: new Date() })
  const code = printAdvice(advice, given)
  writeWhole(join(folder, 'report.md'), REPORTS.markdown(advice))
  console.error(`saved: ${join(folder, RUN_FILE)}, ${join(folder, 'report.md')}`)
  return code
}

interface Place {
  readonly record: RunRecord
  readonly folder: string
  readonly resumes: boolean
}

function started(scenario: Scenario, out: string | undefined): Place {
  const record = newRecord(scenario, VERSION, new Date())
  return { record, folder: out ?? unusedFolder(join(REPORTS_FOLDER, record.id)), resumes: false }
}

/** @throws UserError when there is nothing to resume, or the scenario is no longer the one that was run */
function resumed(scenario: Scenario, out: string | undefined): Place {
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
  return { record: { ...withoutFailures(record), scenario }, folder, resumes: true }
}

/** Two runs in one second each get a folder. */
function unusedFolder(folder: string): string {
  if (!existsSync(folder)) return folder
  for (let count = 2; ; count++) if (!existsSync(`${folder}-${count}`)) return `${folder}-${count}`
}
