export type Fifo = <T>(task: () => Promise<T>) => Promise<T>

/** Runs tasks in the order they came, at most `slots` at once. */
export function createFifo(slots: number): Fifo {
  const waiting: (() => void)[] = []
  let free = slots
  return async (task) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
