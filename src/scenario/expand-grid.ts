import type { Path } from './source.ts'

/** One point of the grid that a candidate's lists span, and which element of each list it took. */
export interface GridPoint {
  readonly value: Readonly<Record<string, unknown>>
  /** Path in the file, below the candidate, of a field of this point. */
  readonly locate: (path: Path) => Path
}

/**
 * Every combination of the listed values, in the order written, the last list varying fastest. An empty list
 * yields nothing: the caller reports it.
 */
export function expandGrid(candidate: Readonly<Record<string, unknown>>): GridPoint[] {
  const lists = Object.entries(candidate).filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry[1]),
  )
  let picks: ReadonlyMap<string, number>[] = [new Map()]
  for (const [key, values] of lists) {
    picks = picks.flatMap((pick) => values.map((_, index) => new Map([...pick, [key, index]])))
  }
  return picks.map((pick) => gridPoint(candidate, pick))
}

/** How many points `expandGrid` would make, without making them. */
export function gridSize(candidate: Readonly<Record<string, unknown>>): number {
  return Object.values(candidate).reduce<number>(
    (size, value) => size * (Array.isArray(value) ? value.length : 1),
    1,
  )
}

function gridPoint(
  candidate: Readonly<Record<string, unknown>>,
  pick: ReadonlyMap<string, number>,
): GridPoint {
  const value = Object.fromEntries(
    Object.entries(candidate).map(([key, field]) => {
      const index = pick.get(key)
      return [key, index === undefined ? field : (field as unknown[])[index]]
    }),
  )
  return {
    value,
    locate: ([key, ...rest]) => {
      if (key === undefined) return []
      const index = typeof key === 'string' ? pick.get(key) : undefined
      return index === undefined ? [key, ...rest] : [key, index, ...rest]
    },
  }
}
