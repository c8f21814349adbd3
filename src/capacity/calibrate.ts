import {
  fitRoofline,
  type RooflineParameters,
  type RooflineRow,
  type RuntimeClass,
  residual,
} from './roofline.ts'

/** A fit and how far the truth may be from its predictions, either way, as a factor, for each kind of runtime. */
export interface CalibratedRoofline {
  readonly parameters: RooflineParameters
  readonly spread: Readonly<Record<RuntimeClass, number>>
}

/** A row with what it may be held back by: all rows of its hardware, or all of its source. */
export interface GroupedRow {
  readonly row: RooflineRow
  readonly groups: readonly string[]
}

/** Share of held-back rows that the intervals are to hold. */
const COVERAGE = 0.9
const CLASSES = ['framework', 'compiled', 'cpu'] as const satisfies readonly RuntimeClass[]

/**
 * Fits all rows, and sets the intervals by what was held back: each group (a hardware, a source) is predicted by a fit
 * of the others, and the interval of a kind of runtime is the 90% quantile of how far off those predictions are
 * (split conformal, with its correction for few rows): that of the group that errs most, and of the grouping that is
 * worse.
 */
export function calibrate(rows: readonly GroupedRow[]): CalibratedRoofline {
  const depth = rows[0]?.groups.length ?? 0
  const spreads = Array.from({ length: depth }, (_, grouping) => heldBack(rows, grouping))
  const spread = CLASSES.map((runtime) => {
    const widest = spreads.map((groups) => worstQuantile(groups, runtime))
    return [runtime, Math.exp(Math.max(...widest))] as const
  })
  return {
    parameters: fitRoofline(rows.map(({ row }) => row)),
    spread: Object.fromEntries(spread) as Record<RuntimeClass, number>,
  }
}

/** How far off each row is, by kind of runtime, when its group is left out of the fit: a map for each group. */
function heldBack(
  rows: readonly GroupedRow[],
  grouping: number,
): ReadonlyMap<RuntimeClass, readonly number[]>[] {
  const all: Map<RuntimeClass, number[]>[] = []
  for (const group of new Set(rows.map(({ groups }) => groups[grouping]))) {
    const errors = new Map<RuntimeClass, number[]>()
    all.push(errors)
    const parameters = fitRoofline(
      rows.filter(({ groups }) => groups[grouping] !== group).map(({ row }) => row),
    )
    for (const { row } of rows.filter(({ groups }) => groups[grouping] === group)) {
      const known = errors.get(row.runtime) ?? []
      errors.set(row.runtime, [...known, Math.abs(residual(row, parameters))])
    }
  }
  return all
}

/** Groups of fewer rows say little by themselves. */
const LEAST_ROWS = 8

/**
 * The quantile of all errors, or that of the group that errs most: what is predicted next is a group of its own, and
 * may be as far off as any was.
 */
function worstQuantile(
  groups: readonly ReadonlyMap<RuntimeClass, readonly number[]>[],
  runtime: RuntimeClass,
): number {
  const errors = groups.map((each) => each.get(runtime) ?? [])
  const large = errors.filter(({ length }) => length >= LEAST_ROWS)
  return Math.max(quantile(errors.flat()), ...large.map(quantile))
}

/** With few values the largest of them; with none, nothing is known. */
function quantile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const rank = Math.ceil((sorted.length + 1) * COVERAGE)
  return sorted[Math.min(rank, sorted.length) - 1] ?? Number.POSITIVE_INFINITY
}

/** Whether the interval of a prediction holds what was measured. */
export function holds({ parameters, spread }: CalibratedRoofline, row: RooflineRow): boolean {
  return Math.abs(residual(row, parameters)) <= Math.log(spread[row.runtime])
}
