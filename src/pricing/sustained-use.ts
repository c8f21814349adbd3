import type { Decimal } from '../core/money.ts'
import { decimal } from '../core/money.ts'

/**
 * What a price is multiplied by when a machine runs for `monthShare` of the month: the mean, over the share run,
 * of what each part of the month costs. https://cloud.google.com/compute/docs/sustained-use-discounts
 *
 * @param rates share of the base rate for each successive equal part of the month, e.g. ["1","0.8","0.6","0.4"]
 * @param monthShare above 0, at most 1
 * @returns 0.7 for those rates and a whole month; kept to 30 places where it does not end sooner
 */
export function sustainedUseFactor(rates: readonly string[], monthShare: Decimal): Decimal {
  let paidParts = decimal(0)
  let leftParts = monthShare.times(rates.length)
  for (const rate of rates) {
    const run = leftParts.gt(1) ? decimal(1) : leftParts
    paidParts = paidParts.plus(run.times(rate))
    leftParts = leftParts.minus(run)
  }
  return paidParts.div(monthShare.times(rates.length))
}
