import type { Usage } from '../core/bill.ts'
import type { Decimal } from '../core/money.ts'
import { decimal, exact } from '../core/money.ts'
import { HOURS_PER_MONTH, type MonthOperation } from '../core/operation.ts'

/** Hours of the month that replicas run, summed over them. */
export function replicaHours(month: MonthOperation): number {
  return month.levels.reduce((sum, level) => sum + level.aliveReplicas * level.hours, 0)
}

/** Seconds of the month, summed over replicas, with a request in flight. */
export function busyReplicaSeconds(month: MonthOperation): number {
  return month.levels.reduce((sum, level) => sum + level.busyReplicaSPerHour * level.hours, 0)
}

/** Seconds of the month, summed over requests, of their execution. */
export function executionSeconds(month: MonthOperation): number {
  return month.levels.reduce((sum, level) => sum + level.executionSPerHour * level.hours, 0)
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
export function replicasByHours(month: MonthOperation): [hours: number, replicas: number][] {
  const levels = [...month.levels].sort((a, b) => a.replicas - b.replicas)
  let hours = HOURS_PER_MONTH
  let counted = 0
  const result: [number, number][] = []
  for (const level of levels) {
    if (level.replicas > counted) result.push([hours, level.replicas - counted])
    counted = level.replicas
    hours -= level.hours
  }
  return result
}
