import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HeldTimes } from './held-times.ts'
import { type PredictionRequest, type Timed, TimedClient } from './timed-client.ts'

/** What is measured at low load only: how long a worker is held by a request, and what is beside that. */
export interface LowLoadProfile extends HeldTimes {
  readonly besideMs: readonly number[]
  /** Inside the model, of idle workers' requests and of busy ones'. */
  readonly idleInferenceMs: readonly number[]
  readonly busyInferenceMs: readonly number[]
}

/** Requests in flight for each worker while all are kept busy: one held, one waiting. */
const IN_FLIGHT = 2
/** Requests of such an episode for each worker, and the share of time that there is any work at all. */
const EPISODE = 16
const DUTY = 0.25
const SINGLES = 3

/** Single requests with pauses and short episodes of full work in turn for so long, a quarter of the time at work. */
export async function profileAtLowLoad(
  target: PredictionRequest,
  workers: number,
  durationMs: number,
): Promise<LowLoadProfile> {
  const clients = Array.from({ length: IN_FLIGHT * workers }, () => new TimedClient(target))
  const [first] = clients
  const [idle, busy]: [Timed[], Timed[]] = [[], []]
  const endMs = performance.now() + durationMs
  try {
    await Promise.all(clients.map((client) => client.send()))
    while (first && performance.now() < endMs) {
      for (let single = 0; single < SINGLES; single++) {
        const alone = await first.send()
        idle.push(alone)
        await sleep(alone.heldMs / DUTY - alone.heldMs)
      }
      const startedMs = performance.now()
      busy.push(...(await fullWork(clients, EPISODE * workers)))
      const tookMs = performance.now() - startedMs
      await sleep(tookMs / DUTY - tookMs)
    }
  } finally {
    for (const client of clients) client.close()
  }
  return {
    workers,
    idleMs: idle.map(({ heldMs }) => heldMs),
    busyMs: busy.map(({ heldMs }) => heldMs),
    besideMs: idle.map(({ besideMs }) => besideMs),
    idleInferenceMs: idle.map(({ inferenceMs }) => inferenceMs),
    busyInferenceMs: busy.map(({ inferenceMs }) => inferenceMs),
  }
}

/**
 * Each client sends its next request when it has its reply, as a saturated server sees it: requests sent all at once
 * would be read by the server's front while the first of them are worked on, which takes longer than it does then.
 * The first of each client and the last are left out: they come to idle workers, or leave some idle.
 */
async function fullWork(clients: readonly TimedClient[], requests: number): Promise<Timed[]> {
  const timed: Timed[] = []
  let left = requests
  await Promise.all(
    clients.map(async (client) => {
      while (left-- > 0) timed.push(await client.send())
    }),
  )
  return timed.slice(clients.length, -clients.length)
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
