import { readFile } from 'node:fs/promises'
import type { Price, PriceBook, Purchase } from '../core/bill.ts'
import { UserError } from '../core/errors.ts'
import { checkPriceBook } from './check-price-book.ts'

/**
 * The built-in book of Google Cloud list prices, or the one in `file`.
 *
 * @param file path of a JSON file of the built-in book's shape
 * @throws UserError with every problem of the file
 */
export async function loadPriceBook(file?: string): Promise<PriceBook> {
  if (file !== undefined) return checkPriceBook(parse(await read(file), file), file)
  const { default: content } = await import('./books/google-cloud.json', { with: { type: 'json' } })
  return checkPriceBook(content, 'books/google-cloud.json')
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const message =
      code === 'ENOENT' ? 'there is no such price book' : `the price book cannot be read (${code})`
    throw new UserError({ message, hint: 'give the path of a JSON file, or leave --book out', file })
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UserError({ message: `the price book is not JSON: ${(cause as Error).message}`, file })
  }
}

type Index = ReadonlyMap<string, Price>

const indexes = new WeakMap<PriceBook, Index>()

/** The price of this purchase in the region, else the one that holds everywhere. */
export function findPrice(
  book: PriceBook,
  resource: string,
  region: string,
  purchase: Purchase = 'on-demand',
): Price | undefined {
  const index = indexes.get(book) ?? indexBook(book)
  return index.get(key(resource, region, purchase)) ?? index.get(key(resource, 'global', purchase))
}

function indexBook(book: PriceBook): Index {
  const index = new Map(
    book.prices.map((price) => [key(price.resource, price.region, price.purchase), price]),
  )
  indexes.set(book, index)
  return index
}

function key(resource: string, region: string, purchase: Purchase): string {
  return `${resource} ${region} ${purchase}`
}
