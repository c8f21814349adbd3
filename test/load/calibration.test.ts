import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Measurement } from '../../src/core/measurement.ts'
import { seededRandom } from '../../src/core/random.ts'
import { measure, summarize } from '../../src/load/measurement.ts'
import { loadOpen, type OpenLoad } from '../../src/load/open-loop.ts'
import { Recorder } from '../../src/load/recorder.ts'
import type { Behaviour } from './precise-server.ts'

async function serve(behaviour: Behaviour): Promise<string> {
  const worker = new Worker(new URL('./precise-server.ts', import.meta.url), { workerData: behaviour })
  onTestFinished(async () => void (await worker.terminate()))
  const { port } = await new Promise<AddressInfo>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
  return `http://127.0.0.1:${port}/`
}

function load(url: string, some: Partial<OpenLoad> & Pick<OpenLoad, 'arrival'>): Promise<Measurement> {
  const signal = new AbortController().signal
  return loadOpen({ url, connections: 4000, timeoutMs: 10_000, seed: 1, signal, ...some })
}

describe('a server that always takes', () => {
  it.each([
    [200, 10, 30],
    [50, 20, 40],
    [5, 40, 60],
  ])('%i ms has a p50 within 1%% of that and the loopback’s own cost', async (holdMs, rps, count) => {
    const ping = await load(await serve({ holdMs: 0 }), { arrival: { kind: 'constant', rps: 50 }, count: 50 })
    const { counts, responseMs, samplesMs } = await load(await serve({ holdMs }), {
      arrival: { kind: 'constant', rps },
      count,
    })
    expect(counts).toEqual({ due: count, sent: count, ok: count, error: 0, timeout: 0, dropped: 0 })
    expect(samplesMs).toHaveLength(count)
    expect(responseMs.p50).toBeGreaterThanOrEqual(holdMs)
    expect(responseMs.p50).toBeLessThanOrEqual(holdMs * 1.01 + ping.responseMs.p90)
  })
})

describe('a server that freezes for 1.4 s under 2,000 requests/s', () => {
  it('is charged for every request that was due meanwhile: the p99 of 10 s is what arithmetic says', async () => {
    const [rps, durationS, forMs] = [2000, 10, 1400]
    const url = await serve({ holdMs: 0, freeze: { afterRequests: (rps * durationS) / 2, forMs } })
    const { counts, responseMs, windows } = await load(url, { arrival: { kind: 'constant', rps }, durationS })
    expect(counts).toMatchObject({ due: rps * durationS, ok: rps * durationS })
    // Those due in the freeze wait for what is left of it, so 1 in 100 of all waits for all but 1/100 of 10 s.
    const arithmeticMs = forMs - durationS * 1000 * 0.01
    expect(Math.abs(responseMs.p99 - arithmeticMs) / arithmeticMs).toBeLessThan(0.05)
    expect(windows).toHaveLength(durationS)
    expect(windows?.every((window) => window.due === rps)).toBe(true)
    expect(windows?.[5]?.p95Ms).toBeGreaterThan(1000)
  })
})

describe('a client that is busy with something else', () => {
  it('makes the measurement invalid, with the reason', async () => {
    const url = await serve({ holdMs: 0 })
    const busy = setInterval(() => {
      const until = performance.now() + 40
      while (performance.now() < until);
    }, 60)
    onTestFinished(() => clearInterval(busy))
    const { valid, invalidReasons, sendLagMs } = await load(url, {
      arrival: { kind: 'poisson', rps: 200 },
      durationS: 1,
    })
    expect(valid).toBe(false)
    expect(sendLagMs.p99).toBeGreaterThan(20)
    expect(invalidReasons).toEqual([
      expect.stringContaining('the sender fell behind'),
      expect.stringContaining('the client was held up'),
    ])
  })
})

