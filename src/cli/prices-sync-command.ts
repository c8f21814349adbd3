import { createInterface } from 'node:readline/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from '../core/errors.ts'
import { syncedBookPath } from '../pricing/book-paths.ts'
import { openCatalog } from '../pricing/catalog/open-catalog.ts'
import { type Synced, syncPrices } from '../pricing/catalog/sync-prices.ts'
import { writeBook } from '../pricing/catalog/write-book.ts'
import { type ChosenBook, chooseBook } from '../pricing/default-book.ts'
import { type BookDiff, CONFIRM_OVER, diffBooks } from '../pricing/diff-books.ts'
import { loadPriceBook } from '../pricing/price-book.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { Interruption, withInterruption } from './interruption.ts'
import { largeChanges, printSync, syncProgress } from './print-sync.ts'

/** How often a page is tried again where --retries does not say. */
const RETRIES = 4
/** Environment variable that may hold an API key where --api-key-env names none. */
const API_KEY_ENV = 'GOOGLE_API_KEY'

/** `plimsoll prices sync`: the live catalogue into a dated book in the user's data directory. */
export async function pricesSyncCommand(given: Given): Promise<number> {
  const access = accessOf(given)
  const retries = retriesOf(given)
  try {
    return await withInterruption((signal) => sync(given, access, retries, signal))
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    console.error(`${error.message}; the price book in force is unchanged`)
    return EXIT.interrupted
  }
}

async function sync(
  given: Given,
  access: Parameters<typeof openCatalog>[0],
  retries: number,
  signal: AbortSignal,
): Promise<number> {
  const before = await chooseBook(undefined, process.env)
  for (const note of before.notes) console.error(note)
  const synced = await read(before, access, retries, signal)
  const diff = diffBooks(synced.base, synced.book)
  const file = syncedBookPath(process.env)
  const large = diff.changed.filter(({ mustConfirm }) => mustConfirm).length
  const report = { synced, diff, before, file, json: given.switches.has('json') }
  if (large > 0 && !given.switches.has('yes') && !(await confirmed(diff, large, signal))) {
    printSync({ ...report, written: false })
    throw unconfirmed(large)
  }
  signal.throwIfAborted()
  await writeBook(synced.book, file)
  printSync({ ...report, written: true })
  return EXIT.ok
}

async function read(
  before: ChosenBook,
  access: Parameters<typeof openCatalog>[0],
  retries: number,
  signal: AbortSignal,
): Promise<Synced> {
  const catalog = await openCatalog(access)
  try {
    return await syncPrices({
      catalog,
      builtIn: await loadPriceBook(),
      inForce: before.book,
      now: new Date(),
      patience: { retries, random: Math.random, sleep },
      signal,
      onEvent: syncProgress(process.stderr),
    })
  } finally {
    await catalog.close()
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/** Asks on a terminal; elsewhere nobody is there to say yes. */
async function confirmed(diff: BookDiff, large: number, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // Readline takes Ctrl-C for itself while it asks.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    console.error(`\n${largeChanges(diff)}\n`)
    const question = `Write the new book with ${large === 1 ? 'this change' : `these ${large} changes`}? [y/N] `
    return /^y(es)?$/i.test((await lines.question(question, { signal })).trim())
  } catch {
    signal.throwIfAborted()
    return false
  } finally {
    lines.close()
  }
}

function unconfirmed(large: number): UserError {
  const prices = large === 1 ? '1 price has' : `${large} prices have`
  return new UserError({
    message: `${prices} changed by more than ${CONFIRM_OVER * 100}%; nothing was written`,
    hint: 'look at the changes, then accept them with plimsoll prices sync --yes',
  })
}

function accessOf({ values }: Given): Parameters<typeof openCatalog>[0] {
  const endpoint = values.get('endpoint')
  const name = values.get('api-key-env')
  const apiKey = process.env[name ?? API_KEY_ENV]?.trim()
  if (name !== undefined && !apiKey) {
    throw new UserError({
      message: `the environment variable ${name} holds no API key`,
      hint: 'set it, or leave --api-key-env out to use application default credentials',
    })
  }
  return { ...(endpoint !== undefined && { endpoint }), ...(apiKey && { apiKey }) }
}

function retriesOf({ values }: Given): number {
  const text = values.get('retries')
  if (text === undefined) return RETRIES
  if (/^\d{1,2}$/.test(text)) return Number(text)
  throw new UserError({ message: `--retries ${text} is no count`, hint: 'give a whole number from 0 to 99' })
}
