import type { Usage } from '../core/bill.ts'
import type { Decimal } from '../core/money.ts'
import { decimal, exact } from '../core/money.ts'
import type { MonthOperation } from '../core/operation.ts'

/** Hours of the month that replicas run, summed over them. */
export function replicaHours(month: MonthOperation): number {
  return month.replicaHours
}

/** Seconds of the month, summed over replicas, with a request in flight or a start under way. */
export function busyReplicaSeconds(month: MonthOperation): number {
  return month.busyReplicaS + month.startingReplicaS
}

/** Seconds of the month, summed over requests, of their execution. */
export function executionSeconds(month: MonthOperation): number {
  return month.executionS
}

/** A quantity to be billed and, where it follows from others, how in words: `4 vCPU × 730 h`. */
export interface Billed {
  readonly quantity: Decimal
  readonly words?: string
}

export function billed(quantity: Decimal, words?: string): Billed {
  return words === undefined ? { quantity } : { quantity, words }
}

/**
 * A simulated quantity, cut to nine significant digits: finer would be noise, and the same figure must come out on
 * every machine.
 */
export function simulated(quantity: number): Billed {
  return billed(decimal(Number(quantity.toPrecision(9))))
}

/** Settings of a usage line that not every resource has. */
type Extra = Pick<Usage, 'purchase' | 'monthShare'>

/** A usage line. */
export function usageLine(
  resource: string,
  region: string,
  unit: string,
  { quantity, words }: Billed,
  extra: Extra = {},
): Usage {
  const derivation = words === undefined ? {} : { derivation: words }
  return { resource, region, unit, quantity: exact(quantity), ...extra, ...derivation }
}

/**
 * Hours of the month during which each replica runs, for discounts that depend on it: of three replicas of which two
 * run all month and one an hour a day, `[[730, 2], [30.4, 1]]`.
 */
export function replicasByHours(
  month: MonthOperation,
): readonly (readonly [hours: number, replicas: number])[] {
  return month.replicasByHours
}