describe('the intervals of percentiles', () => {
  const normal = (random: () => number) =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  /** Quantiles of the standard normal distribution. */
  const normalAt = { p50: 0, p95: 1.644854, p99: 2.326348, p999: 3.090232 } as const

  it('hold the true ones of a lognormal service in at least 90% of seeded runs', () => {
    const runs = 200
    const held = { p50: 0, p95: 0, p99: 0, p999: 0 }
    for (let seed = 0; seed < runs; seed++) {
      const random = seededRandom(seed)
      const recorder = new Recorder(0)
      for (let index = 0; index < 5000; index++) {
        recorder.due(index)
        const exchange = { index, dueMs: index, begunMs: index, sentMs: index }
        recorder.ok(exchange, index + 20 * Math.exp(0.5 * normal(random)), undefined)
      }
      const facts = { arrivals: 'poisson', connections: 1, startedAt: '', timeoutMs: 1 } as const
      const { intervals } = measure(recorder.record, facts)
      for (const name of ['p50', 'p95', 'p99', 'p999'] as const) {
        const truthMs = 20 * Math.exp(0.5 * normalAt[name])
        const { low, high } = intervals[name] ?? { low: 0, high: 0 }
        if (low <= truthMs && truthMs <= high) held[name]++
      }
    }
    for (const count of Object.values(held)) expect(count / runs).toBeGreaterThanOrEqual(0.9)
  })

  it('hold those of a bimodal service with 1 in 100 at 20 times', () => {
    const runs = 200
    let held = 0
    for (let seed = 0; seed < runs; seed++) {
      const random = seededRandom(seed)
      const samples = Array.from({ length: 5000 }, (_, index) => {
        // Uniform around 10 ms, and around 200 ms for the slow ones.
        const tookMs = (9.5 + random()) * (random() < 0.01 ? 20 : 1)
        return { dueMs: index, sentMs: index, doneMs: index + tookMs, outcome: 'ok' as const }
      })
      const facts = { arrivals: 'poisson', connections: 1, startedAt: '', timeoutMs: 1 } as const
      const { intervals } = summarize(samples, facts)
      // 0.999 is nine tenths into the slow ones.
      const { low, high } = intervals.p999 ?? { low: 0, high: 0 }
      if (low <= 20 * 10.4 && 20 * 10.4 <= high) held++
    }
    expect(held / runs).toBeGreaterThanOrEqual(0.9)
  })
})

describe('memory', () => {
  const collectGarbage = () => {
    setFlagsFromString('--expose-gc')
    ;(runInNewContext('gc') as () => void)()
  }
  /** MiB held by what cannot be collected. */
  const heldMib = () => {
    collectGarbage()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return (heapUsed + arrayBuffers) / 2 ** 20
  }

  it('stays flat over a million requests in the recorder', () => {
    const recorder = new Recorder(1000)
    const random = seededRandom(1)
    const recordMany = (from: number, to: number) => {
      for (let index = from; index < to; index++) {
        const dueMs = index / 20
        recorder.due(dueMs)
        const exchange = { index, dueMs, begunMs: dueMs, sentMs: dueMs }
        if (index % 10 === 0) recorder.failed(exchange, dueMs + 5, 'status', '503')
        else recorder.ok(exchange, dueMs + random() * 100, 1)
        if (index % 2000 === 0) recorder.takeClosed(dueMs)
      }
    }
    recordMany(0, 100_000)
    const beforeMib = heldMib()
    recordMany(100_000, 1_000_000)
    expect(heldMib() - beforeMib).toBeLessThan(1)
    expect(recorder.record.counts.due).toBe(1_000_000)
  })

  it('stays flat over requests that are sent', async () => {
    const url = await serve({ holdMs: 0 })
    const arrival = { kind: 'constant', rps: 5000 } as const
    await load(url, { arrival, count: 10_000, connections: 500 })
    const beforeMib = heldMib()
    const marks: number[] = []
    const onProgress = (finished: number) => {
      if (finished > (marks.length + 1) * 10_000) marks.push(heldMib())
    }
    await load(url, { arrival, count: 50_000, connections: 500, onProgress })
    const [early = beforeMib, late = 0] = [marks[0], marks.at(-1)]
    expect(marks.length).toBeGreaterThan(1)
    expect(late - early).toBeLessThan(5)
  })
})
