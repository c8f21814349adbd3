import { performance } from 'node:perf_hooks'
import { type Problem, UserError } from '../core/errors.ts'
import type { LoadWindow, Measurement, Sample } from '../core/measurement.ts'
import { type Arrival, checkArrival } from './arrivals.ts'
import { driveInWorkers } from './drive-in-workers.ts'
import { type Drive, Driver, senderFor, type Tick } from './drive-load.ts'
import { emptyRecord, type LoadRecord, mergeRecord } from './load-record.ts'
import { WindowMerger } from './load-windows.ts'
import { keptRequests, measure } from './measurement.ts'
import type { Headers, Payload } from './request-bytes.ts'
import { type SampleBatch, samplesOf } from './sample-batch.ts'
import type { SenderClass } from './sender.ts'

export interface OpenLoad {
  readonly url: string
  /** POST when left out and there is a payload, else GET. */
  readonly method?: string
  /**
   * Asked for at every request, so that a token may change under way; by several workers, once a second. It must
   * answer at once.
   */
  readonly headers?: Headers | (() => Headers)
  /** One, or several to draw from; none for requests without a body. */
  readonly payloads?: readonly Payload[]
  readonly arrival: Arrival
  /** Ends the load after so many requests, the warm-up included; after so long; or with the arrivals. */
  readonly count?: number
  readonly durationS?: number
  /** Sent first and left out of every figure; 0 when left out. */
  readonly warmupRequests?: number
  /** Requests due while so many are in flight are not sent but counted as dropped. */
  readonly connections: number
  /** Threads that send; 1 when left out, which is the caller's own. */
  readonly workers?: number
  /** Sends from a thread of its own even where one does, so that nothing that the caller does delays a request. */
  readonly aside?: boolean
  /** From when the sender turned to a request to the last byte of the reply. */
  readonly timeoutMs: number
  /** Of a new connection; as long as a reply may take when left out. */
  readonly connectTimeoutMs?: number
  readonly seed: number
  /**
   * For a server that needs the cores of this machine: naps of a quarter of a ms in place of holding a core shortly
   * before each request. Replies may be read late by as much.
   */
  readonly sparing?: boolean
  /** Over TLS; requests share connections. */
  readonly http2?: boolean
  /** PEM of the authority that vouches for the server, where it is not one that the system knows. */
  readonly ca?: string
  readonly signal: AbortSignal
  /** Ends the load early: nothing more is due, and what is in flight is waited for. */
  readonly ending?: AbortSignal
  /** p99 of send lag that does no harm whatever the latency; else 10% of the p99 response, at least 1 ms, is the limit. */
  readonly acceptableLagMs?: number
  /** A few times a second, and at the end. */
  readonly onProgress?: (finished: number) => void
  /** Each second of due requests, once all of them have ended. */
  readonly onWindow?: (window: LoadWindow) => void
  /** Every request after the warm-up, in order of ending, a few times a second. */
  readonly onSample?: (sample: Sample) => void
  /** The same by columns. `stop` ends the load: no more requests are due, and those in flight are waited for. */
  readonly onBatch?: (batch: LoadBatch) => 'stop' | undefined
}

/** Requests that have ended since the last batch; of several workers, one batch each. */
export interface LoadBatch extends SampleBatch {
  /** From the start of the load. */
  readonly atMs: number
  readonly inFlight: number
}

/**
 * Sends each request when it is due, whatever became of the ones before, and measures from when it was due.
 *
 * HTTP/1.1 with keep-alive; a request that finds no idle connection opens one, and that counts in its response time.
 * Redirects are not followed. TLS is verified. The memory it takes does not grow with the number of requests.
 *
 * @throws UserError when the arrivals make no sense; the signal's reason when it is aborted
 */
export async function loadOpen(load: OpenLoad): Promise<Measurement> {
  load.signal.throwIfAborted()
  const problems = checkLoad(load)
  if (problems.length > 0) throw new UserError(problems)
  const SenderOfChoice = await senderFor({ http2: load.http2 ?? false })
  load.signal.throwIfAborted()
  const threads = load.workers ?? 1
  const merger = new WindowMerger(threads, load.onWindow)
  const finished = new Array<number>(threads).fill(0)
  const startedAt = new Date().toISOString()
  const record = await driveAll(load, SenderOfChoice, (tick, thread) => {
    finished[thread] = tick.finished
    for (const window of tick.windows) merger.add(window)
    load.onProgress?.(finished.reduce((sum, count) => sum + count, 0))
    return tellBatch(load, tick)
  })
  return measure(record, factsOf(load, startedAt), merger.end(), threads)
}

