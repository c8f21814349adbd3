import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Cloud } from '../cloud/cloud.ts'
import { defaultCredentials } from '../cloud/credentials.ts'
import { allKinds } from '../cloud/deployers.ts'
import { findLeftovers, type Leftover } from '../cloud/find-leftovers.ts'
import { JOURNAL_FILE, openJournal, readJournal, type Standing } from '../cloud/journal.ts'
import { openCloud } from '../cloud/open-cloud.ts'
import type { ResourceKind } from '../cloud/resource.ts'
import { type Left, tearDown } from '../cloud/tear-down.ts'
import type { PriceBook } from '../core/bill.ts'
import { DEPLOY_DEFAULTS, type DeploySettings } from '../core/deploy-settings.ts'
import { UserError } from '../core/errors.ts'
import { formatUsd } from '../core/money.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { usdPerDay } from '../run/deploy/session.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'

interface JournalFile extends Standing {
  readonly file: string
}

/** `plimsoll clean`: finds by journal and by label, says what it costs, deletes when told to. */
export async function cleanCommand(file: string, given: Given): Promise<number> {
  const journals = readJournals(given.values.get('reports') ?? 'reports')
  const { book } = await chooseBook(undefined, process.env)
  let code: number = EXIT.ok
  for (const settings of projects(file, given, journals)) {
    const cloud = openCloud(settings, defaultCredentials())
    try {
      const own = journals.filter((each) => each.settings.project === settings.project)
      code = Math.max(code, await cleanProject(cloud, own, book, given))
    } finally {
      await cloud.close()
    }
  }
  return code
}

/** Runs of this machine whose journal names something that was not shown to be deleted. */
function readJournals(folder: string): JournalFile[] {
  if (!existsSync(folder)) return []
  const files = [folder, ...readdirSync(folder).map((name) => join(folder, name))].map((each) =>
    join(each, JOURNAL_FILE),
  )
  return files.flatMap((file) => {
    const standing = readJournal(file)
    return standing && standing.resources.length > 0 ? [{ ...standing, file }] : []
  })
}

/** @throws UserError where nothing says which project */
function projects(file: string, { values }: Given, journals: readonly JournalFile[]): DeploySettings[] {
  const project = values.get('project')
  const deploy = file === '' ? undefined : readScenario(file).scenario.deploy
  const known = new Map(journals.map(({ settings }) => [settings.project, settings]))
  if (deploy) return [project === undefined ? deploy : { ...deploy, project }]
  if (project !== undefined) return [known.get(project) ?? { ...DEPLOY_DEFAULTS, project }]
  if (known.size > 0) return [...known.values()]
  throw new UserError({
    message: 'no journal of this folder names anything that is left',
    hint: 'look in a project: plimsoll clean --project my-project',
  })
}

async function cleanProject(
  cloud: Cloud,
  journals: readonly JournalFile[],
  book: PriceBook,
  { switches }: Given,
): Promise<number> {
  const kinds = await allKinds()
  const { found, unseen } = await findLeftovers(cloud, kinds, journals)
  for (const { title, why } of unseen) console.error(`could not look for each ${title}: ${why}`)
  if (found.length === 0) {
    const but = unseen.length > 0 ? ' that could be seen' : ''
    console.log(`nothing of Plimsoll's is left in ${cloud.project}${but}`)
    if (unseen.length > 0) return EXIT.failed
    settleJournals(journals, new Set())
    return EXIT.ok
  }
  const chosen = found.filter((each) => each.forgotten !== null || switches.has('all'))
  print(found, chosen, kinds, book, cloud)
  if (chosen.length === 0) return EXIT.ok
  if (!(await agreed(chosen.length, switches.has('yes')))) return EXIT.ok
  const left = await deleteAll(cloud, kinds, chosen)
  if (unseen.length === 0) settleJournals(journals, new Set(left.map(({ resource }) => resource.name)))
  for (const { resource, why } of left) console.error(`NOT DELETED: ${resource.name}: ${why}`)
  console.log(`deleted ${chosen.length - left.length} of ${chosen.length} in ${cloud.project}`)
  return left.length > 0 || unseen.length > 0 ? EXIT.failed : EXIT.ok
}

function print(
  found: readonly Leftover[],
  chosen: readonly Leftover[],
  kinds: readonly ResourceKind[],
  book: PriceBook,
  { project }: Cloud,
): void {
  console.log(`in ${project}:`)
  for (const each of found) {
    const { low, high } = usdPerDay(each.hourly, book)
    const cost = low === high ? usd(low) : `${usd(low)} to ${usd(high)}`
    const title = kinds.find(({ kind }) => kind === each.kind)?.title ?? each.kind
    const keep = chosen.includes(each) ? '' : '; kept: another run may need it, --all deletes it too'
    console.log(`  ${title} ${each.name}\n      ${cost} a day; run ${each.run}${until(each)}${keep}`)
  }
}

function usd(text: string): string {
  return text === 'unknown' ? text : formatUsd(text)
}

function until({ expiresS }: Leftover): string {
  return expiresS === null ? '' : `, wanted until ${new Date(expiresS * 1000).toISOString()}`
}

/** @throws UserError where nobody can be asked */
async function agreed(count: number, yes: boolean): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY)
    throw new UserError({
      message: `${count} to delete, and nobody to ask`,
      hint: 'add --yes to delete without asking',
    })
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await prompt.question(`delete ${count === 1 ? 'it' : `these ${count}`}? [y/N] `)
  prompt.close()
  return /^y(es)?$/i.test(answer.trim())
}

/** Run by run, because the listing that shows what is gone asks for one run. */
async function deleteAll(
  cloud: Cloud,
  kinds: readonly ResourceKind[],
  chosen: readonly Leftover[],
): Promise<Left[]> {
  const rank = (each: Leftover) => kinds.findIndex(({ kind }) => kind === each.kind)
  const left: Left[] = []
  for (const run of new Set(chosen.map((each) => each.run))) {
    const created = chosen.filter((each) => each.run === run).sort((a, b) => rank(b) - rank(a))
    const onGone = ({ name }: { name: string }) => console.error(`deleted ${name}`)
    left.push(...(await tearDown({ cloud, kinds, resources: created, run, onGone })))
  }
  return left
}

/** What no listing shows any more need not be looked for again. */
function settleJournals(journals: readonly JournalFile[], left: ReadonlySet<string>): void {
  for (const { file, resources } of journals) {
    const journal = openJournal(file, Date.now)
    for (const { kind, name, region } of resources) {
      if (!left.has(name)) journal.write({ event: 'deleted', kind, name, region })
    }
    journal.close()
  }
}
