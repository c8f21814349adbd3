import type { Price, PriceBook } from '../../core/bill.ts'
import { priceKey } from './match-prices.ts'

/**
 * The book that a sync starts from: the one in force, with what a newer Plimsoll knows besides. Of two rows for one
 * price the later reading counts; of two of the same month, the one in force.
 */
export function baseBook(builtIn: PriceBook, inForce: PriceBook): PriceBook {
  const held = new Map(inForce.prices.map((price) => [priceKey(price), price]))
  const rows = builtIn.prices.map((price) => later(price, held.get(priceKey(price))))
  const builtInKeys = new Set(builtIn.prices.map(priceKey))
  const more = inForce.prices.filter((price) => !builtInKeys.has(priceKey(price)))
  return { ...inForce, prices: [...rows, ...more] }
}

function later(builtIn: Price, held: Price | undefined): Price {
  return held === undefined || builtIn.asOf > held.asOf ? builtIn : held
}
