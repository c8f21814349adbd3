import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { PriceBook } from '../core/bill.ts'
import { UserError } from '../core/errors.ts'
import type { Decimal } from '../core/money.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { Scenario } from '../core/scenario.ts'
import { type ChosenBook, chooseBook } from '../pricing/default-book.ts'
import { writeReport } from '../report/index.ts'
import { adoptProfile } from '../run/adopt-profile.ts'
import { adviseRun } from '../run/advise-run.ts'
import { Stopped } from '../run/control.ts'
import { readProfile } from '../run/read-profile.ts'
import { newRecord, runScenario, withoutFailures } from '../run/run-scenario.ts'
import { loadRun, RUN_FILE, saveRun, setAside, withoutCommands, writeWhole } from '../run/run-store.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import type { YamlSource } from '../scenario/source.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { newestRunOf, REPORTS_FOLDER } from './find-runs.ts'
import { Interruption, withInterruption } from './interruption.ts'
import { printAdvice } from './print-advice.ts'
import { dryRun, readMaxSpend, runDeploying } from './run-deploying.ts'
import { VERSION } from './version.ts'
import { watchRun } from './watch-run.ts'

const NOTHING_DEPLOYED =
  'nothing is deployed without --max-spend USD: candidates are modelled; --dry-run shows what deploying would cost'

/** `plimsoll run`: tries the candidates, saves, advises. */
export async function runCommand(file: string, given: Given): Promise<number> {
  const { scenario, source } = readScenario(file)
  const maxSpend = readMaxSpend(scenario, given)
  const chosen = await chooseBook(given.values.get('book'), process.env)
  if (given.switches.has('dry-run')) return dryRun(scenario, chosen.book, maxSpend)
  const out = given.values.get('out')
  if (scenario.deploy && maxSpend === undefined) console.error(NOTHING_DEPLOYED)
  const profile = given.values.get('profile')
  if (profile !== undefined && given.switches.has('resume'))
    throw new UserError({ message: '--profile goes with a new run', hint: 'a resumed one has its profile' })
  const place = given.switches.has('resume') ? resumed(scenario, out) : started(scenario, out, profile)
  const spending = { book: chosen.book, maxSpend }
  const outcome = await tryCandidates(place, source, given, spending)
  if ('record' in outcome) return report(outcome.record, place.folder, chosen, given)
  const left =
    outcome.saved || place.resumes ? whatIsLeft(place.folder, file, out) : 'nothing was measured yet'
  console.error(`${outcome.message}; ${left}`)
  return EXIT.interrupted
}

/** What came of a run: a record to advise on, also where its user stopped it, or why it was interrupted. */
type Tried = { readonly record: RunRecord } | { readonly message: string; readonly saved: boolean }

/** What deploying takes; without a cap nothing is deployed. */
interface Spending {
  readonly book: PriceBook
  readonly maxSpend: Decimal | undefined
}

async function tryCandidates(
  place: Place,
  source: YamlSource,
  given: Given,
  { book, maxSpend }: Spending,
): Promise<Tried> {
  const plain = given.switches.has('plain') || given.switches.has('json')
  const saveInPlace = saver(place)
  let last: RunRecord | undefined
  const watching = await watchRun(place.record, { plain })
  const run = {
    record: place.record,
    notify: watching.notify,
    control: watching.control,
    locate: source.problem.bind(source),
    save: (record: RunRecord) => {
      saveInPlace(record)
      last = record
      watching.saved(record)
    },
    variantsFolder: resolve(place.folder, 'variants'),
  }
  try {
    return {
      record: await (maxSpend === undefined
        ? withInterruption((signal) => runScenario({ ...run, signal }))
        : runDeploying(run, place.folder, book, maxSpend)),
    }
  } catch (error) {
    if (error instanceof Stopped && last) return { record: last }
    if (error instanceof Stopped || error instanceof Interruption) {
      return { message: error.message, saved: last !== undefined }
    }
    throw error
  } finally {
    await watching.close()
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
async function report(
  record: RunRecord,
  folder: string,
  { book, ...use }: ChosenBook,
  given: Given,
): Promise<number> {
  const reread = JSON.parse(JSON.stringify(withoutCommands(record))) as RunRecord
  const advice = adviseRun(reread, book, { ...use, now: new Date() })
  const code = await printAdvice(advice, given)
  writeWhole(join(folder, 'report.md'), await writeReport('markdown', advice))
  writeWhole(join(folder, 'report.html'), await writeReport('html', advice))
  const saved = [RUN_FILE, 'report.md', 'report.html'].map((file) => join(folder, file))
  console.error(`saved: ${saved.join(', ')}`)
  return code
}

interface Place {
  readonly record: RunRecord
  readonly folder: string
  readonly resumes: boolean
}

function started(scenario: Scenario, out: string | undefined, profile: string | undefined): Place {
  const empty = newRecord(scenario, VERSION, new Date())
  const record = profile === undefined ? empty : adoptProfile(empty, readProfile(profile), profile)
  return { record, folder: out ?? unusedFolder(join(REPORTS_FOLDER, record.id)), resumes: false }
}

/** @throws UserError when there is nothing to resume, or the scenario is no longer the one that was run */
function resumed(scenario: Scenario, out: string | undefined): Place {
  const folder = out ?? newestRunOf(scenario.name)
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
