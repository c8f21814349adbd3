import type { Price, PriceBook } from '../core/bill.ts'
import { UserError } from '../core/errors.ts'
import { formatRatio } from '../core/units.ts'
import { syncedBookPath } from '../pricing/book-paths.ts'
import { type BookDiff, CONFIRM_OVER, diffBooks, type PriceChange } from '../pricing/diff-books.ts'
import { loadPriceBook } from '../pricing/price-book.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { textTable } from './text-table.ts'

/** `plimsoll prices diff`: what changed between two books. */
export async function pricesDiffCommand(before: string, after: string, given: Given): Promise<number> {
  const [old, young] = [await bookOf(before), await bookOf(after)]
  const diff = diffBooks(old, young)
  console.log(given.switches.has('json') ? json(old, young, diff) : text(old, young, diff).join('\n'))
  return EXIT.ok
}

/** A file, or one of the two books that have a name. */
async function bookOf(name: string): Promise<PriceBook> {
  if (name === 'built-in') return loadPriceBook()
  if (name !== 'synced') return loadPriceBook(name)
  try {
    return await loadPriceBook(syncedBookPath(process.env))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const hint = 'plimsoll prices sync writes it; or give the path of another book'
    throw new UserError(error.problems.map((problem) => ({ ...problem, hint })))
  }
}

function json(old: PriceBook, young: PriceBook, { changed, ...rest }: BookDiff): string {
  // JSON has no infinity: what cannot be compared is null.
  const changes = changed.map(({ relative, ...change }) => {
    return { ...change, relative: Number.isFinite(relative) ? relative : null }
  })
  const books = { before: { date: old.date }, after: { date: young.date } }
  return JSON.stringify({ schemaVersion: 1, ...books, changed: changes, ...rest }, null, 2)
}

function text(old: PriceBook, young: PriceBook, { changed, added, removed, unchanged }: BookDiff): string[] {
  const confirm = changed.filter(({ mustConfirm }) => mustConfirm).length
  const over = `${confirm} of them by more than ${formatRatio(CONFIRM_OVER)}: confirm those before believing them`
  return [
    `from the price book of ${old.date} to that of ${young.date}`,
    `${changed.length} prices changed${confirm > 0 ? `, ${over}` : ''}`,
    ...textTable(changed.map(changeCells)),
    ...listed('new', added),
    ...listed('removed', removed),
    `${unchanged} unchanged`,
  ]
}

function changeCells({ before, after, relative, mustConfirm }: PriceChange): string[] {
  const { resource, region, purchase } = before
  const unit = before.unit === after.unit ? before.unit : `${before.unit} → ${after.unit}`
  return [
    `  ${mustConfirm ? 'CONFIRM' : ''}`,
    formatChange(relative),
    ...[resource, region, purchase],
    `${tiersOf(before)} → ${tiersOf(after)}`,
    unit,
  ]
}

function formatChange(relative: number): string {
  if (!Number.isFinite(relative)) return 'not comparable'
  return `${relative > 0 ? '+' : ''}${(relative * 100).toFixed(1)}%`
}

function listed(what: string, prices: readonly Price[]): string[] {
  const cells = prices.map((price) => {
    return ['', price.resource, price.region, price.purchase, tiersOf(price), price.unit]
  })
  return [`${prices.length} ${what}`, ...textTable(cells)]
}

/** `0.35`, or `0 | 0.12` by tier */
function tiersOf({ tiers }: Price): string {
  return tiers.map(({ usd }) => usd).join(' | ')
}
