import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Drive, DriveListener } from './drive-load.ts'
import { emptyRecord, mergeRecord } from './load-record.ts'
import { monotonicMs, type ToMain, type ToWorker } from './worker-protocol.ts'

/** Time for the order to start to reach every worker, ms. */
const leadMs = 20
/** How often the headers are asked for anew, ms. */
const headersEveryMs = 1000

/** One thread that sends, wherever it runs. */
interface Running {
  stop(): void
  abandon(): void
}

/** Sends each plan in a thread of its own; all start at the same moment, once every thread is ready. */
export function driveInWorkers(plans: readonly Drive[], listeners: readonly DriveListener[]): Running[] {
  const threads: WorkerThread[] = []
  let waiting = plans.length
  const start = () => {
    if (--waiting > 0) return
    const startAtMs = monotonicMs() + leadMs
    for (const thread of threads) thread.tell({ kind: 'start', startAtMs })
  }
  for (const [index, plan] of plans.entries()) {
    const listener = listeners[index]
    if (listener) threads.push(new WorkerThread(plan, listener, start))
  }
  return threads
}

class WorkerThread implements Running {
  readonly #worker: Worker
  readonly #refreshing: NodeJS.Timeout
  #over = false

  constructor(plan: Drive, listener: DriveListener, onReady: () => void) {
    const entry = new URL(`./load-worker${extname(import.meta.url)}`, import.meta.url)
    this.#worker = new Worker(entry, { workerData: { plan, headers: listener.headers() } })
    this.#refreshing = setInterval(() => this.#refresh(listener), headersEveryMs)
    this.#worker
      .on('message', (message: ToMain) => {
        if (this.#over) return
        if (message.kind === 'ready') return onReady()
        if (message.kind === 'tick') return listener.onTick(message.tick)
        this.abandon()
        const record = emptyRecord()
        mergeRecord(record, message.record)
        listener.onEnd(record)
      })
      .on('error', (error) => this.#fail(listener, error))
      .on('exit', (code) => this.#fail(listener, new Error(`a load worker ended with ${code}`)))
  }

  tell(message: ToWorker): void {
    if (!this.#over) this.#worker.postMessage(message)
  }

  stop(): void {
    this.tell({ kind: 'stop' })
  }

  abandon(): void {
    this.#over = true
    clearInterval(this.#refreshing)
    void this.#worker.terminate()
  }

  #refresh(listener: DriveListener): void {
    try {
      this.tell({ kind: 'headers', headers: listener.headers() })
    } catch (error) {
      this.#fail(listener, error)
    }
  }

  #fail(listener: DriveListener, error: unknown): void {
    if (this.#over) return
    this.abandon()
    listener.onError(error)
  }
}
