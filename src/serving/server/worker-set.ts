import type { Dispatcher } from './dispatcher.ts'
import type { InferenceWorker } from './start-worker.ts'
import type { ModelLoaded } from './worker-protocol.ts'
import type { ServerLog } from './write-log.ts'

/** The workers of one server; one that dies is replaced. */
export class WorkerSet {
  /** Rejects when no worker is left and none can be started. */
  readonly broken: Promise<never>
  readonly #startOne: () => Promise<InferenceWorker>
  readonly #dispatcher: Pick<Dispatcher, 'add' | 'remove'>
  readonly #log: ServerLog
  readonly #workers = new Set<InferenceWorker>()
  #breakDown: (reason: Error) => void = () => {}
  #stopping = false

  constructor(
    startOne: () => Promise<InferenceWorker>,
    dispatcher: Pick<Dispatcher, 'add' | 'remove'>,
    log: ServerLog,
  ) {
    this.#startOne = startOne
    this.#dispatcher = dispatcher
    this.#log = log
    this.broken = new Promise((_, reject) => {
      this.#breakDown = reject
    })
    // Whoever does not wait for it is not told.
    this.broken.catch(() => {})
  }

  /** Starts so many, and waits until all have the model. */
  async load(count: number): Promise<ModelLoaded> {
    const started = await Promise.allSettled(Array.from({ length: count }, () => this.#startOne()))
    for (const each of started) if (each.status === 'fulfilled') this.#workers.add(each.value)
    const failed = started.find((each) => each.status === 'rejected')
    if (failed) throw failed.reason
    const [first] = this.#workers
    if (!first) throw new Error('no worker was started')
    return first.loaded
  }

  /** From now on they answer. */
  begin(): void {
    for (const worker of this.#workers) this.#employ(worker)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all([...this.#workers].map((worker) => worker.stop()))
  }

  #employ(worker: InferenceWorker): void {
    this.#workers.add(worker)
    this.#dispatcher.add(worker)
    worker.ended.then((reason) => this.#replace(worker, reason))
  }

  async #replace(worker: InferenceWorker, reason: Error): Promise<void> {
    this.#workers.delete(worker)
    this.#dispatcher.remove(worker)
    if (this.#stopping) return
    this.#log.event('ERROR', 'a worker ended; another one is started', { error: reason.message })
    try {
      const next = await this.#startOne()
      if (this.#stopping) await next.stop()
      else this.#employ(next)
    } catch (error) {
      this.#log.event('ERROR', 'the worker could not be replaced', { error: String(error) })
      if (this.#workers.size === 0) this.#breakDown(reason)
    }
  }
}
