import type { AccountBill } from '../core/bill.ts'
import { decimal, exact } from '../core/money.ts'
import { itemFaults, meterItems } from '../platforms/meter-items.ts'
import { billAccount } from '../pricing/bill-account.ts'
import { bookAgeDays } from '../pricing/book-age.ts'
import { bookWarnings } from '../pricing/book-warnings.ts'
import { type ChosenBook, chooseBook } from '../pricing/default-book.ts'
import { type BillReport, billReport } from '../report/bill.ts'
import { readUsageFile, type UsageFile } from '../scenario/usage-file/read-usage-file.ts'
import type { Given } from './command.ts'
import { bookFacts } from './describe-book.ts'
import { EXIT } from './exit-codes.ts'

/** `plimsoll bill`: the month's bill of a usage file; it fails when a price is missing, as there is no total then. */
export async function billCommand(file: string, given: Given): Promise<number> {
  const { items, freeTier } = readUsageFile(file, itemFaults)
  const chosen = await chooseBook(given.values.get('book'), process.env)
  const { usage, notes } = meterItems(items)
  const bill = billAccount(usage, chosen.book, { freeTier })
  const report = reportOf(bill, chosen, { file, items, freeTier, notes })
  process.stdout.write(given.switches.has('json') ? json(report) : inWords(report))
  return bill.usdTotal === null ? EXIT.unmet : EXIT.ok
}

function reportOf(
  bill: AccountBill,
  chosen: ChosenBook,
  { file, items, freeTier, notes }: UsageFile & Pick<BillReport, 'file' | 'notes'>,
): BillReport {
  const now = new Date()
  const { date, ...facts } = bookFacts(chosen)
  return {
    schemaVersion: 1,
    file,
    freeTier,
    items: itemTotals(items, bill),
    ...bill,
    notes,
    book: { date, ageDays: bookAgeDays(date, now), ...facts },
    warnings: bookWarnings(chosen, now),
  }
}

/** What each item comes to, before credits. */
function itemTotals(items: UsageFile['items'], { lines, missing }: AccountBill): BillReport['items'] {
  const totals = items.map(() => decimal(0))
  for (const { usageIndex, usd } of lines) totals[usageIndex] = decimal(usd).plus(totals[usageIndex] ?? 0)
  const unpriced = new Set(missing.map(({ usageIndex }) => usageIndex))
  return items.map(({ platform, region }, usageIndex) => {
    const usd = unpriced.has(usageIndex) ? null : exact(totals[usageIndex] ?? decimal(0))
    return { usageIndex, platform, region, usd }
  })
}

function json(report: BillReport): string {
  return `${JSON.stringify(report, null, 2)}\n`
}

function inWords(report: BillReport): string {
  const color = process.stdout.hasColors?.() === true && !process.env.NO_COLOR
  return billReport(report, { width: process.stdout.columns ?? 80, color })
}
