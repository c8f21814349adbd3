import { performance } from 'node:perf_hooks'
import type { Client, Instance, Options } from 'autocannon'
import type { Measurement, Sample } from '../core/measurement.ts'
import { roundToMicrosecond } from '../core/units.ts'
import { Summary } from './measurement.ts'
import { observeClient } from './observe-client.ts'

export interface ClosedLoad {
  /** `http:` only: autocannon cannot be made to verify TLS. The open loop can load `https:`. */
  readonly url: string
  /** POST when left out and there is a body, else GET. */
  readonly method?: string
  readonly body?: Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Each sends its next request when it has the reply to its last. */
  readonly connections: number
  /** Sent first, over the same connections, and not returned. */
  readonly warmupRequests: number
  /** Ends the loop after so many, or after so long, whichever is first. */
  readonly requests?: number
  readonly durationS?: number
  /** From sending to the last byte of the reply. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Ends the loop early: requests in flight are left out, and what came before is returned. */
  readonly ending?: AbortSignal
  readonly onProgress?: (finished: number) => void
  /** Each request as it ends, those of the warm-up too; times count from the start of the loop. */
  readonly onSample?: (sample: Sample) => void
}

/** More than any loop sends. */
const UNLIMITED = 1e12

/**
 * Keeps `connections` requests in flight and returns one sample per request after the warm-up, in order of sending.
 *
 * The offered rate follows the server, so a slow server is asked less: these are service times, and say nothing of
 * waiting under traffic. Times count from the first request after the warm-up. A server that closes connections after
 * its replies shows as resets, because autocannon writes its next request at once.
 */
export async function loadClosed(load: ClosedLoad): Promise<Sample[]> {
  const samples: Sample[] = []
  await driveClosed(load, (sample) => samples.push(sample))
  return dropWarmup(samples, load.warmupRequests)
}

/** The same, without an end to what it can take: the first samples to end are the warm-up. */
export async function measureClosed(load: ClosedLoad): Promise<Measurement> {
  const { connections, timeoutMs } = load
  const facts = { arrivals: 'closed', connections, startedAt: new Date().toISOString(), timeoutMs } as const
  const summary = new Summary(facts)
  let warming = load.warmupRequests
  await driveClosed(load, (sample) => {
    if (warming-- <= 0) summary.add(sample)
  })
  return summary.measure()
}

async function driveClosed(load: ClosedLoad, record: (sample: Sample) => void): Promise<void> {
  load.signal.throwIfAborted()
  if (new URL(load.url).protocol !== 'http:') throw new RangeError('the closed loop loads http: URLs only')
  const total = load.requests === undefined ? UNLIMITED : load.warmupRequests + load.requests
  if (total === 0 || load.ending?.aborted) return
  let finished = 0
  await runAutocannon(load, total, (sample) => {
    record(sample)
    load.onSample?.(sample)
    load.onProgress?.(++finished)
  })
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
  let ended = false
  const recordUntilEnd = (sample: Sample) => {
    if (!ended) record(sample)
  }
  const options: Options = {
    url: load.url,
    // Its types name some methods only; it sends any.
    method: (load.method ?? (load.body ? 'POST' : 'GET')) as Options['method'] & string,
    headers: { ...(load.body && { 'content-type': 'application/json' }), ...load.headers },
    ...(load.body && { body: load.body }),
    connections: Math.min(load.connections, total),
    pipelining: 1,
    amount: total,
    // The end is noticed, and a stop obeyed, at the next of these ticks, ms.
    sampleInt: 20,
    skipAggregateResult: true,
    setupClient: (client: Client) =>
      observeClient(client, { timeoutMs: load.timeoutMs, nowMs, record: recordUntilEnd }),
  }
  // Both an emitter that can be stopped and a promise; its types tell of the promise only.
  const instance = autocannon(options) as unknown as Instance & PromiseLike<unknown>
  const stop = () => {
    ended = true
    instance.stop()
  }
  const timer = load.durationS === undefined ? undefined : setTimeout(stop, load.durationS * 1000)
  const signals = [load.signal, ...(load.ending ? [load.ending] : [])]
  for (const signal of signals) signal.addEventListener('abort', stop, { once: true })
  try {
    await instance
  } finally {
    clearTimeout(timer)
    for (const signal of signals) signal.removeEventListener('abort', stop)
  }
  load.signal.throwIfAborted()
}

function dropWarmup(samples: readonly Sample[], warmupRequests: number): Sample[] {
  const kept = samples.toSorted((a, b) => a.sentMs - b.sentMs).slice(warmupRequests)
  const originMs = kept[0]?.sentMs ?? 0
  const rebase = (ms: number) => roundToMicrosecond(ms - originMs)
  return kept.map((sample) => ({
    ...sample,
    dueMs: rebase(sample.dueMs),
    sentMs: rebase(sample.sentMs),
    doneMs: rebase(sample.doneMs),
  }))
}
