import { bookWarnings, readMonths } from '../pricing/book-warnings.ts'
import { type BookCheck, checkBook } from '../pricing/check-book.ts'
import type { Coverage } from '../pricing/coverage.ts'
import { type ChosenBook, chooseBook } from '../pricing/default-book.ts'
import { loadPriceBook } from '../pricing/price-book.ts'
import type { RequiredPrice } from '../pricing/required-prices.ts'
import type { Given } from './command.ts'
import { bookFacts, describeBook } from './describe-book.ts'
import { EXIT } from './exit-codes.ts'

/** Of a list that may have thousands of entries, so many are printed; JSON has them all. */
const MOST_PRINTED = 20

/** `plimsoll prices check`: fails when a price is missing or cannot be right; an old book is only warned of. */
export async function pricesCheckCommand(given: Given): Promise<number> {
  const chosen = await chooseBook(given.values.get('book'), process.env)
  const check = checkBook(chosen.book, (await loadPriceBook()).date)
  const warnings = bookWarnings(chosen, new Date())
  console.log(
    given.switches.has('json') ? json(chosen, check, warnings) : text(chosen, check, warnings).join('\n'),
  )
  return check.passed ? EXIT.ok : EXIT.unmet
}

function json(chosen: ChosenBook, check: BookCheck, warnings: readonly string[]): string {
  const months = Object.fromEntries(readMonths(chosen.book))
  return JSON.stringify({ schemaVersion: 1, book: bookFacts(chosen), months, warnings, ...check }, null, 2)
}

function text(chosen: ChosenBook, check: BookCheck, warnings: readonly string[]): string[] {
  const months = readMonths(chosen.book).map(([month, prices]) => `${month} ${prices}`)
  const derived = chosen.book.prices.filter(({ basis }) => basis === 'derived').length
  return [
    `${describeBook(chosen)}, ${derived} of them derived from others`,
    `read in: ${months.join(', ')}`,
    ...warnings.map((warning) => `warning: ${warning}`),
    '',
    ...coverageText(check),
    '',
    ...sanityText(check),
    '',
    check.passed ? 'passed' : 'FAILED',
  ]
}

function coverageText({ coverage, mustMatchGaps }: BookCheck): string[] {
  const { required, priced, gaps, unlisted, filled } = coverage
  const missing = gaps.reduce((sum, gap) => sum + gap.missing, 0)
  return [
    `coverage: of ${required} prices that a machine type, GPU, region, way of billing and purchase may ask for,`,
    `  ${priced} are in the book, ${missing} are known gaps, ${unlisted.length} are missing and on no list`,
    ...prices('missing, and on no list', unlisted),
    ...(mustMatchGaps ? prices('a known gap, but the book has it: take it off the list', filled) : []),
    ...(!mustMatchGaps && filled.length > 0 ? [`  ${filled.length} known gaps are filled by this book`] : []),
    'known gaps:',
    ...gaps.filter((gap) => gap.missing > 0).flatMap(gapText),
  ]
}

function gapText({ gap, missing }: Coverage['gaps'][number]): string[] {
  const { resources, regions, purchases, why } = gap
  const where = 'allBut' in regions ? `all regions but ${regions.allBut.join(', ')}` : regions.join(', ')
  const how = purchases ? ` (${purchases.join(', ')})` : ''
  return [`  ${resources.join(', ')}${how} in ${where}`, `    ${missing} prices: ${why}`]
}

function prices(what: string, list: readonly RequiredPrice[]): string[] {
  const shown = list.slice(0, MOST_PRINTED)
  const rest = list.length - shown.length
  return [
    ...shown.map(({ resource, region, purchase }) => `  FAILED ${resource} ${region} ${purchase}: ${what}`),
    ...(rest > 0 ? [`  FAILED and ${rest} more: --json lists them`] : []),
  ]
}

function sanityText({ insanities }: BookCheck): string[] {
  if (insanities.length === 0) return ['sanity: no price is out of order']
  return [
    `sanity: ${insanities.length} prices cannot be right`,
    ...insanities.map(({ price: { resource, region, purchase }, message }) => {
      return `  FAILED ${resource} ${region} ${purchase}: ${message}`
    }),
  ]
}
