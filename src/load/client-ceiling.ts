import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { loadOpen, type OpenLoad } from './open-loop.ts'

/** Each rate is held so long, s. */
const HOLD_S = 0.4
const LOWEST_RPS = 500
const HIGHEST_RPS = 128_000
/** p99 of send lag up to which the client counts as on time, ms. */
const ON_TIME_MS = 1

/**
 * Highest rate, requests per second, that this client sends on time with these requests and workers, against a server
 * in a thread of its own that reads them and answers at once. A server under test that seems slower than this may be
 * slow; one that is asked for more only shows the client's own limit.
 */
export async function clientCeiling(load: Omit<OpenLoad, 'arrival' | 'count'>): Promise<number> {
  const server = new Worker(new URL(`./instant-server${extname(import.meta.url)}`, import.meta.url))
  try {
    const [port] = (await once(server, 'message')) as [number]
    let held = LOWEST_RPS / 2
    for (let rps = LOWEST_RPS; rps <= HIGHEST_RPS && !load.ending?.aborted; rps *= 2) {
      if (!(await holds(load, `http://127.0.0.1:${port}/`, rps))) break
      held = rps
    }
    return held
  } finally {
    await server.terminate()
  }
}

async function holds(load: Omit<OpenLoad, 'arrival' | 'count'>, url: string, rps: number): Promise<boolean> {
  const { method, payloads, connections, workers, seed, signal } = load
  const { sendLagMs, goodputRps, counts } = await loadOpen({
    ...(method === undefined ? {} : { method }),
    ...(payloads === undefined ? {} : { payloads }),
    ...(workers === undefined ? {} : { workers }),
    url,
    connections,
    seed,
    signal,
    timeoutMs: 2000,
    arrival: { kind: 'constant', rps },
    durationS: HOLD_S,
    warmupRequests: Math.ceil(rps * HOLD_S * 0.25),
  })
  return sendLagMs.p99 <= ON_TIME_MS && counts.ok === counts.due && goodputRps > rps * 0.5
}
