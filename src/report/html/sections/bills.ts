import { explainCheck } from '../../../advise/explain.ts'
import type { Advice, Verdict } from '../../../core/advice.ts'
import type { BillLine } from '../../../core/bill.ts'
import { decimal, formatUsd } from '../../../core/money.ts'
import { formatBook } from '../../figures.ts'
import { isolated } from '../escape-html.ts'
import { term } from '../glossary.ts'
import { table } from '../table.ts'

/** Every line of every bill, with its SKU; that of the cheapest is open. */
export function billsSection(advice: Advice): string {
  const { book, verdicts, cheapest } = advice
  const bills = verdicts.filter(({ bill }) => bill !== null)
  return `<p>${isolated(formatBook(book))}, ${book.derived} of ${book.prices} ${term('derived')} from others. A month of 730 h, at the central estimate.</p>
${bills.map((verdict) => billOf(verdict, verdict.candidate.name === cheapest)).join('\n')}`
}

function billOf({ candidate, bill, checks }: Verdict, open: boolean): string {
  const total = bill?.usdTotal ? formatUsd(bill.usdTotal) : 'no total: a price is missing'
  const notes = [
    ...(bill?.missing.map(({ message }) => message) ?? []),
    ...(bill?.lines.flatMap(({ description, rule }) => (rule ? [`derived: ${description}: ${rule}`] : [])) ??
      []),
    ...checks.map(explainCheck),
  ]
  const list =
    notes.length > 0
      ? `<ul class="plain">${notes.map((each) => `<li>${isolated(each)}</li>`).join('')}</ul>`
      : ''
  const lines = bill && bill.lines.length > 0 ? billTable(candidate.name, bill.lines) : ''
  return `<details${open ? ' open' : ''}><summary>${isolated(candidate.name)}: ${isolated(total)}</summary>${lines}${list}</details>`
}

const COLUMNS = [
  { title: 'for' },
  { title: { html: term('sku') }, tight: true },
  { title: 'quantity', number: true },
  { title: 'unit', tight: true },
  { title: 'price', number: true },
  { title: 'USD', number: true },
  { title: 'price of', tight: true },
]

function billTable(name: string, lines: readonly BillLine[]): string {
  return table(
    `Bill of ${name}`,
    COLUMNS,
    lines.map((line) => [
      line.description,
      line.sku ?? 'not known',
      shorten(line.quantity),
      line.unit,
      priceOf(line),
      formatUsd(line.usd),
      `${line.asOf}${line.basis === 'derived' ? ', derived' : ''}`,
    ]),
  )
}

function priceOf({ usdPerUnit, tier, discount }: BillLine): string {
  const less = discount && `x ${shorten(discount.factor)} ${discount.kind}`
  return [`$${usdPerUnit}`, tier, less].filter(Boolean).join(', ')
}

/** A decimal with at most six significant digits, for reading; the JSON has them all. */
function shorten(value: string): string {
  return decimal(decimal(value).toPrecision(6)).toFixed()
}
