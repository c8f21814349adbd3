import type { ProfilePoint } from '../../core/model-profile.ts'

export interface ProfileGrid {
  readonly variants: readonly string[]
  readonly threads: readonly number[]
  readonly batches: readonly number[]
  readonly concurrencies: readonly number[]
}

/** 1, 2, 4 … up to the cores, and the cores themselves. */
export function defaultThreads(cores: number): number[] {
  const powers = [1, 2, 4, 8, 16].filter((threads) => threads <= cores)
  return [...new Set([...powers, Math.min(cores, 16)])]
}

/** Up to twice the cores: the knee of the scaling curve lies within. */
export function defaultConcurrencies(cores: number): number[] {
  const all = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
  return all.filter((concurrency) => concurrency <= 2 * cores)
}

/**
 * The settings of a grid: every variant with every number of threads and batch, one at a time and with as many
 * processes as fill the cores; all concurrencies with one thread and the smallest batch, for the scaling curve.
 */
export function planProfile(grid: ProfileGrid, cores: number): ProfilePoint[] {
  const [leastThreads, leastBatch] = [Math.min(...grid.threads), Math.min(...grid.batches)]
  return grid.variants.flatMap((variant) =>
    grid.threads.flatMap((threads) =>
      grid.batches.flatMap((batch) => {
        const whole = threads === leastThreads && batch === leastBatch
        const filling = Math.max(1, Math.floor(cores / threads))
        const wanted = grid.concurrencies.filter((each) => whole || each === 1 || each === filling)
        const concurrencies = wanted.length > 0 ? wanted : [Math.min(...grid.concurrencies)]
        return concurrencies.map((concurrency) => ({ variant, threads, batch, concurrency }))
      }),
    ),
  )
}

/** Fisher and Yates: each order as likely as any other. */
export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items]
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const [a, b] = [shuffled[at], shuffled[other]]
    if (a !== undefined && b !== undefined) {
      shuffled[at] = b
      shuffled[other] = a
    }
  }
  return shuffled
}
