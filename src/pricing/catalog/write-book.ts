import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PriceBook } from '../../core/bill.ts'
import { WorldError } from '../../core/errors.ts'

/**
 * Writes the book beside its place and then moves it there, so that whoever reads it, and whatever interrupts this,
 * finds the old book or the new one and never a part.
 *
 * @throws WorldError when the disk will not have it; the old book is then as it was
 */
export async function writeBook(book: PriceBook, file: string): Promise<void> {
  const beside = `${file}.${randomUUID()}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeWhole(beside, bookText(book))
    await rename(beside, file)
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw new WorldError(`the price book cannot be written to ${file}: ${(cause as Error).message}`, {
      hint: 'the price book in force is unchanged; XDG_DATA_HOME names another folder for it',
      cause,
    })
  }
}

/** To the disk, not only to its cache: a power cut after the move must not leave an empty book. */
async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** One price a line, as the built-in book is written, so that two books can be compared line by line. */
function bookText({ prices, ...head }: PriceBook): string {
  const fields = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`,
  )
  const rows = prices.map((price) => `    ${JSON.stringify(price)}`)
  return `{\n${fields.join('')}  "prices": [\n${rows.join(',\n')}\n  ]\n}\n`
}
