import type { PriceBook } from '../core/bill.ts'
import { type Coverage, coverageOf } from './coverage.ts'
import { KNOWN_GAPS } from './known-gaps.ts'
import { requiredPrices } from './required-prices.ts'
import { type Insanity, insanities } from './sanity.ts'

export interface BookCheck {
  readonly coverage: Coverage
  /** Whether known gaps that the book fills count as failures: they do in the book that the list is about. */
  readonly mustMatchGaps: boolean
  readonly insanities: readonly Insanity[]
  readonly passed: boolean
}

/**
 * Coverage and sanity of a book.
 *
 * @param builtInDate date of the built-in book, which the list of known gaps is about
 */
export function checkBook(book: PriceBook, builtInDate: string): BookCheck {
  const coverage = coverageOf(book, requiredPrices(), KNOWN_GAPS)
  const mustMatchGaps = book.date === builtInDate
  const found = insanities(book)
  const covered = coverage.unlisted.length === 0 && !(mustMatchGaps && coverage.filled.length > 0)
  return {
    coverage,
    mustMatchGaps,
    insanities: found,
    passed: covered && found.length === 0,
  }
}
