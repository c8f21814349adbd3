import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HeldTimes } from './held-times.ts'
import { poissonTimes } from './poisson-times.ts'
import { type PredictionRequest, type Timed, TimedClient } from './timed-client.ts'

/** What is measured at low load only: how long a worker is held by a request, and what is beside that. */
export interface LowLoadProfile extends HeldTimes {
  readonly besideMs: readonly number[]
  /** Inside the model, of the requests of `idleMs` and of those of `busyMs`. */
  readonly idleInferenceMs: readonly number[]
  readonly busyInferenceMs: readonly number[]
}

/** Requests in flight for each worker while all are kept busy: one held, one waiting. */
const IN_FLIGHT = 2
/**
 * Requests of such an episode for each worker, of which the first are left out: a worker that rested takes some 100 ms
 * to become as fast as one that is kept at work.
 */
const EPISODE = 32
const WARM_UP = 16
/** What random arrivals take of the capacity, and for how long: with the episode the workers are busy 31% of the time. */
const LOW = 0.25
const LOW_S = 4
/** A worker is free at once. */
const FREE_MS = 0.5
/** More than can be in flight at so little load, or in an episode. */
const CONNECTIONS = 20

/**
 * Random arrivals that leave the workers idle for most of the time, and then a short episode of full work.
 *
 * @param expectedRps what the server can serve, roughly
 */
export async function profileAtLowLoad(
  target: PredictionRequest,
  workers: number,
  expectedRps: number,
  seed: number,
): Promise<LowLoadProfile> {
  const clients = Array.from({ length: CONNECTIONS }, () => new TimedClient(target))
  try {
    const low = await lowLoad(clients, LOW * expectedRps, seed)
    const idle = low.filter(({ queueMs }) => queueMs < FREE_MS)
    const busy = await fullWork(clients.slice(0, IN_FLIGHT * workers), workers)
    return {
      workers,
      idleMs: idle.map(({ heldMs }) => heldMs),
      busyMs: busy.map(({ heldMs }) => heldMs),
      besideMs: low.map(({ besideMs }) => besideMs),
      idleInferenceMs: idle.map(({ inferenceMs }) => inferenceMs),
      busyInferenceMs: busy.map(({ inferenceMs }) => inferenceMs),
    }
  } finally {
    for (const client of clients) client.close()
  }
}

/**
 * Each client sends its next request when it has its reply, as a saturated server sees it: requests sent all at once
 * would be read by the server's front while the first of them are worked on, which takes longer than it does then.
 * The last of each client are left out as the first are: they leave some workers idle.
 */
async function fullWork(clients: readonly TimedClient[], workers: number): Promise<Timed[]> {
  const timed: Timed[] = []
  let left = EPISODE * workers
  await Promise.all(
    clients.map(async (client) => {
      while (left-- > 0) timed.push(await client.send())
    }),
  )
  return timed.slice(WARM_UP * workers, -clients.length)
}

/** Poisson arrivals, each sent when it is due: what Plimsoll's load engine records does not tell how long a worker was held. */
async function lowLoad(clients: readonly TimedClient[], rps: number, seed: number): Promise<Timed[]> {
  const free = [...clients]
  const sent: Promise<Timed>[] = []
  const startMs = performance.now()
  for (const dueMs of poissonTimes(rps, LOW_S, seed)) {
    await sleep(Math.max(0, startMs + dueMs - performance.now()))
    const client = free.shift()
    if (!client) throw new Error(`more than ${CONNECTIONS} requests wait at ${rps} requests/s`)
    sent.push(
      client.send().then((timed) => {
        free.push(client)
        return timed
      }),
    )
  }
  return Promise.all(sent)
}

export function mergeProfiles(profiles: readonly LowLoadProfile[]): LowLoadProfile {
  return {
    workers: profiles[0]?.workers ?? 1,
    idleMs: profiles.flatMap(({ idleMs }) => idleMs),
    busyMs: profiles.flatMap(({ busyMs }) => busyMs),
    besideMs: profiles.flatMap(({ besideMs }) => besideMs),
    idleInferenceMs: profiles.flatMap(({ idleInferenceMs }) => idleInferenceMs),
    busyInferenceMs: profiles.flatMap(({ busyInferenceMs }) => busyInferenceMs),
  }
}
