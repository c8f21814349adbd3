import { existsSync } from 'node:fs'
import type { BookOrigin } from '../core/advice.ts'
import type { PriceBook } from '../core/bill.ts'
import { UserError } from '../core/errors.ts'
import { syncedBookPath } from './book-paths.ts'
import { loadPriceBook } from './price-book.ts'

/** A book, and where it comes from: it is named in every report. */
export interface ChosenBook {
  readonly book: PriceBook
  readonly origin: BookOrigin
  /** Path of the file; absent for the built-in book. */
  readonly file?: string
  /** Why another book that is there was not taken, in sentences without a full stop. */
  readonly notes: readonly string[]
}

/**
 * The book that prices are read from: the one that the user gives, else the newer of the built-in book and the one
 * that `plimsoll prices sync` wrote. A synced book that is broken is left aside, and a note says so.
 *
 * @param file what the user gave with --book
 * @param env the environment, for the folder of synced books
 * @throws UserError with every problem of the given file
 */
export async function chooseBook(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ChosenBook> {
  if (file !== undefined) return { book: await loadPriceBook(file), origin: 'given', file, notes: [] }
  const builtIn: ChosenBook = { book: await loadPriceBook(), origin: 'built-in', notes: [] }
  const path = syncedBookPath(env)
  if (!existsSync(path)) return builtIn
  try {
    const book = await loadPriceBook(path)
    return book.date > builtIn.book.date ? { book, origin: 'synced', file: path, notes: [] } : builtIn
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const why = error.problems[0]?.message ?? 'it cannot be read'
    const note = `the synced price book in ${path} is not used: ${why}; plimsoll prices sync writes it anew`
    return { ...builtIn, notes: [note] }
  }
}
