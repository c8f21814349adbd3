import { performance } from 'node:perf_hooks'
import type { Client, Instance, Options } from 'autocannon'
import type { Sample } from '../core/measurement.ts'
import { observeClient } from './observe-client.ts'

export interface ClosedLoad {
  /** `http:` only: autocannon cannot be made to verify TLS. The open loop can load `https:`. */
  readonly url: string
  readonly body: Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Each sends its next request when it has the reply to its last. */
  readonly connections: number
  /** Sent first, over the same connections, and not returned. */
  readonly warmupRequests: number
  readonly requests: number
  /** From sending to the last byte of the reply. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly onProgress?: (finished: number, total: number) => void
}

/**
 * Keeps `connections` requests in flight and returns one sample per request after the warm-up, in order of sending.
 *
 * The offered rate follows the server, so a slow server is asked less: these are service times, and say nothing of
 * waiting under traffic. Times count from the first request after the warm-up. A server that closes connections after
 * its replies shows as resets, because autocannon writes its next request at once.
 */
export async function loadClosed(load: ClosedLoad): Promise<Sample[]> {
  load.signal.throwIfAborted()
  if (new URL(load.url).protocol !== 'http:') throw new RangeError('the closed loop loads http: URLs only')
  const total = load.warmupRequests + load.requests
  if (total === 0) return []
  const samples: Sample[] = []
  await runAutocannon(load, total, (sample) => {
    samples.push(sample)
    load.onProgress?.(samples.length, total)
  })
  return dropWarmup(samples, load.warmupRequests)
}

/**
 * autocannon is the client only. Its histogram holds whole milliseconds and, after a broken connection, times a reply
 * from an earlier request; so each client is observed instead. It corrects for coordinated omission only when it is
 * given a rate, which it is not, and refuses the option that would switch that off.
 */
async function runAutocannon(load: ClosedLoad, total: number, record: (sample: Sample) => void) {
  const { default: autocannon } = await import('autocannon')
  const startedMs = performance.now()
  const nowMs = () => performance.now() - startedMs
  const options: Options = {
    url: load.url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...load.headers },
    body: load.body,
    connections: Math.min(load.connections, total),
    pipelining: 1,
    amount: total,
    // The end is noticed, and a stop obeyed, at the next of these ticks, ms.
    sampleInt: 20,
    skipAggregateResult: true,
    setupClient: (client: Client) => observeClient(client, { timeoutMs: load.timeoutMs, nowMs, record }),
  }
  // Both an emitter that can be stopped and a promise; its types tell of the promise only.
  const instance = autocannon(options) as unknown as Instance & PromiseLike<unknown>
  const stop = () => instance.stop()
  load.signal.addEventListener('abort', stop, { once: true })
  try {
    await instance
  } finally {
    load.signal.removeEventListener('abort', stop)
  }
  load.signal.throwIfAborted()
}

function dropWarmup(samples: readonly Sample[], warmupRequests: number): Sample[] {
  const kept = samples.toSorted((a, b) => a.sentMs - b.sentMs).slice(warmupRequests)
  const originMs = kept[0]?.sentMs ?? 0
  const rebase = (ms: number) => Math.round((ms - originMs) * 1000) / 1000
  return kept.map((sample) => ({
    ...sample,
    dueMs: rebase(sample.dueMs),
    sentMs: rebase(sample.sentMs),
    doneMs: rebase(sample.doneMs),
  }))
}