/** Sends from this thread or from several, and puts together what they recorded. */
function driveAll(
  load: OpenLoad,
  SenderOfChoice: SenderClass,
  hear: (tick: Tick, thread: number) => 'stop' | undefined,
): Promise<LoadRecord> {
  const threads = load.workers ?? 1
  const plans = Array.from({ length: threads }, (_, thread) => driveOf(load, thread, threads))
  const record = emptyRecord()
  let running = threads
  return new Promise((resolve, reject) => {
    let drives: readonly Pick<Driver, 'stop' | 'abandon'>[] = []
    const stop = () => {
      for (const drive of drives) drive.stop()
    }
    const forget = () => {
      load.signal.removeEventListener('abort', abort)
      load.ending?.removeEventListener('abort', stop)
    }
    const fail = (reason: unknown) => {
      forget()
      for (const drive of drives) drive.abandon()
      reject(reason)
    }
    const abort = () => fail(load.signal.reason)
    const listeners = plans.map((_, thread) => ({
      headers: headersOf(load),
      onTick: (tick: Tick) => {
        try {
          if (hear(tick, thread) === 'stop') stop()
        } catch (error) {
          fail(error)
        }
      },
      onEnd: (share: LoadRecord) => {
        mergeRecord(record, share)
        if (--running > 0) return
        forget()
        resolve(record)
      },
      onError: fail,
    }))
    load.signal.addEventListener('abort', abort, { once: true })
    load.ending?.addEventListener('abort', stop, { once: true })
    const [plan, listener] = [plans[0], listeners[0]]
    if (threads > 1 || load.aside || !plan || !listener) drives = driveInWorkers(plans, listeners)
    else drives = [new Driver(plan, SenderOfChoice, performance.now(), listener)]
    if (load.ending?.aborted) stop()
  })
}

function checkLoad({ arrival, http2, url }: OpenLoad): Problem[] {
  const plain = http2 && new URL(url).protocol !== 'https:'
  return [
    ...checkArrival(arrival),
    ...(plain ? [{ message: 'HTTP/2 is agreed on over TLS only', hint: 'give an https: URL' }] : []),
  ]
}

function driveOf(load: OpenLoad, thread: number, threads: number): Drive {
  const { payloads = [], connections, timeoutMs } = load
  return {
    url: load.url,
    http2: load.http2 ?? false,
    method: load.method ?? (payloads.length > 0 ? 'POST' : 'GET'),
    payloads,
    arrival: load.arrival,
    ...(load.ca !== undefined && { ca: load.ca }),
    ...(load.count !== undefined && { count: load.count }),
    ...(load.durationS !== undefined && { durationS: load.durationS }),
    seed: load.seed,
    warmupRequests: load.warmupRequests ?? 0,
    connections: Math.ceil((connections - thread) / threads),
    timeoutMs,
    connectTimeoutMs: load.connectTimeoutMs ?? timeoutMs,
    keepBelow: (load.warmupRequests ?? 0) + keptRequests,
    sparing: load.sparing ?? false,
    batches: load.onSample !== undefined || load.onBatch !== undefined,
    thread,
    threads,
  }
}

function headersOf({ headers = {} }: OpenLoad): () => Headers {
  return typeof headers === 'function' ? headers : () => headers
}

function tellBatch(load: OpenLoad, { batch, atMs, inFlight }: Tick): 'stop' | undefined {
  if (!batch) return undefined
  if (load.onSample) for (const sample of samplesOf(batch)) load.onSample(sample)
  return load.onBatch?.({ ...batch, atMs, inFlight })
}

function factsOf(load: OpenLoad, startedAt: string) {
  const { arrival, connections, timeoutMs, acceptableLagMs } = load
  return {
    arrivals: arrival.kind,
    connections,
    startedAt,
    timeoutMs,
    ...('rps' in arrival && { offeredRps: arrival.rps }),
    ...(acceptableLagMs !== undefined && { acceptableLagMs }),
  }
}
