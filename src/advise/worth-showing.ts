import type { Explored } from './outlook.ts'
import type { Ranking } from './rank.ts'

/** Of so few candidates a chart can show every one; of more it shows those that a reader would ask about. */
const FEW = 24
const MOST_OF_MANY = 10

/**
 * Names of the candidates that detailed series are kept for, in the order of the ranking: all that have figures while
 * they are few; else the cheapest, the frontier, those that win at other traffic, and the ties.
 */
export function worthShowing(
  { verdicts, cheapest, ties }: Ranking,
  frontier: readonly string[],
  { scaled }: Pick<Explored, 'scaled'>,
): string[] {
  const known = verdicts.filter(({ latencyMs }) => latencyMs !== null).map(({ candidate }) => candidate.name)
  if (known.length <= FEW) return known
  const winners = scaled.flatMap(({ ranking }) => ranking.cheapest?.candidate.name ?? [])
  const asked = new Set([
    ...(cheapest ? [cheapest.candidate.name] : known.slice(0, 1)),
    ...winners,
    ...frontier,
    ...ties.map(({ candidate }) => candidate.name),
  ])
  const chosen = new Set([...asked].slice(0, MOST_OF_MANY))
  return known.filter((name) => chosen.has(name))
}
