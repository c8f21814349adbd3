import { performance } from 'node:perf_hooks'
import type { Answers, PredictReply, PredictRequest } from '../answer-requests.ts'

/** Answers some requests at a time, by itself; the next ones have to wait. */
export interface Executor {
  readonly answer: (requests: readonly PredictRequest[]) => Promise<Answers>
}

export interface Dispatched {
  readonly reply: PredictReply
  /** From when the request was submitted until an executor took it, ms. */
  readonly queueMs: number
  /** From then until its reply was there: reading, running, writing, ms. */
  readonly computeMs: number
}

export interface DispatcherOptions {
  /** Most requests that an executor gets at once. */
  readonly maxBatch: number
  /** How long the first of fewer requests than that waits for more, ms. */
  readonly maxDelayMs: number
  /** Told of each batch that an executor has answered. */
  readonly observe?: (batch: {
    readonly requests: number
    readonly computeMs: number
    readonly runs: Answers['runs']
  }) => void
}

interface Waiting {
  readonly request: PredictRequest
  readonly submittedMs: number
  readonly resolve: (dispatched: Dispatched) => void
  readonly reject: (reason: unknown) => void
}

/** Weight of the newest batch in the running mean of their times. */
const NEWEST = 0.1

/**
 * Hands requests to executors in the order they came, in batches that are as large as the queue makes them: whoever is
 * idle takes its share of what waits. Only where fewer wait than fit does the first of them wait for company, for
 * `maxDelayMs` at most.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #idle: Executor[] = []
  readonly #executors = new Set<Executor>()
  readonly #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined
  #meanMs = 0

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  get queued(): number {
    return this.#waiting.length
  }

  get busy(): number {
    return this.#executors.size - this.#idle.length
  }

  get executors(): number {
    return this.#executors.size
  }

  add(executor: Executor): void {
    this.#executors.add(executor)
    this.#idle.push(executor)
    this.#dispatch()
  }

  /** It gets no more requests. */
  remove(executor: Executor): void {
    this.#executors.delete(executor)
    const index = this.#idle.indexOf(executor)
    if (index >= 0) this.#idle.splice(index, 1)
  }

  /** @param signal takes the request out of the queue, if it is still there */
  submit(request: PredictRequest, signal: AbortSignal): Promise<Dispatched> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const leave = () => {
        const index = this.#waiting.indexOf(waiting)
        if (index >= 0) this.#waiting.splice(index, 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener('abort', leave)
          how(value)
        }
      const waiting = {
        request,
        submittedMs: performance.now(),
        resolve: settle(resolve),
        reject: settle(reject),
      }
      this.#waiting.push(waiting)
      this.#dispatch()
    })
  }

  /** When a request that comes now would be taken, as far as the latest batches tell, ms. */
  expectedWaitMs(): number {
    const batches = Math.ceil(this.#waiting.length / this.#options.maxBatch)
    return (batches * this.#meanMs) / Math.max(1, this.#executors.size)
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0 && this.#isDue()) {
      const executor = this.#idle.shift()
      const share = Math.ceil(this.#waiting.length / (this.#idle.length + 1))
      if (executor) this.#send(executor, this.#waiting.splice(0, Math.min(share, this.#options.maxBatch)))
    }
  }

  /** Whether the queue need not wait for more; if it has to, it looks again in time. */
  #isDue(): boolean {
    const { maxBatch, maxDelayMs } = this.#options
    const first = this.#waiting[0]
    if (!first || this.#waiting.length >= maxBatch) return true
    const leftMs = maxDelayMs - (performance.now() - first.submittedMs)
    // Timers are exact to a millisecond; a fraction of one is not worth a round of the event loop.
    if (leftMs < 0.5) return true
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#dispatch()
    }, leftMs)
    return false
  }

  async #send(executor: Executor, batch: readonly Waiting[]): Promise<void> {
    const takenMs = performance.now()
    try {
      const { replies, runs } = await executor.answer(batch.map(({ request }) => request))
      const computeMs = performance.now() - takenMs
      this.#meanMs += (computeMs - this.#meanMs) * (this.#meanMs === 0 ? 1 : NEWEST)
      this.#options.observe?.({ requests: batch.length, computeMs, runs })
      batch.forEach(({ resolve, reject, submittedMs }, index) => {
        const reply = replies[index]
        if (reply) resolve({ reply, queueMs: takenMs - submittedMs, computeMs })
        else reject(new Error('the executor left a request unanswered'))
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    if (this.#executors.has(executor)) this.#idle.push(executor)
    this.#dispatch()
  }
}
