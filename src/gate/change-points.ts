import { seededRandom } from '../core/random.ts'

export interface LevelChange {
  /** Of the first value at the new level. */
  readonly index: number
  /** Medians of the stretches before and after it. */
  readonly before: number
  readonly after: number
  readonly pValue: number
}

export interface ChangeSearch {
  /** Chance of a change point in a series that has none; 0.05 when left out. */
  readonly significance?: number
  /** Fewest values at a level; 5 when left out. */
  readonly least?: number
  readonly permutations?: number
  readonly seed?: number
}

/**
 * Where the level or the spread of a series changes, by E-divisive (Matteson and James, A nonparametric approach for
 * multiple change point analysis, 2014) with exponent 1: the split whose sides are farthest apart in energy distance is
 * held against the same split's distance in permutations of the stretch, and where it stands, both sides are searched
 * again. Deterministic: the permutations come from the seed.
 *
 * @param values in order of time; fewer than twice `least` have no change point
 */
export function findChangePoints(values: readonly number[], search: ChangeSearch = {}): LevelChange[] {
  const { significance = 0.05, least = 5, permutations = 499, seed = 1 } = search
  const random = seededRandom(seed)
  const bounds = [0, values.length]
  const found = new Map<number, number>()
  const open: [number, number][] = [[0, values.length]]
  while (open.length > 0) {
    const [from, to] = open.shift() ?? [0, 0]
    const stretch = values.slice(from, to)
    const best = bestSplit(stretch, least)
    if (!best) continue
    const pValue = permutationTest(stretch, best.distance, { least, permutations, random })
    if (pValue > significance) continue
    found.set(from + best.at, pValue)
    bounds.push(from + best.at)
    open.push([from, from + best.at], [from + best.at, to])
  }
  bounds.sort((a, b) => a - b)
  return bounds.slice(1, -1).map((index, place) => ({
    index,
    before: median(values.slice(bounds[place], index)),
    after: median(values.slice(index, bounds[place + 2])),
    pValue: found.get(index) ?? 1,
  }))
}

interface Split {
  readonly at: number
  readonly distance: number
}

/**
 * The split with the largest energy distance, n m / (n + m) * (2 E|X-Y| - E|X-X'| - E|Y-Y'|); undefined for too few
 * values. Sums of distances within both sides are carried from split to split: quadratic in all.
 */
function bestSplit(values: readonly number[], least: number): Split | undefined {
  const count = values.length
  if (count < 2 * least) return undefined
  const distance = (i: number, j: number) => Math.abs((values[i] ?? 0) - (values[j] ?? 0))
  let [left, right, between] = [0, 0, 0]
  for (let i = 1; i < count; i++) for (let j = 0; j < i; j++) right += distance(i, j)
  let best: Split = { at: 0, distance: Number.NEGATIVE_INFINITY }
  for (let at = 1; at <= count - least; at++) {
    const moved = at - 1
    let [toLeft, toRight] = [0, 0]
    for (let j = 0; j < moved; j++) toLeft += distance(moved, j)
    for (let j = at; j < count; j++) toRight += distance(moved, j)
    left += toLeft
    right -= toRight
    between += toRight - toLeft
    if (at < least) continue
    const [n, m] = [at, count - at]
    const apart = (2 * between) / (n * m) - (2 * left) / (n * (n - 1)) - (2 * right) / (m * (m - 1))
    const scaled = (n * m * apart) / (n + m)
    if (scaled > best.distance) best = { at, distance: scaled }
  }
  return best
}

/** Share of permutations whose best split is as far apart, the series itself counted among them. */
function permutationTest(
  values: readonly number[],
  distance: number,
  {
    least,
    permutations,
    random,
  }: Required<Pick<ChangeSearch, 'least' | 'permutations'>> & { random: () => number },
): number {
  let asFar = 1
  for (let round = 0; round < permutations; round++) {
    const shuffled = [...values]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      const held = shuffled[i] ?? 0
      shuffled[i] = shuffled[j] ?? 0
      shuffled[j] = held
    }
    if ((bestSplit(shuffled, least)?.distance ?? 0) >= distance) asFar++
  }
  return asFar / (permutations + 1)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}
