/** Why a signal ended the work; the reason that every abort carries. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
}

/**
 * Runs `work` with a signal that aborts on Ctrl-C, SIGTERM or a closed terminal. A second one ends the process at
 * once: whoever presses twice means it.
 */
export async function withInterruption<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const interrupt = (name: string) => {
    if (controller.signal.aborted) process.exit(130)
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
