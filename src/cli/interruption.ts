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

/** How far a run that deploys is to be stopped. */
export interface Stops {
  /** The first press: what is being measured is finished, nothing new is begun, everything is taken down. */
  readonly ending: AbortSignal
  /** The second: it is taken down at once. */
  readonly signal: AbortSignal
}

/** As `withInterruption`, with one more step; a third press ends the process, whatever is left. */
export async function withGradualInterruption<T>(
  work: (stops: Stops) => Promise<T>,
  say: (text: string) => void,
): Promise<T> {
  const [first, second] = [new AbortController(), new AbortController()]
  let lastAt = 0
  const interrupt = (name: string) => {
    if (Date.now() - lastAt <= SAME_PRESS_MS) return
    lastAt = Date.now()
    const reason = new Interruption(`interrupted by ${name}`)
    if (second.signal.aborted) process.exit(EXIT.interrupted)
    else if (first.signal.aborted) {
      say('taking everything down; a third Ctrl-C leaves it running')
      second.abort(reason)
    } else {
      say(
        'finishing the measurement under way, then taking everything down; Ctrl-C again takes it down at once',
      )
      first.abort(reason)
    }
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, interrupt)
  try {
    return await work({ ending: first.signal, signal: second.signal })
  } finally {
    for (const name of signals) process.off(name, interrupt)
  }
}
