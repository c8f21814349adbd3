import type { Usage } from '../core/bill.ts'
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

/**
 * A usage line. Quantities are simulated, so they are cut to nine significant digits: finer would be noise, and the
 * same figure must come out on every machine.
 */
export function usageOf(resource: string, region: string, unit: string, quantity: number): Usage {
  return { resource, region, unit, quantity: exact(decimal(Number(quantity.toPrecision(9)))) }
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
