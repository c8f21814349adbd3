import { explainCheck } from '../advise/explain.ts'
import type { Advice, Operation, Verdict } from '../core/advice.ts'
import type { BillLine } from '../core/bill.ts'
import { decimal, formatUsd } from '../core/money.ts'
import { formatBook } from './figures.ts'
import { markdownBullets, markdownDetails, markdownTable, markdownText as text } from './markdown-text.ts'

/** Bills that are written out: GitHub takes a comment of 65,536 characters and a job summary of a megabyte. */
const MOST_BILLS = 20

/** The book, then the bills of the first candidates of the ranking, each folded. @param advice with plain texts */
export function markdownBills({ book, verdicts }: Advice): string[] {
  const billed = verdicts.filter(({ bill }) => bill !== null)
  const left = billed.length - MOST_BILLS
  return [
    `${text(formatBook(book))}, ${book.derived} of ${book.prices} derived from others. A month of 730 h, at the central estimate. A missing price is never counted as 0.`,
    ...billed.slice(0, MOST_BILLS).map(billSection),
    ...(left > 0 ? [`${left} more bills are in the JSON report.`] : []),
  ]
}

function billSection(verdict: Verdict): string {
  const { bill, candidate, checks, operation } = verdict
  const total = bill?.usdTotal ? formatUsd(bill.usdTotal) : 'no total: a price is missing'
  const derived = bill?.lines.filter(({ rule }) => rule !== undefined) ?? []
  const rules = derived.map(({ description, rule }) => `derived: ${text(description)}: ${text(rule ?? '')}`)
  const missing = bill?.missing.map(({ message }) => text(message)) ?? []
  const busy = operation ? [busySentence(operation)] : []
  return markdownDetails(`${candidate.name}: ${total}`, [
    ...(bill && bill.lines.length > 0
      ? [markdownTable(['SKU', 'quantity', 'unit', 'price', 'USD', 'prices of'], bill.lines.map(billRow))]
      : []),
    ...(missing.length > 0 ? [markdownBullets(missing)] : []),
    ...(rules.length > 0 ? [markdownBullets(rules)] : []),
    [...busy, ...checks.map((check) => `${explainCheck(check)}.`)].map(text).join(' '),
  ])
}

/** `Utilisation 25.7% of 3.2 replicas on average, 8 at most; 0.2% of requests waited for a start.` */
function busySentence({ utilization, meanReplicas, replicas: most, coldStartRatio }: Operation): string {
  const mean = Number(meanReplicas.value.toPrecision(3))
  const fleet =
    mean === most.value ? replicas(most.value) : `${mean} replicas on average, ${most.value} at most`
  const cold = coldStartRatio > 0 ? `; ${percent(coldStartRatio)} of requests waited for a start` : ''
  return `Utilisation ${percent(utilization.value)} of ${fleet}${cold}.`
}

function billRow(line: BillLine): string[] {
  const price = [
    formatPrice(line.usdPerUnit),
    line.tier,
    line.discount && `x ${shorten(line.discount.factor)} ${line.discount.kind}`,
  ]
  const cells = [
    `${line.description}${line.sku ? ` (${line.sku})` : ''}`,
    shorten(line.quantity),
    line.unit,
    price.filter(Boolean).join(', '),
    formatUsd(line.usd),
    `${line.asOf}${line.basis === 'derived' ? ', derived' : ''}`,
  ]
  return cells.map(text)
}

function formatPrice(usd: string): string {
  return `$${usd}`
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))}%`
}

function replicas(count: number): string {
  return `${count} replica${count === 1 ? '' : 's'}`
}

/** A decimal with at most six significant digits, for reading; the JSON has them all. */
function shorten(value: string): string {
  return decimal(decimal(value).toPrecision(6)).toFixed()
}
