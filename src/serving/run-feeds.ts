import { countElements, findElementType, type TensorElements } from './element-types.ts'
import { type Feed, type FeedResult, isBatchable, type Model, type Tensors } from './feed.ts'
import type { WireTensor } from './tensor-codec.ts'

/** What became of one feed: its result, or why there is none. */
export type FeedOutcome = FeedResult | { readonly error: unknown }

/**
 * Runs feeds, as many as `maxRows` rows together where the model has a batch dimension and their other sizes agree.
 * When a run of several fails, each of them runs by itself, so that only those at fault pay for it.
 *
 * @returns the outcomes in the order of the feeds
 */
export async function runFeeds(
  model: Model,
  feeds: readonly Feed[],
  maxRows: number,
): Promise<FeedOutcome[]> {
  const outcomes = new Map<Feed, FeedOutcome>()
  const together = maxRows > 1 && isBatchable(model)
  for (const group of together ? groupFeeds(feeds, maxRows) : feeds.map((feed) => [feed])) {
    const settled = (await runTogether(model, group)) ?? (await runApart(model, group))
    for (const [index, feed] of group.entries()) {
      outcomes.set(feed, settled[index] ?? { error: new Error('no outcome') })
    }
  }
  return feeds.map((feed) => outcomes.get(feed) ?? { error: new Error('a feed was not run') })
}

/** Groups of feeds whose shapes are alike but for the leading dimension, in order, of at most `maxRows` rows. */
export function groupFeeds(feeds: readonly Feed[], maxRows: number): Feed[][] {
  const groups: Feed[][] = []
  const open = new Map<string, { readonly group: Feed[]; rows: number }>()
  for (const feed of feeds) {
    const key = [...feed.values()].map(({ shape }) => shape.slice(1).join('x')).join(',')
    const rows = countRows(feed)
    const last = open.get(key)
    if (last && rows !== undefined && last.rows + rows <= maxRows) {
      last.group.push(feed)
      last.rows += rows
    } else {
      const group = [feed]
      groups.push(group)
      if (rows !== undefined) open.set(key, { group, rows })
    }
  }
  return groups
}

/** The leading dimension that all tensors of a feed share; undefined when they do not. */
export function countRows(feed: Tensors): number | undefined {
  const counts = new Set([...feed.values()].map(({ shape }) => shape[0]))
  const [rows] = counts
  return counts.size === 1 ? rows : undefined
}

/** Undefined when they did not run or their outputs do not tell them apart. */
async function runTogether(model: Model, group: readonly Feed[]): Promise<FeedOutcome[] | undefined> {
  if (group.length === 1) return undefined
  const counts = group.map((feed) => countRows(feed) ?? 0)
  const rows = counts.reduce((sum, count) => sum + count, 0)
  try {
    const { outputs, inferenceMs } = await model.run(joinFeeds(group))
    if (countRows(outputs) !== rows) return undefined
    const run = { inferenceMs, rows }
    return splitRows(outputs, counts).map((part) => ({ outputs: part, run }))
  } catch {
    return undefined
  }
}

async function runApart(model: Model, group: readonly Feed[]): Promise<FeedOutcome[]> {
  const outcomes: FeedOutcome[] = []
  for (const feed of group) {
    const rows = isBatchable(model) ? (countRows(feed) ?? 1) : 1
    const outcome = model.run(feed).then(
      ({ outputs, inferenceMs }) => ({ outputs, run: { inferenceMs, rows } }),
      (error: unknown) => ({ error }),
    )
    outcomes.push(await outcome)
  }
  return outcomes
}

/** One feed of all rows, in order. */
export function joinFeeds(feeds: readonly Feed[]): Feed {
  const [first = new Map<string, WireTensor>()] = feeds
  if (feeds.length === 1) return first
  return new Map(
    [...first].map(([name, { type, shape }]) => {
      const parts = feeds.flatMap((feed) => feed.get(name) ?? [])
      const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0)
      const whole = [rows, ...shape.slice(1)]
      const elements = findElementType(type).allocate(countElements(whole))
      let filled = 0
      for (const part of parts) {
        setElements(elements, part.elements, filled)
        filled += part.elements.length
      }
      return [name, { type, shape: whole, elements }]
    }),
  )
}

/** Tensors of so many rows each, which share their elements with the whole. */
export function splitRows(tensors: Tensors, counts: readonly number[]): Tensors[] {
  let first = 0
  return counts.map((count) => {
    const start = first
    first += count
    const cut = ({ type, shape, elements }: WireTensor): WireTensor => {
      const size = countElements(shape.slice(1))
      const part = elements.subarray(start * size, (start + count) * size)
      return { type, shape: [count, ...shape.slice(1)], elements: part }
    }
    return new Map([...tensors].map(([name, tensor]) => [name, cut(tensor)] as const))
  })
}

/** Both are of one type, which their union hides. */
function setElements(target: TensorElements, source: TensorElements, offset: number): void {
  ;(target as Float32Array).set(source as Float32Array, offset)
}
