import type { ChosenBook } from '../pricing/default-book.ts'

/** `price book of 2026-09-24, built in, 1520 prices` */
export function describeBook({ book, origin, file }: ChosenBook): string {
  const whence = { 'built-in': 'built in', synced: `synced in ${file}`, given: `from ${file}` }[origin]
  return `price book of ${book.date}, ${whence}, ${book.prices.length} prices`
}

/** The same for JSON. */
export function bookFacts({ book: { date, currency, prices }, origin, file }: ChosenBook) {
  return { date, currency, origin, ...(file !== undefined && { file }), prices: prices.length }
}
