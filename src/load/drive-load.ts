import { performance } from 'node:perf_hooks'
import type { ErrorClass } from '../core/measurement.ts'
import { seededRandom } from '../core/random.ts'
import { type Arrival, type Arrivals, createArrivals, limitArrivals } from './arrivals.ts'
import type { Exchange } from './connection.ts'
import { Http1Sender } from './http1-sender.ts'
import type { LoadRecord } from './load-record.ts'
import type { WindowRecord } from './load-windows.ts'
import { paceArrivals } from './pace-arrivals.ts'
import { Recorder } from './recorder.ts'
import type { Headers, Payload } from './request-bytes.ts'
import { BatchBuilder, type SampleBatch } from './sample-batch.ts'
import type { Sender, SenderClass, SenderListener } from './sender.ts'
import { watchStalls } from './watch-stalls.ts'

/** What one thread is to send. Plain data, so that it can be sent to another thread. */
export interface Drive {
  readonly url: string
  readonly ca?: string
  readonly http2: boolean
  readonly method: string
  readonly payloads: readonly Payload[]
  readonly arrival: Arrival
  readonly count?: number
  readonly durationS?: number
  readonly seed: number
  /** Sent first and left out of every figure. */
  readonly warmupRequests: number
  /** Requests due while so many are in flight are dropped. */
  readonly connections: number
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  /** Requests with a lower number are kept one by one. */
  readonly keepBelow: number
  /** Naps shortly before each request in place of holding its core. */
  readonly sparing: boolean
  /** Whether batches of samples are wanted. */
  readonly batches: boolean
  /** This thread's requests are number `thread` and every `threads`-th after it. */
  readonly thread: number
  readonly threads: number
}

/** What is new since the last tick. */
export interface Tick {
  readonly atMs: number
  /** Requests that have ended, the warm-up included. */
  readonly finished: number
  readonly inFlight: number
  /** Windows that are over, each with all its requests. */
  readonly windows: readonly WindowRecord[]
  readonly batch?: SampleBatch
}

export interface DriveListener {
  readonly headers: () => Headers
  onTick(tick: Tick): void
  onEnd(record: LoadRecord): void
  /** The load cannot go on. Nothing is told after it. */
  onError(error: unknown): void
}

const tickMs = 100

/**
 * Sends each request when it is due, whatever became of the ones before: a server that falls behind cannot slow the
 * sender down, so it cannot hide its delay.
 *
 * @param startedMs the start on this thread's clock of `performance.now()`
 */
export class Driver implements SenderListener {
  readonly nowMs: () => number
  readonly #drive: Drive
  readonly #listener: DriveListener
  readonly #recorder: Recorder
  readonly #batch: BatchBuilder | undefined
  readonly #sender: Sender
  readonly #pickPayload: (index: number) => number
  readonly #undo: (() => void)[]
  #index: number
  /** When the next request is due that was not sent yet: before now, where this thread is behind. */
  #nextDueMs = 0
  #pending = 0
  #finished = 0
  #allDue = false
  #over = false

