import { styleText } from 'node:util'
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'
import type { BookOrigin } from '../core/advice.ts'
import type { AccountBill, AccountLine } from '../core/bill.ts'
import { decimal, formatUsd } from '../core/money.ts'
import type { ReportOptions } from './index.ts'

/** The bill of a usage file, as JSON prints it whole. */
export interface BillReport extends AccountBill {
  readonly schemaVersion: 1
  /** The usage file, as the user wrote it. */
  readonly file: string
  readonly freeTier: boolean
  /** What the file bills, item by item; null where a price is missing. */
  readonly items: readonly {
    readonly usageIndex: number
    readonly platform: string
    readonly region: string
    readonly usd: string | null
  }[]
  readonly notes: readonly { readonly usageIndex: number; readonly note: string }[]
  readonly book: {
    readonly date: string
    readonly ageDays: number
    readonly currency: string
    readonly origin: BookOrigin
    /** Absent for the built-in book. */
    readonly file?: string
    readonly prices: number
  }
  /** What should be known before the figures are trusted. */
  readonly warnings: readonly string[]
}

interface Page {
  readonly columns: number
  readonly paint: (style: Parameters<typeof styleText>[0], text: string) => string
}

/** A bill for a terminal: each item with its lines and their arithmetic, then gaps, credits, the total and the book. */
export function billReport(bill: BillReport, { width, color }: ReportOptions): string {
  const paint: Page['paint'] = (style, text) =>
    color ? styleText(style, text, { validateStream: false }) : text
  const page = { columns: Math.max(32, Math.min(width, 100)), paint }
  const { lines, missing, notes } = bill
  const items = bill.items.flatMap((item) => [
    amountRow(paint('bold', `usage[${item.usageIndex}] ${item.platform} ${item.region}`), item.usd, page),
    ...lines.filter(isOf(item)).flatMap((line) => billLine(line, page)),
    ...missing
      .filter(isOf(item))
      .flatMap(({ message }) => indented(paint('red', `missing: ${message}`), page)),
    ...notes.filter(isOf(item)).flatMap(({ note }) => indented(paint('yellow', `note: ${note}`), page)),
    '',
  ])
  return [...items, ...credits(bill, page), ...total(bill, page), '', ...footer(bill, page), ''].join('\n')
}

function isOf({ usageIndex }: { usageIndex: number }) {
  return (part: { readonly usageIndex?: number }) => part.usageIndex === usageIndex
}

function billLine(line: AccountLine, page: Page): string[] {
  const { description, sku, usd, arithmetic, basis, asOf } = line
  const where = `${sku ?? 'SKU unknown'}, ${line.region}, ${basis} ${asOf}`
  return [
    amountRow(description, usd, page, 2),
    ...indented(readable(arithmetic), page),
    ...indented(page.paint('dim', where), page),
  ]
}

function credits({ credits: given }: BillReport, page: Page): string[] {
  return given.flatMap(({ name, usd, arithmetic, source }) => [
    amountRow(page.paint('bold', name), usd, page),
    ...indented(readable(arithmetic), page),
    ...indented(page.paint('dim', source), page),
    '',
  ])
}

function total({ usdTotal, missing }: BillReport, page: Page): string[] {
  if (usdTotal !== null) return [amountRow(page.paint('bold', 'Total of the month'), usdTotal, page)]
  const unknown = missing.filter(({ usageIndex }) => usageIndex === undefined).map(({ message }) => message)
  const count = missing.length === 1 ? '1 price is missing' : `${missing.length} prices are missing`
  return [...unknown, `No total: ${count}.`].flatMap((text) => wrapped(page.paint('red', text), page))
}

function footer({ book, warnings, freeTier }: BillReport, page: Page): string[] {
  const credit = freeTier ? 'free tier credits applied' : 'no free tier credits (freeTier: true applies them)'
  const days = `${book.ageDays} day${book.ageDays === 1 ? '' : 's'} old`
  const read = `List prices in ${book.currency}, book of ${book.date} (${days}); ${credit}.`
  return [...warnings.map((warning) => `Warning: ${warning}.`), read].flatMap((text) => wrapped(text, page))
}

/** A text, folded where it is long, and its amount at the right end of the last line. */
function amountRow(text: string, usd: string | null, { columns }: Page, indent = 0): string {
  const amount = usd === null ? 'unpriced' : inCents(usd)
  const room = columns - indent - amount.length - 2
  const texts = wrapAnsi(text, room, { hard: true })
    .split('\n')
    .map((line) => ' '.repeat(indent) + line)
  const last = texts.pop() ?? ''
  const gap = ' '.repeat(columns - stringWidth(last) - amount.length)
  return [...texts, `${last}${gap}${amount}`].join('\n')
}

/** Dollars and cents, half up; what is less than a cent with two digits, so that only nothing reads as nothing. */
function inCents(usd: string): string {
  const value = decimal(usd)
  if (value.abs().lt('0.01')) return formatUsd(value)
  const [whole = '0', cents] = value.abs().toFixed(2).split('.')
  return `${value.lt(0) ? '-' : ''}$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`
}

/** Digits that no reader needs are left to the JSON. */
function readable(arithmetic: string): string {
  return arithmetic.replace(/\d+\.\d{13,}/g, (digits) => `${decimal(digits).round(10).toFixed()}…`)
}

function indented(text: string, { columns }: Page): string[] {
  const lines = wrapAnsi(text, columns - 4, { hard: true }).split('\n')
  return lines.map((line) => `    ${line}`)
}

function wrapped(text: string, { columns }: Page): string[] {
  return wrapAnsi(text, columns, { hard: true }).split('\n')
}
