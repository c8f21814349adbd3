import { sortAscending } from '../stats/percentile.ts'

export type Side = 'base' | 'head'

/** What one side did in one stretch of load. */
export interface Block {
  readonly side: Side
  /**
   * Which start of the processes it was measured on, from 0. Two processes of one program differ for as long as they
   * run: in where the scheduler puts them, and in how their memory lies.
   */
  readonly start: number
  readonly due: number
  /** Of the requests answered ok, rising. */
  readonly sortedMs: Float64Array
  /** Requests answered ok, and within the SLO's limit where there is one, per second. */
  readonly goodputRps: number
  /** CPU time of the side's processes for each request, ms; absent where it could not be read. */
  readonly cpuMs?: number
}

/** Four successive blocks, A B B A: a drift that both sides share cancels in their difference. */
export type Quad = readonly [Block, Block, Block, Block]

/** @param latencyMs of the requests answered ok, in any order */
export function makeBlock(
  side: Side,
  latencyMs: Iterable<number>,
  counts: {
    readonly due: number
    readonly goodputRps: number
    readonly start?: number
    readonly cpuMs?: number
  },
): Block {
  return { side, start: 0, sortedMs: sortAscending(latencyMs), ...counts }
}

/** Which side each block of a quad is of; every other quad starts with the other one. */
export function quadOrder(index: number): readonly [Side, Side, Side, Side] {
  return index % 2 === 0 ? ['base', 'head', 'head', 'base'] : ['head', 'base', 'base', 'head']
}

interface Merged {
  readonly last: Block | undefined
  readonly count: number
  readonly sortedMs: Float64Array
}

/** By the first of the blocks: every look and every metric asks for the same ones again. */
const known = new WeakMap<Block, Merged>()

/** Latencies of several successive blocks, rising. */
export function mergeBlocks(blocks: readonly Block[]): Float64Array {
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (!first) return new Float64Array()
  const before = known.get(first)
  if (before?.last === last && before?.count === blocks.length) return before.sortedMs
  const sortedMs = sortTogether(blocks)
  known.set(first, { last, count: blocks.length, sortedMs })
  return sortedMs
}

function sortTogether(blocks: readonly Block[]): Float64Array {
  const merged = new Float64Array(blocks.reduce((sum, { sortedMs }) => sum + sortedMs.length, 0))
  let end = 0
  for (const { sortedMs } of blocks) {
    merged.set(sortedMs, end)
    end += sortedMs.length
  }
  return merged.sort()
}
