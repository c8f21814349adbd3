import { createSecureServer } from 'node:http2'
import { describe, expect, it } from 'vitest'
import type { LoadWindow, Sample } from '../../src/core/measurement.ts'
import type { Arrival } from '../../src/load/arrivals.ts'
import { type LoadBatch, loadOpen, type OpenLoad } from '../../src/load/open-loop.ts'
import { selfSigned } from './self-signed.ts'
import { listen, serveHttp } from './tcp-server.ts'

const poisson: Arrival = { kind: 'poisson', rps: 300 }

function load(url: string, some: Partial<OpenLoad> = {}) {
  const signal = new AbortController().signal
  return loadOpen({
    url,
    arrival: poisson,
    count: 60,
    connections: 60,
    timeoutMs: 5000,
    seed: 1,
    signal,
    ...some,
  })
}

async function samplesOf(url: string, some: Partial<OpenLoad> = {}): Promise<Sample[]> {
  const samples: Sample[] = []
  await load(url, { onSample: (sample) => void samples.push(sample), ...some })
  return samples.sort((a, b) => a.dueMs - b.dueMs)
}

const answerAll = () => serveHttp((_request, response) => response.end('{}'))

describe('workers', () => {
  it('share one schedule: together they send what one alone sends, at the times at which it does', async () => {
    const url = await answerAll()
    const alone = await samplesOf(url)
    const together = await samplesOf(url, { workers: 3 })
    expect(together.map(({ dueMs }) => dueMs)).toEqual(alone.map(({ dueMs }) => dueMs))
  })

  it('are put together into one measurement, window by window', async () => {
    const url = await answerAll()
    const rows: LoadWindow[] = []
    const arrival: Arrival = { kind: 'constant', rps: 50 }
    const onWindow = (row: LoadWindow) => void rows.push(row)
    const { counts, windows, samplesMs } = await load(url, { arrival, count: 60, workers: 2, onWindow })
    expect(counts).toMatchObject({ due: 60, ok: 60 })
    expect(windows?.map(({ startS, due, ok }) => ({ startS, due, ok }))).toEqual([
      { startS: 0, due: 50, ok: 50 },
      { startS: 1, due: 10, ok: 10 },
    ])
    expect(rows).toEqual(windows)
    expect(samplesMs).toHaveLength(60)
  })

  it('stop when the load is aborted, and end it when one of them fails', async () => {
    const url = await answerAll()
    const abort = new AbortController()
    const running = load(url, { count: 10_000, workers: 2, signal: abort.signal })
    setTimeout(() => abort.abort(new Error('enough')), 100)
    await expect(running).rejects.toThrow('enough')
    await expect(load(url, { workers: 2, headers: { 'bad name': 'x' } })).rejects.toThrow('bad name')
  })

  it('get the headers that the callback of the main thread returns', async () => {
    const seen = new Set<string | undefined>()
    const url = await serveHttp((request, response) => {
      seen.add(request.headers.authorization)
      response.end('{}')
    })
    await load(url, { workers: 2, headers: () => ({ authorization: 'Bearer now' }) })
    expect([...seen]).toEqual(['Bearer now'])
  })
})

describe('payloads', () => {
  const echo = async () => {
    const bodies: string[] = []
    const url = await serveHttp((request, response) => {
      let text = ''
      request.on('data', (chunk) => (text += chunk)).on('end', () => response.end(String(bodies.push(text))))
    })
    return { url, bodies }
  }

  it('are drawn by weight', async () => {
    const { url, bodies } = await echo()
    const payloads = [{ body: Buffer.from('rare') }, { body: Buffer.from('often'), weight: 3 }]
    await load(url, { payloads, count: 300, connections: 300 })
    const rare = bodies.filter((body) => body === 'rare').length
    expect(bodies).toHaveLength(300)
    // Mean 75 and deviation 7.5.
    expect(rare).toBeGreaterThan(45)
    expect(rare).toBeLessThan(105)
  })

  it('are the same for the same seed, whatever the number of workers', async () => {
    const counts: number[] = []
    for (const workers of [1, 2]) {
      const { url, bodies } = await echo()
      const payloads = [{ body: Buffer.from('a') }, { body: Buffer.from('b') }]
      await load(url, { payloads, workers, seed: 9 })
      counts.push(bodies.filter((body) => body === 'a').length)
    }
    expect(counts[0]).toBe(counts[1])
  })

  it('may be left out: then it asks with GET, or with the method given', async () => {
    const seen = new Set<string>()
    const url = await serveHttp((request, response) => {
      seen.add(`${request.method} ${request.headers['content-type'] ?? 'untyped'}`)
      response.end('{}')
    })
    await load(url, { count: 2 })
    const { counts } = await load(url, { count: 2, method: 'HEAD' })
    await load(url, { count: 2, method: 'PUT', headers: { 'Content-Type': 'text/csv' } })
    expect([...seen]).toEqual(['GET untyped', 'HEAD untyped', 'PUT text/csv'])
    expect(counts.ok).toBe(2)
  })
})

