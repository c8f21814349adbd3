import { performance } from 'node:perf_hooks'
import type { ProfilePoint } from '../../core/model-profile.ts'
import { seededRandom } from '../../core/random.ts'
import type { Sample } from '../session.ts'
import { type Block, measureBlock } from './measure-block.ts'
import { shuffle } from './plan-profile.ts'

export interface Profiling {
  readonly points: readonly ProfilePoint[]
  /** File of each variant. */
  readonly paths: ReadonlyMap<string, string>
  /** The input of one inference with this batch. */
  readonly sample: (batch: number) => Sample
  readonly seed: number
  /** About how long it takes, but for the first three rounds, which are always finished. */
  readonly budgetMs: number
  readonly signal: AbortSignal
  readonly onBlock: (round: number, finished: number, total: number, point: ProfilePoint) => void
}

/** Fewer give no interval worth the name; more say nothing new. */
const [LEAST_ROUNDS, MOST_ROUNDS] = [3, 15]

/**
 * Measures every setting once a round, in another random order each round, until the time is spent: drift of the
 * machine falls on all settings alike.
 */
export async function measurePoints(profiling: Profiling): Promise<Block[]> {
  const { points, paths, sample, seed, budgetMs, signal, onBlock } = profiling
  const random = seededRandom(seed)
  const blocks: Block[] = []
  const fromMs = performance.now()
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const spentMs = performance.now() - fromMs
    // A round takes as long as those before it did: one that would end beyond the budget is not begun.
    if (round >= LEAST_ROUNDS && spentMs + spentMs / round > budgetMs) break
    for (const [finished, point] of shuffle(points, random).entries()) {
      signal.throwIfAborted()
      onBlock(round, finished, points.length, point)
      const path = paths.get(point.variant)
      if (path === undefined) throw new RangeError(`variant ${point.variant} has no file`)
      blocks.push(await measureBlock(point, round, path, sample(point.batch), signal))
    }
  }
  return blocks
}
