import { readFile } from 'node:fs/promises'
import type { Price, PriceBook } from '../core/bill.ts'
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

/** The on-demand price in the region, else the one that holds everywhere. */
export function findPrice(book: PriceBook, resource: string, region: string): Price | undefined {
  const index = indexes.get(book) ?? indexBook(book)
  return index.get(key(resource, region)) ?? index.get(key(resource, 'global'))
}

function indexBook(book: PriceBook): Index {
  const onDemand = book.prices.filter((price) => price.purchase === 'on-demand')
  const index = new Map(onDemand.map((price) => [key(price.resource, price.region), price]))
  indexes.set(book, index)
  return index
}

function key(resource: string, region: string): string {
  return `${resource} ${region}`
}
