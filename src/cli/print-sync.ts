import type { Price } from '../core/bill.ts'
import type { Leftover } from '../pricing/catalog/build-book.ts'
import type { Refusal } from '../pricing/catalog/catalog-sku.ts'
import type { FetchEvent } from '../pricing/catalog/fetch-skus.ts'
import { nameOf } from '../pricing/catalog/known-skus.ts'
import { SERVICES } from '../pricing/catalog/services.ts'
import type { Synced } from '../pricing/catalog/sync-prices.ts'
import type { ChosenBook } from '../pricing/default-book.ts'
import { type BookDiff, CONFIRM_OVER, type PriceChange } from '../pricing/diff-books.ts'

export interface SyncReport {
  readonly synced: Synced
  readonly diff: BookDiff
  readonly before: ChosenBook
  /** Where the book goes. */
  readonly file: string
  readonly written: boolean
  readonly json: boolean
}

/** Lines of each list that a terminal shows; --json has all. */
const SHOWN = 15

/** Tells of pages and of tries that failed, on one live line in a terminal. */
export function syncProgress(stream: NodeJS.WriteStream): (event: FetchEvent) => void {
  const [start, end] = stream.isTTY ? ['\r\x1b[K', ''] : ['', '\n']
  return (event) => {
    if (event.kind === 'page') {
      const pages = event.pages === 1 ? '1 page' : `${event.pages} pages`
      stream.write(`${start}reading ${event.service}: ${pages}, ${skus(event.skus)}${end}`)
      return
    }
    const { reading, words, delayMs, left } = event
    const tries = left === 1 ? 'for the last time' : `${left} tries left`
    stream.write(`${start}${reading}: ${words}; again in ${(delayMs / 1000).toFixed(1)} s, ${tries}\n`)
  }
}

/** What the sync found, changed, kept and refused, to stdout. */
export function printSync(report: SyncReport): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  console.log(report.json ? JSON.stringify(asJson(report), null, 2) : asText(report))
}

function asText({ synced, diff, before, file, written }: SyncReport): string {
  const { book, read, matched, derived, kept, superseded, refusals, doubts, unknown } = synced
  const total = [...read.values()].reduce((sum, each) => sum + each, 0)
  const offers = refusals.filter(({ kind }) => kind === 'other offer')
  const refused = refusals.filter(({ kind }) => kind !== 'other offer')
  return [
    `Cloud Billing Catalog, read ${book.date}: ${skus(total)} of ${read.size} services`,
    `before: ${before.file ?? 'the built-in book'}, ${before.book.date}`,
    `${written ? 'written' : 'not written'}: ${file}`,
    '',
    figure(matched, 'prices found'),
    figure(derived.length, 'derived again from prices found'),
    figure(kept.length, 'kept with their old date: the catalogue does not confirm them'),
    ...(superseded.length > 0 ? [figure(superseded.length, 'taken out: their parts are listed now')] : []),
    figure(diff.changed.length, `changed, and ${count(synced.added.length)} new`),
    figure(refused.length, `${refused.length === 1 ? 'SKU' : 'SKUs'} refused`),
    figure(offers.length, `${offers.length === 1 ? 'SKU' : 'SKUs'} passed over as other offers`),
    ...list('changed', diff.changed.map(changeLine)),
    ...list('kept', keptLines(kept)),
    ...list(
      'taken out',
      superseded.map(({ price, reason }) => `${place(price)}: ${reason}`),
    ),
    ...list(
      'refused',
      refused.map(({ skuIds, description, reason }) => `${skuIds[0]} "${description}": ${reason}`),
    ),
    ...list('doubtful', doubts),
    ...list('other offers', byReason(offers)),
    ...list('sold, but not in the book', unknown),
  ].join('\n')
}

/** What has to be looked at before it is believed, largest change first. */
export function largeChanges({ changed }: BookDiff): string {
  const lines = changed.filter(({ mustConfirm }) => mustConfirm).map(changeLine)
  return list(`changed by more than ${CONFIRM_OVER * 100}%`, lines)
    .slice(1)
    .join('\n')
}

function figure(number: number, text: string): string {
  return `${count(number).padStart(8)}  ${text}`
}

function list(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const more = lines.length > SHOWN ? [`  and ${count(lines.length - SHOWN)} more: --json has all`] : []
  return ['', `${title}:`, ...lines.slice(0, SHOWN).map((line) => `  ${line}`), ...more]
}

function changeLine({ before, after, relative }: PriceChange): string {
  const percent = Number.isFinite(relative) ? percentOf(relative) : 'not comparable'
  const was = before.basis === 'derived' ? ', derived before' : ''
  return `${place(after)}: ${tiers(before)} to ${tiers(after)} USD per ${after.unit} (${percent}${was})`
}

/** With one decimal, or as many as it takes to show that it is not zero. */
function percentOf(relative: number): string {
  const percent = relative * 100
  return `${percent > 0 ? '+' : ''}${Math.abs(percent) < 0.05 ? percent.toPrecision(1) : percent.toFixed(1)}%`
}

function tiers({ tiers: all }: Price): string {
  return all.map(({ from, usd }) => (from === '0' ? usd : `${usd} from ${from}`)).join(', ')
}

function place(price: Price): string {
  return `${nameOf(price)} in ${price.region}`
}

/** One line for each resource and reason, with the regions: a list of 500 rows says less. */
function keptLines(kept: readonly Leftover[]): string[] {
  const groups = Map.groupBy(kept, ({ price, reason }) => `${nameOf(price)} of ${price.asOf} (${reason})`)
  return [...groups].map(([what, rows]) => `${what}: ${rows.map(({ price }) => price.region).join(', ')}`)
}

function byReason(offers: readonly Refusal[]): string[] {
  const groups = Map.groupBy(offers, ({ reason }) => reason)
  return [...groups].map(
    ([reason, each]) =>
      `${reason}: ${count(each.length)}, e.g. ${each[0]?.skuIds[0]} "${each[0]?.description}"`,
  )
}

function skus(number: number): string {
  return number === 1 ? '1 SKU' : `${count(number)} SKUs`
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

function asJson({ synced, diff, before, file, written }: SyncReport): object {
  const { book, read, matched, added, derived, kept, superseded, refusals, doubts, unknown } = synced
  const key = ({ resource, region, purchase }: Price) => ({ resource, region, purchase })
  const left = ({ price, reason }: Leftover) => ({ ...key(price), asOf: price.asOf, reason })
  return {
    schemaVersion: 1,
    date: book.date,
    file,
    written,
    before: { date: before.book.date, origin: before.origin, file: before.file ?? null },
    skus: [...read].map(([service, skus]) => ({ ...SERVICES[service], skus })),
    prices: book.prices.length,
    matched,
    unchanged: diff.unchanged,
    changed: diff.changed.map(({ before: was, after, relative, mustConfirm }) => ({
      ...key(after),
      unit: after.unit,
      before: was.tiers,
      after: after.tiers,
      relative: Number.isFinite(relative) ? relative : null,
      mustConfirm,
    })),
    added: added.map(key),
    derived: derived.map(key),
    kept: kept.map(left),
    superseded: superseded.map(left),
    refused: refusals,
    doubts,
    unknown,
  }
}