describe('a listener to batches', () => {
  it('sees every request once, and can stop the load: the rest is never due', async () => {
    const url = await answerAll()
    let seen = 0
    const onBatch = (batch: LoadBatch) => {
      seen += batch.size
      expect(batch.dueMs).toHaveLength(batch.size)
      return seen >= 20 ? ('stop' as const) : undefined
    }
    const { counts } = await load(url, { arrival: { kind: 'constant', rps: 100 }, count: 10_000, onBatch })
    expect(counts.due).toBe(seen)
    expect(seen).toBeGreaterThanOrEqual(20)
    expect(seen).toBeLessThan(1000)
    expect(counts.due).toBe(counts.ok)
  })

  it('ends the load with what it throws', async () => {
    const onBatch = () => {
      throw new Error('no verdict')
    }
    await expect(load(await answerAll(), { count: 10_000, onBatch })).rejects.toThrow('no verdict')
  })

  it('can stop workers too', async () => {
    const onBatch = (batch: LoadBatch) => (batch.size > 0 ? ('stop' as const) : undefined)
    const { counts } = await load(await answerAll(), { count: 10_000, workers: 2, onBatch })
    expect(counts.due).toBeLessThan(5000)
    expect(counts.due).toBe(counts.ok + counts.error + counts.timeout + counts.dropped)
  })
})

describe('the warm-up', () => {
  it('is sent first and left out of every figure', async () => {
    let received = 0
    const url = await serveHttp((_request, response) => {
      response.writeHead(++received <= 10 ? 503 : 200).end('{}')
    })
    const arrival: Arrival = { kind: 'constant', rps: 100 }
    const { counts, errors, windows } = await load(url, { arrival, count: 60, warmupRequests: 10 })
    expect(received).toBe(60)
    expect(counts).toMatchObject({ due: 50, ok: 50 })
    expect(errors).toEqual({})
    expect(windows?.[0]?.due).toBe(50)
  })
})

describe('HTTP/2', () => {
  const serveHttp2 = async () => {
    const versions = new Set<string>()
    const server = createSecureServer({ ...selfSigned, allowHTTP1: true }, (request, response) => {
      versions.add(request.httpVersion)
      response.writeHead(200, { 'server-timing': 'inference;dur=3' }).end('{}')
    })
    const url = (await listen(server as never)).replace('http:', 'https:').replace('127.0.0.1', 'localhost')
    return { url, versions }
  }

  it('is spoken when asked for, with requests sharing connections', async () => {
    const { url, versions } = await serveHttp2()
    const payloads = [{ body: Buffer.from('{}') }]
    const { counts, inferenceMs, sockets } = await load(url, { http2: true, payloads, ca: selfSigned.cert })
    expect(counts.ok).toBe(60)
    expect([...versions]).toEqual(['2.0'])
    expect(inferenceMs).toEqual(new Array(60).fill(3))
    expect(sockets?.opened).toBe(1)
  })

  it('verifies TLS, and is not spoken unasked', async () => {
    const { url, versions } = await serveHttp2()
    expect((await load(url, { http2: true })).errors).toMatchObject({ tls: { count: 60 } })
    await load(url, { ca: selfSigned.cert })
    expect([...versions]).toEqual(['1.1'])
  })

  it('is refused without TLS', async () => {
    await expect(load('http://127.0.0.1:1/', { http2: true })).rejects.toThrow('over TLS only')
  })
})

describe('a load that makes no sense', () => {
  it('is refused before anything is sent', async () => {
    await expect(load('http://127.0.0.1:1/', { arrival: { kind: 'constant', rps: 0 } })).rejects.toThrow(
      'rate is 0',
    )
  })
})
