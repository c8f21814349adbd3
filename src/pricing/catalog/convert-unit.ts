import { type Decimal, decimal } from '../../core/money.ts'

/** GB in a GiB. C4D memory is sold by the GB-hour (10^9 bytes); the book counts GiB (2^30). */
const GB_PER_GIB = '1.073741824'

/** Units of the book by the end of their names, and the catalogue's units that are the same. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  'GiB-hour': ['GiBy.h'],
  'GiB-second': ['GiBy.s'],
  'GiB-month': ['GiBy.mo'],
  GiB: ['GiBy'],
  request: ['count'],
  invocation: ['count'],
  operation: ['count'],
}

const DECIMAL_SIZES: Readonly<Record<string, string>> = {
  'GiB-hour': 'GBy.h',
  'GiB-month': 'GBy.mo',
  GiB: 'GBy',
}

/**
 * What a price per `usageUnit` of the catalogue is multiplied by to be per `unit` of the book.
 *
 * @param usageUnit e.g. `h`, `GiBy.h`, `count`
 * @param unit e.g. `vCPU-hour`, `GPU-second`, `GiB-month`
 * @returns undefined where they do not measure the same
 */
export function unitFactor(usageUnit: string, unit: string): Decimal | undefined {
  const same = SAME[unit]
  if (same?.includes(usageUnit)) return decimal(1)
  if (DECIMAL_SIZES[unit] === usageUnit) return decimal(GB_PER_GIB)
  if (same !== undefined) return undefined
  const timed = { h: /(^|-)hour$/, s: /(^|-)second$/, mo: /(^|-)month$/ }[usageUnit]
  return timed?.test(unit) ? decimal(1) : undefined
}
