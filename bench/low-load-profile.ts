import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { mean } from 'simple-statistics'

/** One request and what its reply's `Server-Timing` tells, ms. */
interface Timed {
  readonly inferenceMs: number
  /** Waiting for a worker, and holding it. */
  readonly queueMs: number
  readonly heldMs: number
  /** From sending to the reply's last byte, without those two: client, loopback and the server's front. */
  readonly besideMs: number
}

export interface PredictionRequest {
  readonly url: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** What is measured at low load only: how long a worker is held by a request, and what is beside that. */
export interface LowLoadProfile {
  readonly workers: number
  /** Of requests one at a time, with pauses: the worker was idle, and the others are. */
  readonly idleMs: readonly number[]
  /** Within short bursts: the worker comes from another request, and the others are at work too. */
  readonly busyMs: readonly number[]
  readonly besideMs: readonly number[]
}

/** Requests of a burst for each worker, and the share of time that bursts fill. */
const BURST = 10
const DUTY = 0.25

/** Single requests and bursts in turn for so long, a quarter of the time at work. */
export async function profileAtLowLoad(
  target: PredictionRequest,
  workers: number,
  durationMs: number,
): Promise<LowLoadProfile> {
  const agent = new Agent({ keepAlive: true, maxSockets: BURST * workers })
  const idleMs: number[] = []
  const busyMs: number[] = []
  const besideMs: number[] = []
  const endMs = performance.now() + durationMs
  try {
    await send(target, agent)
    while (performance.now() < endMs) {
      for (let single = 0; single < 3; single++) {
        const alone = await send(target, agent)
        idleMs.push(alone.heldMs)
        besideMs.push(alone.besideMs)
        await sleep(alone.heldMs / DUTY - alone.heldMs)
      }
      const startedMs = performance.now()
      const burst = await Promise.all(Array.from({ length: BURST * workers }, () => send(target, agent)))
      busyMs.push(...busyOnes(burst, workers).map(({ heldMs }) => heldMs))
      const tookMs = performance.now() - startedMs
      await sleep(tookMs / DUTY - tookMs)
    }
  } finally {
    agent.destroy()
  }
  return { workers, idleMs, busyMs, besideMs }
}

/** Without the first ones, of workers that were idle, and the last ones, during which workers run out of work. */
function busyOnes(burst: readonly Timed[], workers: number): Timed[] {
  return burst.toSorted((a, b) => a.queueMs - b.queueMs).slice(workers, burst.length - (workers - 1))
}

export function mergeProfiles(profiles: readonly LowLoadProfile[]): LowLoadProfile {
  return {
    workers: profiles[0]?.workers ?? 1,
    idleMs: profiles.flatMap(({ idleMs }) => idleMs),
    busyMs: profiles.flatMap(({ busyMs }) => busyMs),
    besideMs: profiles.flatMap(({ besideMs }) => besideMs),
  }
}

/** Requests per second that workers serve that are always busy. */
export function predictedCapacityRps({ workers, busyMs }: LowLoadProfile): number {
  return (workers * 1000) / mean([...busyMs])
}

function send({ url, body, headers }: PredictionRequest, agent: Agent): Promise<Timed> {
  return new Promise((resolve, reject) => {
    const sentMs = performance.now()
    const options = { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } }
    const outgoing = request(url, options, (reply) => {
      const timing = String(reply.headers['server-timing'])
      const read = (name: string) => Number(new RegExp(`${name};dur=([\\d.]+)`).exec(timing)?.[1])
      reply.resume().once('end', () => {
        const [inferenceMs, queueMs, heldMs] = [read('inference'), read('queue'), read('compute')]
        const besideMs = performance.now() - sentMs - queueMs - heldMs
        if (Number.isNaN(besideMs)) reject(new Error(`${reply.statusCode}, Server-Timing ${timing}`))
        else resolve({ inferenceMs, queueMs, heldMs, besideMs })
      })
    })
    outgoing.once('error', reject).end(body)
  })
}
