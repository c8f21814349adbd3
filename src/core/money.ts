import Big from 'big.js'

/**
 * Exact decimal amounts. Prices, quantities and totals are never binary floats: sums and products of `Decimal`
 * are exact, whatever their length. Division is avoided in bills; where it is needed it keeps 30 places.
 */
export type Decimal = Big

Big.DP = 30
Big.NE = -40
Big.PE = 40

/**
 * @param value a decimal literal such as "0.000024", or a finite number that is converted by its shortest
 *   decimal form. @throws TypeError when it is no number
 */
export function decimal(value: string | number | Decimal): Decimal {
  return new Big(value)
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total = new Big(0)
  for (const value of values) total = total.plus(value)
  return total
}

/** Decimal string with every digit kept and no exponent, the form in which money is saved. */
export function exact(value: Decimal): string {
  return value.toFixed()
}

/**
 * US dollars for reading, rounded half up: cents under 1,000, whole dollars from there, two significant digits under a
 * cent, so that nothing but nothing reads as nothing. "$41.20", "$1,204", "$0.0021".
 */
export function formatUsd(value: Decimal | string): string {
  const amount = new Big(value)
  const size = amount.abs()
  const small = size.gt(0) && size.lt('0.01')
  const rounded = small ? new Big(size.toPrecision(2)).toFixed() : size.toFixed(size.gte(1000) ? 0 : 2)
  const [whole = '0', fraction] = rounded.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${amount.lt(0) ? '-' : ''}$${grouped}${fraction ? `.${fraction}` : ''}`
}
