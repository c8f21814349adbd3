import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Advice } from '../core/advice.ts'
import { UserError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { Explorer } from '../tui/explore/explorer.ts'
import { withLightInk } from '../tui/kit/light-ink.ts'
import { BackgroundAdvisor } from './background-advisor.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { findGate, findRuns, newestRun } from './find-runs.ts'
import { reportError } from './report-error.ts'

/** `plimsoll explore`: views of a saved run at a terminal; elsewhere its recommendation as `advise` prints it. */
export async function exploreCommand(argument: string, given: Given): Promise<number> {
  const file = argument === '' ? newestRun() : argument
  if (given.switches.has('plain')) return (await import('./explore-plainly.ts')).explorePlainly(file, given)
  if (!isTerminal()) return (await import('./explore-elsewhere.ts')).exploreElsewhere(file, given)
  // The views are loaded while threads start that load all else.
  const crash = (error: Error) => process.emit('uncaughtException', error)
  const advisor = new BackgroundAdvisor({ file, book: given.values.get('book') }, crash)
  try {
    const { runExplore } = await withLightInk(() => import('../tui/explore/run-explore.tsx'))
    const explorer = explorerOf(file, await readSoon(file), advisor, given)
    const { ending, state } = await runExplore(explorer, {
      stdin: process.stdin,
      stdout: process.stdout,
      env: process.env,
      reportCrash: reportError,
    })
    if (state.advice && ending !== 'closed' && ending !== 'SIGHUP') printRecommendation(state.advice, file)
    return ending === 'user' ? EXIT.ok : EXIT.interrupted
  } catch (error) {
    // A run that only looked like one is told of as what it is.
    ;(await import('../run/run-store.ts')).loadRun(file)
    throw error
  } finally {
    await advisor.close()
  }
}

/** A terminal on both sides that can move its cursor, with somebody before it. */
export function isTerminal(): boolean {
  const { CI, TERM } = process.env
  return (
    process.stdout.isTTY === true &&
    process.stdin.isTTY === true &&
    TERM !== 'dumb' &&
    (CI === undefined || CI === 'false' || CI === '')
  )
}

/** The run, not yet checked where it looks like one: what the check takes to load would delay the first frame. */
async function readSoon(file: string): Promise<RunRecord> {
  try {
    const path = file.endsWith('.json') ? file : join(file, 'run.json')
    const record = JSON.parse(readFileSync(path, 'utf8')) as RunRecord
    if (record.schemaVersion === 1 && record.scenario.candidates.length > 0 && record.trials) return record
  } catch {
    // Whatever is wrong with it is said by what reads it whole.
  }
  return (await import('../run/run-store.ts')).loadRun(file)
}

export function explorerOf(
  file: string,
  record: RunRecord,
  advisor: Pick<BackgroundAdvisor, 'ask' | 'foresee'>,
  given: Given,
): Explorer {
  return {
    file,
    record,
    others: findRuns()
      .filter((other) => dirname(other) !== dirname(file) && dirname(other) !== file)
      .map((other) => ({ file: other, id: basename(dirname(other)) })),
    gate: findGate(given.values.get('gate'), file),
    ask: (question, hear) => advisor.ask(question, hear),
    foresee: (questions) => advisor.foresee(questions),
    adviseOther: (other) => adviseOther(other, given.values.get('book')),
    write: (name, content) => {
      writeFileSync(name, content)
      return name
    },
    saveScenario: async (question) =>
      (await import('./what-if-scenario.ts')).saveWhatIfScenario(record, question),
  }
}

/** In a thread of its own, which goes once it has answered. */
function adviseOther(file: string, book: string | undefined): Promise<Advice> {
  return new Promise((resolve, reject) => {
    const advisor = new BackgroundAdvisor({ file, book }, reject)
    advisor.ask({}, (answer) => {
      if (answer.kind === 'progress') return
      void advisor.close()
      if (answer.kind === 'advice') resolve(answer.advice)
      else reject(new UserError({ message: answer.message }))
    })
  })
}

/** What was found, for those who scroll back: the sentences, and where the rest is. */
function printRecommendation({ recommendation, warnings }: Advice, file: string): void {
  const lines = [...recommendation, ...warnings.map((warning) => `Warning: ${warning}.`)]
  process.stdout.write(`${lines.join('\n')}\n\nAll of it: plimsoll advise ${join(file)}\n`)
}
