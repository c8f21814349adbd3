import { setTimeout as sleep } from 'node:timers/promises'

/** The clock, handed in so that tests can let an hour pass in no time. */
export interface Pace {
  /** Milliseconds since 1970. */
  now(): number
  /** @throws the signal's reason when it aborts */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const REAL_PACE: Pace = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted()
    await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined)
    signal?.throwIfAborted()
  },
}
