import type { Price } from '../core/bill.ts'
import { UserError } from '../core/errors.ts'
import { bookWarnings } from '../pricing/book-warnings.ts'
import { wildcard } from '../pricing/coverage.ts'
import { type ChosenBook, chooseBook } from '../pricing/default-book.ts'
import type { Given } from './command.ts'
import { bookFacts, describeBook } from './describe-book.ts'
import { EXIT } from './exit-codes.ts'
import { textTable } from './text-table.ts'

/** `plimsoll prices show`: the rows of a book as a table, or whole as JSON. */
export async function pricesShowCommand(pattern: string, given: Given): Promise<number> {
  const chosen = await chooseBook(given.values.get('book'), process.env)
  const prices = matching(chosen, pattern, given.values.get('region'))
  const warnings = bookWarnings(chosen, new Date())
  if (given.switches.has('json')) {
    console.log(JSON.stringify({ schemaVersion: 1, book: bookFacts(chosen), warnings, prices }, null, 2))
    return EXIT.ok
  }
  for (const warning of warnings) console.error(`warning: ${warning}`)
  console.log(table(prices).join('\n'))
  console.error(`${prices.length} of the ${describeBook(chosen)}`)
  return EXIT.ok
}

/** @throws UserError when nothing matches */
function matching({ book }: ChosenBook, pattern: string, region: string | undefined): readonly Price[] {
  const isThere = ({ region: own }: Price) => region === undefined || own === region || own === 'global'
  const found = book.prices.filter(matcher(pattern))
  const prices = found.filter(isThere)
  if (prices.length > 0) return prices
  const regions = [...new Set(found.map((price) => price.region))].sort()
  if (regions.length > 0)
    throw new UserError({
      message: `no price of ${pattern || 'the book'} holds in ${region}`,
      hint: `it has prices in ${regions.join(', ')}`,
    })
  throw new UserError({
    message: `no price matches "${pattern}"`,
    hint: 'give a part of a resource, a SKU id or its text, with * for anything: gce/n1/*, "T4 GPU"',
  })
}

/** With a * the pattern stands for the whole text, without one for any part of it. */
function matcher(pattern: string): (price: Price) => boolean {
  const expression = wildcard(pattern.includes('*') ? pattern : `*${pattern}*`, 'i')
  return ({ resource, purchase, sku }) =>
    [resource, purchase, sku.id ?? '', sku.description].some((text) => expression.test(text))
}

const HEADINGS = ['resource', 'region', 'purchase', 'USD', 'per', 'as of', '', 'SKU']

function table(prices: readonly Price[]): string[] {
  return textTable([HEADINGS, ...prices.map(cells)])
}

function cells({ resource, region, purchase, tiers, unit, asOf, basis, sku }: Price): string[] {
  const known = [sku.id, sku.description].filter((part) => part !== null).join(' ')
  return [resource, region, purchase, formatTiers(tiers), unit, asOf, basis, known]
}

/** `0.0350`, or `0, 0.12 from 100, 0.11 from 1024` */
function formatTiers(tiers: Price['tiers']): string {
  return tiers.map(({ from, usd }, index) => (index === 0 ? usd : `${usd} from ${from}`)).join(', ')
}
