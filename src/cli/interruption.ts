import { EXIT } from './exit-codes.ts'

/** Why a signal ended the work; the reason that every abort carries. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
}

/** npm passes Ctrl-C on to a process that the terminal has already told: signals this close are one, ms. */
const SAME_PRESS_MS = 1000

/**
 * Runs `work` with a signal that aborts on Ctrl-C, SIGTERM or a closed terminal. A second press ends the process at
 * once: whoever presses twice means it.
 */
export async function withInterruption<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let firstAt = 0
  const interrupt = (name: string) => {
    if (controller.signal.aborted && Date.now() - firstAt > SAME_PRESS_MS) process.exit(EXIT.interrupted)
    if (controller.signal.aborted) return
    firstAt = Date.now()
    controller.abort(new Interruption(`interrupted by ${name}`))
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, interrupt)
  try {
    return await work(controller.signal)
  } finally {
    for (const name of signals) process.off(name, interrupt)
  }
}
