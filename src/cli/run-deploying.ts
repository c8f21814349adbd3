import { join } from 'node:path'
import type { Cloud } from '../cloud/cloud.ts'
import { defaultCredentials } from '../cloud/credentials.ts'
import { allKinds } from '../cloud/deployers.ts'
import { JOURNAL_FILE, type Journal, openJournal, readJournal, type Standing } from '../cloud/journal.ts'
import { openCloud } from '../cloud/open-cloud.ts'
import { preflight } from '../cloud/preflight.ts'
import type { Resource } from '../cloud/resource.ts'
import { runKey } from '../cloud/run-labels.ts'
import { tearDown } from '../cloud/tear-down.ts'
import type { PriceBook } from '../core/bill.ts'
import type { DeploySettings } from '../core/deploy-settings.ts'
import { formatProblem, UserError, WorldError } from '../core/errors.ts'
import { type Decimal, decimal, formatUsd } from '../core/money.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { Scenario } from '../core/scenario.ts'
import { type PlannedDeployment, planDeployments } from '../run/deploy/plan-deployments.ts'
import { newRecord, type Run, runScenario } from '../run/run-scenario.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { withGradualInterruption } from './interruption.ts'
import { printPlan } from './print-plan.ts'
import { VERSION } from './version.ts'

/** @throws UserError for an amount that is none, or options that want a `deploy:` block where there is none */
export function readMaxSpend(scenario: Scenario, { values, switches }: Given): Decimal | undefined {
  const text = values.get('max-spend')
  const option = text === undefined ? (switches.has('dry-run') ? '--dry-run' : undefined) : '--max-spend'
  if (option !== undefined && !scenario.deploy) {
    const hint = 'say how: deploy: { project: my-project, image: … }; see docs/google-cloud.md'
    throw new UserError({
      message: `${option}, and the scenario does not say how to deploy`,
      hint,
      file: scenario.file,
    })
  }
  if (text === undefined) return undefined
  const amount = /^\$?(\d{1,6}(?:\.\d{1,4})?)$/.exec(text)?.[1]
  if (amount !== undefined && Number(amount) > 0) return decimal(amount)
  throw new UserError({
    message: `--max-spend ${text} is not an amount of US dollars`,
    hint: 'write it like 5 or 2.50',
  })
}

/** Prints what would be deployed, and what stands in the way. */
export async function dryRun(
  scenario: Scenario,
  book: PriceBook,
  maxSpend: Decimal | undefined,
): Promise<number> {
  const record = newRecord(scenario, VERSION, new Date())
  const settings = settingsOf(scenario)
  const plans = await plansOf(record, book)
  console.log(printPlan(plans, scenario.candidates.length, maxSpend))
  const { problems, unseen } = await check(settings, plans)
  for (const each of unseen) console.error(formatProblem(each))
  if (problems.length === 0) return EXIT.ok
  console.error(`\nwhat is in the way:\n${problems.map((each) => `  ${formatProblem(each)}`).join('\n')}`)
  return EXIT.user
}

/** Runs a scenario whose candidates are deployed, once nothing stands in the way. */
export async function runDeploying(
  run: Omit<Run, 'signal' | 'deploying'>,
  folder: string,
  book: PriceBook,
  maxSpendUsd: Decimal,
): Promise<RunRecord> {
  const settings = settingsOf(run.record.scenario)
  const plans = await plansOf(run.record, book)
  const found = await check(settings, plans)
  const problems = [...tooDear(plans, maxSpendUsd), ...found.problems]
  for (const each of found.unseen) run.notify({ kind: 'note', text: formatProblem(each) })
  if (problems.length > 0) throw new UserError(problems)
  const cloud = openCloud(settings, defaultCredentials())
  const file = join(folder, JOURNAL_FILE)
  const before = readJournal(file)
  const journal = openJournal(file, cloud.pace.now)
  const { notify } = run
  try {
    if (before && before.resources.length > 0) await takeDownBefore(cloud, journal, before, notify)
    journal.write({ event: 'run', run: runKey(run.record), id: run.record.id, settings })
    return await withGradualInterruption(
      ({ ending: interrupted, signal }) => {
        const ending = run.control ? AbortSignal.any([interrupted, run.control.stopping]) : interrupted
        return runScenario({ ...run, signal, deploying: { cloud, journal, book, maxSpendUsd, ending } })
      },
      (text) => notify({ kind: 'note', text }),
    )
  } finally {
    journal.close()
    await cloud.close()
  }
}

/** A resumed run chooses the same names: what it left behind when it was killed goes first. */
async function takeDownBefore(
  cloud: Cloud,
  journal: Journal,
  { resources, run }: Standing,
  notify: Run['notify'],
): Promise<void> {
  notify({ kind: 'note', text: `deleting ${resources.length} that an earlier attempt left ...` })
  const onGone = ({ kind, name, region }: Resource) => journal.write({ event: 'deleted', kind, name, region })
  const left = await tearDown({ cloud, kinds: await allKinds(), resources, run, onGone })
  if (left.length === 0) return
  throw new WorldError(`${left[0]?.resource.name} is left of an earlier attempt: ${left[0]?.why}`, {
    hint: 'plimsoll clean says what it costs and deletes it',
  })
}

function settingsOf({ deploy, file }: Scenario): DeploySettings {
  if (deploy) return deploy
  throw new UserError({ message: 'the scenario does not say how to deploy', file })
}

export function plansOf(record: RunRecord, book: PriceBook): Promise<PlannedDeployment[]> {
  const { scenario } = record
  return planDeployments(record, settingsOf(scenario), book)
}

/** The check before anything is created. */
export async function check(settings: DeploySettings, plans: readonly PlannedDeployment[]) {
  const cloud = openCloud(settings, defaultCredentials())
  try {
    return await preflight(
      cloud,
      plans.map(({ need }) => need),
    )
  } finally {
    await cloud.close()
  }
}

/** Where the cap does not pay for the least that one of them can cost, nothing would come of it. */
function tooDear(plans: readonly PlannedDeployment[], maxSpendUsd: Decimal) {
  return plans.flatMap(({ candidate, usd }) =>
    usd?.low.gt(maxSpendUsd)
      ? [
          {
            message: `${candidate.name} costs at least ${formatUsd(usd.low)} to measure, more than --max-spend ${formatUsd(maxSpendUsd)}`,
            hint: 'raise the cap, or take the candidate out',
          },
        ]
      : [],
  )
}
