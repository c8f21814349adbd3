import { UserError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { Scenario } from '../core/scenario.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { queueJson, queueReport } from '../report/queue.ts'
import { simulatedMonthJson, simulatedMonthReport } from '../report/simulated-month.ts'
import { checkRunMatches } from '../run/match-run.ts'
import { loadRun } from '../run/run-store.ts'
import { simulateCandidate } from '../run/simulate-candidate.ts'
import { simulateQueueOrder } from '../run/simulate-queue-order.ts'
import { holdsScenario, readQueue } from '../scenario/read-queue.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { newestRunOf } from './find-runs.ts'
import { profiledRun } from './profiled-run.ts'

/** `plimsoll simulate`: a month of a candidate, or a bare queue, so that anyone can hold the simulator against theory. */
export async function simulateCommand(file: string, given: Given): Promise<number> {
  const seed = readSeed(given.values.get('seed'))
  process.stdout.write(
    holdsScenario(file) ? await simulateMonth(file, given, seed) : queue(file, given, seed),
  )
  return EXIT.ok
}

function queue(file: string, { switches, values }: Given, seed: number | undefined): string {
  const beside = ['candidate', 'run', 'profile', 'book'].filter((name) => values.has(name))
  if (beside.length > 0) {
    const message = `${beside.map((name) => `--${name}`).join(' and ')} go with a scenario, and ${file} is a bare queue`
    throw new UserError({ message })
  }
  const { order: read, source } = readQueue(file)
  const order = { ...read, seed: seed ?? read.seed }
  const simulated = simulateQueueOrder(order, source.problem.bind(source))
  return switches.has('json') ? queueJson(order, simulated) : queueReport(simulated)
}

async function simulateMonth(
  file: string,
  { switches, values }: Given,
  seed: number | undefined,
): Promise<string> {
  const { scenario: read } = readScenario(file)
  const scenario = { ...read, load: { ...read.load, seed: seed ?? read.load.seed } }
  const run = timesOf(scenario, values)
  const { book } = await chooseBook(values.get('book'), process.env)
  const month = simulateCandidate(scenario, run, book, values.get('candidate'))
  return switches.has('json') ? simulatedMonthJson(month) : simulatedMonthReport(month)
}

/** The run that says how long requests take: a saved one, the service times in place of its own being a profile's. */
function timesOf(scenario: Scenario, values: Given['values']): RunRecord {
  const [run, profile] = [values.get('run'), values.get('profile')]
  if (profile !== undefined) return profiledRun(scenario, profile, run)
  const folder = run ?? newestRunOf(scenario.name)
  if (folder !== undefined) {
    const record = loadRun(folder)
    checkRunMatches(scenario, record)
    return record
  }
  throw new UserError({
    message: `nothing says how long ${scenario.name} takes to serve: there is no run of it in reports/`,
    hint: `plimsoll run ${scenario.file} makes one; --run DIR names one elsewhere, --profile FILE a saved profile`,
  })
}

function readSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed < 2 ** 31) return seed
  throw new UserError({ message: `--seed ${text} is not a whole number from 0 to 2147483647` })
}