  constructor(drive: Drive, SenderOfChoice: SenderClass, startedMs: number, listener: DriveListener) {
    this.#drive = drive
    this.#listener = listener
    this.nowMs = () => performance.now() - startedMs
    this.#recorder = new Recorder(drive.keepBelow)
    this.#batch = drive.batches ? new BatchBuilder() : undefined
    this.#pickPayload = createPicker(drive.payloads, drive.seed)
    this.#sender = new SenderOfChoice({ ...drive, url: new URL(drive.url), headers: listener.headers }, this)
    this.#index = drive.thread
    const sweepMs = Math.max(1, Math.min(50, Math.min(drive.timeoutMs, drive.connectTimeoutMs) / 20))
    const sweeping = setInterval(() => this.#sender.sweep(this.nowMs()), sweepMs)
    const ticking = setInterval(() => this.#tick(), tickMs)
    const arrivals = shareArrivals(drive)
    const stopPacing = paceArrivals(
      () => {
        this.#nextDueMs = arrivals()
        return this.#nextDueMs
      },
      startedMs,
      (dueMs) => this.#fire(dueMs),
      () => this.stop(),
      drive,
    )
    const stopWatching = watchStalls(this.#recorder.record.stalls)
    this.#undo = [stopPacing, stopWatching, () => clearInterval(sweeping), () => clearInterval(ticking)]
  }

  /** No more requests are due; ends when those in flight have. */
  stop(): void {
    if (this.#over) return
    this.#undo[0]?.()
    this.#allDue = true
    this.#endIfDone()
  }

  /** Ends at once, without a word. */
  abandon(): void {
    this.#over = true
    for (const undo of this.#undo) undo()
    this.#sender.close()
  }

  replied(exchange: Readonly<Exchange>, status: number, inferenceMs: number | undefined): void {
    if (this.#over) return
    if (status < 200 || status > 299) return void this.failed(exchange, 'status', String(status))
    const doneMs = this.nowMs()
    if (!this.#isWarmup(exchange.index)) {
      this.#recorder.ok(exchange, doneMs, inferenceMs)
      this.#batch?.add(exchange, doneMs, 'ok', undefined, inferenceMs)
    }
    this.#endOne()
  }

  failed(exchange: Readonly<Exchange>, outcome: ErrorClass, detail: string): void {
    if (this.#over) return
    const doneMs = this.nowMs()
    if (!this.#isWarmup(exchange.index)) {
      this.#recorder.failed(exchange, doneMs, outcome, detail)
      this.#batch?.add(exchange, doneMs, outcome, detail)
    }
    this.#endOne()
  }

  #fire(dueMs: number): void {
    const index = this.#index
    this.#index += this.#drive.threads
    this.#pending++
    if (!this.#isWarmup(index)) this.#recorder.due(dueMs)
    const begunMs = this.nowMs()
    try {
      if (this.#sender.inFlight < this.#drive.connections) {
        this.#sender.send(index, dueMs, begunMs, this.#pickPayload(index))
      } else this.failed({ index, dueMs, begunMs, sentMs: begunMs }, 'dropped', this.#busyDetail)
    } catch (error) {
      this.abandon()
      this.#listener.onError(error)
    }
  }

  get #busyDetail(): string {
    return `${this.#drive.connections} in flight`
  }

  #isWarmup(index: number): boolean {
    return index < this.#drive.warmupRequests
  }

  #endOne(): void {
    this.#pending--
    this.#finished++
    this.#endIfDone()
  }

  #endIfDone(): void {
    if (!this.#allDue || this.#pending > 0 || this.#over) return
    this.abandon()
    this.#tell(this.#recorder.takeRest())
    Object.assign(this.#recorder.record.sockets, this.#sender.sockets)
    this.#listener.onEnd(this.#recorder.record)
  }

  #tick(): void {
    this.#tell(this.#recorder.takeClosed(Math.min(this.nowMs(), this.#nextDueMs)))
  }

  #tell(windows: readonly WindowRecord[]): void {
    const batch = this.#batch?.take()
    const tick = { atMs: this.nowMs(), finished: this.#finished, inFlight: this.#pending, windows }
    this.#listener.onTick({ ...tick, ...(batch && { batch }) })
  }
}

/** HTTP/2 needs a package that is heavy to load. */
export async function senderFor({ http2 }: Pick<Drive, 'http2'>): Promise<SenderClass> {
  return http2 ? (await import('./http2-sender.ts')).Http2Sender : Http1Sender
}

/** The same arrivals in every thread, of which each takes its own. */
function shareArrivals({ arrival, seed, count, durationS, thread, threads }: Drive): Arrivals {
  const limits = { ...(count !== undefined && { count }), ...(durationS !== undefined && { durationS }) }
  const all = limitArrivals(createArrivals(arrival, seed), limits)
  let skip = thread
  return () => {
    for (; skip > 0; skip--) all()
    skip = threads - 1
    return all()
  }
}

/** Draws by seed and number, so that a request has the same payload whichever thread sends it. */
function createPicker(payloads: readonly Payload[], seed: number): (index: number) => number {
  if (payloads.length < 2) return () => 0
  let sum = 0
  const sums = payloads.map(({ weight = 1 }) => (sum += weight))
  return (index) => {
    const drawn = seededRandom(seed + index)() * sum
    const found = sums.findIndex((upTo) => drawn < upTo)
    return found === -1 ? payloads.length - 1 : found
  }
}
