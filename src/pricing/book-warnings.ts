import type { PriceBook } from '../core/bill.ts'
import { bookAgeDays, STALE_AFTER_DAYS } from './book-age.ts'
import type { ChosenBook } from './default-book.ts'

/** What the reader of anything that the book priced should know of it: that it is old, or that another was broken. */
export function bookWarnings({ book, notes }: Pick<ChosenBook, 'book' | 'notes'>, now?: Date): string[] {
  const days = now ? bookAgeDays(book.date, now) : 0
  const old = `the price book of ${book.date} is ${days} days old, and prices may have changed since: plimsoll prices sync reads them again`
  return [...(days > STALE_AFTER_DAYS ? [old] : []), ...notes]
}

/** How many prices were read in each month, oldest first. */
export function readMonths({ prices }: Pick<PriceBook, 'prices'>): [month: string, prices: number][] {
  const counts = new Map<string, number>()
  for (const { asOf } of prices) counts.set(asOf, (counts.get(asOf) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
}
