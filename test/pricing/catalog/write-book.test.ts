import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeBook } from '../../../src/pricing/catalog/write-book.ts'
import { loadPriceBook } from '../../../src/pricing/price-book.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

test('a book is read back as it was written, and stands alone in its folder', async () => {
  const file = join(temporaryFolder(), 'a', 'b', 'book.json')
  const book = await loadPriceBook()
  await writeBook(book, file)
  expect(await loadPriceBook(file)).toEqual(book)
  expect(readdirSync(join(file, '..'))).toEqual(['book.json'])
})

test('a book that cannot take its place leaves what is there, and nothing beside it', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'book.json')
  mkdirSync(file)
  writeFileSync(join(file, 'kept'), 'here')
  await expect(writeBook(await loadPriceBook(), file)).rejects.toThrow(`cannot be written to ${file}`)
  expect(readdirSync(folder)).toEqual(['book.json'])
  expect(readFileSync(join(file, 'kept'), 'utf8')).toBe('here')
})

test('a folder that cannot be made is named', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'plimsoll'), 'a file where a folder should be')
  const file = join(folder, 'plimsoll', 'book.json')
  await expect(writeBook(await loadPriceBook(), file)).rejects.toThrow(`cannot be written to ${file}`)
})
