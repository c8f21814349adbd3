import { performance } from 'node:perf_hooks'
import { Pool } from 'undici'
import type { Sample } from '../core/measurement.ts'
import { paceArrivals } from './pace-arrivals.ts'
import { maxReplyBytes, sendRequest } from './send-request.ts'

type Headers = Readonly<Record<string, string>>

export interface OpenLoad {
  readonly url: string
  readonly body: Buffer
  /** Asked for at every request, so that a token may change under way. It must answer at once. */
  readonly headers?: Headers | (() => Headers)
  /** When each request is due, ms from the start, rising. */
  readonly arrivals: ArrayLike<number>
  /** Requests due while so many are in flight are not sent but counted as dropped. */
  readonly maxInFlight: number
  /** From sending to the last byte of the reply. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly onProgress?: (finished: number, total: number) => void
}

/**
 * Sends each request when it is due, whatever became of the ones before: a server that falls behind cannot slow the
 * sender down, so it cannot hide its delay. One sample per arrival, in order of arrival.
 *
 * HTTP/1.1 with keep-alive and no pipelining; a request that finds no idle connection opens one, and that counts in
 * its response time. Redirects are not followed. TLS is verified.
 */
export async function loadOpen(load: OpenLoad): Promise<Sample[]> {
  load.signal.throwIfAborted()
  const url = new URL(load.url)
  const pool = new Pool(url.origin, {
    pipelining: 1,
    allowH2: false,
    connect: { timeout: load.timeoutMs, rejectUnauthorized: true },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: maxReplyBytes,
  })
  try {
    return await sendAll(load, pool, url.pathname + url.search)
  } finally {
    await pool.destroy()
  }
}

function sendAll(load: OpenLoad, pool: Pool, path: string): Promise<Sample[]> {
  const { arrivals, signal, onProgress } = load
  if (arrivals.length === 0) return Promise.resolve([])
  return new Promise((resolve, reject) => {
    const samples = new Array<Sample>(arrivals.length)
    let finished = 0
    const record = (index: number, sample: Sample) => {
      samples[index] = sample
      finished++
      onProgress?.(finished, arrivals.length)
      if (finished < arrivals.length) return
      signal.removeEventListener('abort', abort)
      resolve(samples)
    }
    const fail = (reason: unknown) => {
      stopPacing()
      signal.removeEventListener('abort', abort)
      reject(reason)
    }
    const abort = () => fail(signal.reason)
    const startedMs = performance.now()
    const send = createSender(load, pool, path, startedMs)
    const stopPacing = paceArrivals(arrivals, startedMs, (index, dueMs) => {
      try {
        send(dueMs, (sample) => record(index, sample))
      } catch (error) {
        fail(error)
      }
    })
    signal.addEventListener('abort', abort, { once: true })
  })
}

/** Sends one request and hands on its sample, or drops it when too many are in flight. */
function createSender(load: OpenLoad, pool: Pool, path: string, startedMs: number) {
  const { body, timeoutMs, maxInFlight } = load
  const nowMs = () => roundToMicrosecond(performance.now() - startedMs)
  let inFlight = 0
  return (exactDueMs: number, record: (sample: Sample) => void): void => {
    // Rounded down, so that no request seems to have been sent before it was due.
    const dueMs = Math.floor(exactDueMs * 1000) / 1000
    const headers = typeof load.headers === 'function' ? load.headers() : load.headers
    const sentMs = nowMs()
    if (inFlight >= maxInFlight) {
      const detail = `${maxInFlight} in flight`
      record({ dueMs, sentMs, doneMs: sentMs, outcome: 'dropped', detail })
      return
    }
    inFlight++
    sendRequest(pool, { path, headers, body, timeoutMs }, (reply) => {
      inFlight--
      record({ dueMs, sentMs, doneMs: nowMs(), ...reply })
    })
  }
}

function roundToMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
