import type { Price, PriceBook } from '../core/bill.ts'
import { decimal } from '../core/money.ts'

/** Share of the old price, up or down, from which a change has to be confirmed before it is believed. */
export const CONFIRM_OVER = 0.25

export interface PriceChange {
  readonly before: Price
  readonly after: Price
  /**
   * (after - before) / before in the tier where it is largest; Infinity where something free is free no longer, or
   * where the unit is another and the two cannot be compared.
   */
  readonly relative: number
  readonly mustConfirm: boolean
}

export interface BookDiff {
  /** Largest effect first; prices of equal effect by name. */
  readonly changed: readonly PriceChange[]
  readonly added: readonly Price[]
  readonly removed: readonly Price[]
  /** Rows whose price is the same; their SKU, date or source may differ. */
  readonly unchanged: number
}

/** What changed from one book to another, price by price, whatever the order of their rows. */
export function diffBooks(before: PriceBook, after: PriceBook): BookDiff {
  const old = new Map(before.prices.map((price) => [keyOf(price), price]))
  const young = new Map(after.prices.map((price) => [keyOf(price), price]))
  const both = [...old].flatMap(([key, price]) => {
    const next = young.get(key)
    return next ? [changeOf(price, next)] : []
  })
  const changed = both.filter(({ relative }) => relative !== 0)
  return {
    changed: changed.sort(byEffect),
    added: [...young].filter(([key]) => !old.has(key)).map(([, price]) => price),
    removed: [...old].filter(([key]) => !young.has(key)).map(([, price]) => price),
    unchanged: both.length - changed.length,
  }
}

function changeOf(before: Price, after: Price): PriceChange {
  const relative = before.unit === after.unit ? largestChange(before, after) : Number.POSITIVE_INFINITY
  return { before, after, relative, mustConfirm: Math.abs(relative) > CONFIRM_OVER }
}

/** Between tiers of different bounds each stretch is compared by itself. */
function largestChange(before: Price, after: Price): number {
  const starts = [...before.tiers, ...after.tiers].map(({ from }) => from)
  const changes = starts.map((start) => relativeChange(priceAt(before, start), priceAt(after, start)))
  return changes.reduce((most, change) => (Math.abs(change) > Math.abs(most) ? change : most), 0)
}

function relativeChange(before: string, after: string): number {
  if (decimal(before).eq(after)) return 0
  if (decimal(before).eq(0)) return Number.POSITIVE_INFINITY
  return decimal(after).minus(before).div(before).toNumber()
}

/** Price of the unit after `quantity` units. */
function priceAt({ tiers }: Price, quantity: string): string {
  return tiers.filter(({ from }) => decimal(from).lte(quantity)).at(-1)?.usd ?? '0'
}

function byEffect(a: PriceChange, b: PriceChange): number {
  const [one, other] = [Math.abs(a.relative), Math.abs(b.relative)]
  if (one !== other) return other > one ? 1 : -1
  return keyOf(a.before) < keyOf(b.before) ? -1 : 1
}

function keyOf({ resource, region, purchase }: Price): string {
  return `${resource} ${region} ${purchase}`
}
