import { WorldError } from '../core/errors.ts'
import { explainDeviceFailure } from './device.ts'
import { explainLoadFailure } from './model-file.ts'
import { ListenFailure, type ServeOptions, type Serving, serveModel } from './serve-model.ts'
import { DeviceFailure, LoadFailure } from './server/start-worker.ts'

/** npm passes Ctrl-C on to a process that the terminal has already told: signals this close are one, ms. */
const SAME_PRESS_MS = 1000
/** Time that a run of the model gets to end by itself after all else has, ms. */
const LAST_RUN_MS = 1500
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * Serves until SIGTERM or Ctrl-C, then lets the requests under way end. A second signal ends the process at once.
 *
 * @param onReady told the port, once predictions are answered
 * @throws WorldError when requests had to be cut off, or when no worker can go on
 */
export async function serveUntilSignal(
  options: ServeOptions,
  onReady: (serving: Serving) => void,
): Promise<void> {
  let firstAt = 0
  let told: () => void = () => {}
  const signalled = new Promise<void>((resolve) => {
    told = resolve
  })
  const hear = () => {
    if (firstAt > 0 && Date.now() - firstAt > SAME_PRESS_MS) endNow()
    if (firstAt === 0) setTimeout(endNow, options.drainMs + LAST_RUN_MS).unref()
    firstAt ||= Date.now()
    told()
  }
  for (const name of SIGNALS) process.on(name, hear)
  try {
    const serving = await serveModel(options).catch((error) => explain(error, options))
    if (firstAt === 0) onReady(serving)
    await Promise.race([signalled, serving.broken]).catch((cause: Error) => {
      throw new WorldError(`the server cannot go on: ${cause.message}`, { cause })
    })
    if (!(await serving.drain())) {
      throw new WorldError(`requests were cut off: they did not end within ${options.drainMs} ms`)
    }
  } finally {
    for (const name of SIGNALS) process.off(name, hear)
  }
}

/** Not by `exit`, which would wait for the thread that runs the model, and abort when it comes back. */
function endNow(): void {
  process.kill(process.pid, 'SIGKILL')
}

function explain(error: unknown, { modelPath, port }: ServeOptions): never {
  if (error instanceof DeviceFailure) throw explainDeviceFailure(error.message)
  if (error instanceof LoadFailure) throw explainLoadFailure(error.message, modelPath)
  if (error instanceof ListenFailure) throw new WorldError(`cannot listen on port ${port}: ${error.message}`)
  throw error
}
