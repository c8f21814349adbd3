import { createServer as createTlsServer } from 'node:https'
import { describe, expect, it } from 'vitest'
import type { Sample } from '../../src/core/measurement.ts'
import type { Arrival } from '../../src/load/arrivals.ts'
import { loadOpen, type OpenLoad } from '../../src/load/open-loop.ts'
import { selfSigned } from './self-signed.ts'
import { listen, refusingUrl, serveHttp, serveTcp } from './tcp-server.ts'

const body = Buffer.from('{"instances":[1]}')
const never = new AbortController().signal
const plan = { payloads: [{ body }], connections: 100, timeoutMs: 5000, seed: 1, signal: never }

/** The samples of 20 requests, one every 5 ms unless said otherwise, in order of being due. */
async function load(url: string, options: Partial<OpenLoad> = {}): Promise<Sample[]> {
  const samples: Sample[] = []
  const onSample = (sample: Sample) => void samples.push(sample)
  await loadOpen({ url, arrival: { kind: 'constant', rps: 200 }, count: 20, ...plan, onSample, ...options })
  return samples.sort((a, b) => a.dueMs - b.dueMs)
}

function at(...atMs: number[]): Arrival {
  return { kind: 'timestamps', atMs: Float64Array.from(atMs) }
}

function outcomes(samples: readonly Sample[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { outcome } of samples) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

const responseMs = (sample: Sample) => sample.doneMs - sample.dueMs

describe('the open loop', () => {
  it('takes one sample per request from a server that always takes 100 ms, none of them under 100 ms', async () => {
    const url = await serveHttp((_request, response) => void setTimeout(() => response.end('{}'), 101))
    const samples = await load(url)
    expect(outcomes(samples)).toEqual({ ok: 20 })
    expect(Math.min(...samples.map(responseMs))).toBeGreaterThanOrEqual(100)
  })

  it('sends the next request though no reply has come, each no earlier than it is due', async () => {
    const held: (() => void)[] = []
    const url = await serveHttp((_request, response) => {
      held.push(() => response.end('{}'))
      if (held.length === 20) for (const release of held) release()
    })
    const samples = await load(url)
    expect(outcomes(samples)).toEqual({ ok: 20 })
    for (const { sentMs, dueMs } of samples) expect(sentMs).toBeGreaterThanOrEqual(dueMs)
  })

  it('sends all of them, none earlier than it is due, when it is sparing with the core', async () => {
    const url = await serveHttp((_request, response) => void response.end('{}'))
    const startedMs = performance.now()
    const samples = await load(url, { sparing: true })
    const tookMs = performance.now() - startedMs
    expect(outcomes(samples)).toEqual({ ok: 20 })
    for (const { sentMs, dueMs } of samples) expect(sentMs).toBeGreaterThanOrEqual(dueMs)
    expect(tookMs).toBeGreaterThanOrEqual(95)
  })

  it('charges a freeze of the server to every request that was due in it', async () => {
    const freezeMs = 400
    const frozenFrom = 20
    const held: (() => void)[] = []
    let [received, thawed] = [0, false]
    const thaw = () => {
      thawed = true
      for (const release of held) release()
    }
    const url = await serveHttp((_request, response) => {
      if (received++ < frozenFrom || thawed) return void response.end('{}')
      held.push(() => response.end('{}'))
      if (held.length === 1) setTimeout(thaw, freezeMs)
    })
    const samples = await load(url, { arrival: { kind: 'constant', rps: 100 }, count: 55 })
    expect(outcomes(samples)).toEqual({ ok: 55 })
    // It begins when request 20, due at 200 ms, arrives. 2 ms for the timer, which counts whole ones.
    for (const sample of samples.slice(frozenFrom)) {
      expect(responseMs(sample)).toBeGreaterThanOrEqual(200 + freezeMs - sample.dueMs - 2)
    }
  })

  it('counts from when a request was due even when the sender itself was held up', async () => {
    const url = await serveHttp((_request, response) => response.end('{}'))
    const blocking = setTimeout(() => {
      const until = performance.now() + 150
      while (performance.now() < until);
    }, 50)
    const samples = await load(url, { arrival: { kind: 'constant', rps: 100 }, count: 30 })
    clearTimeout(blocking)
    const lags = samples.map(({ sentMs, dueMs }) => sentMs - dueMs)
    expect(Math.max(...lags)).toBeGreaterThan(50)
    for (const sample of samples)
      expect(responseMs(sample)).toBeGreaterThanOrEqual(sample.sentMs - sample.dueMs)
  })

  it('reads the time inside the model from Server-Timing of the same reply', async () => {
    let count = 0
    const url = await serveHttp((_request, response) => {
      const dur = ++count
      setTimeout(() => response.setHeader('server-timing', `inference;dur=${dur}.5`).end('{}'), 30 - dur)
    })
    const samples = await load(url)
    expect(samples.map((sample) => sample.inferenceMs).toSorted((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1.5),
    )
  })

  it('drops and counts requests that are due while the most are in flight', async () => {
    const held: (() => void)[] = []
    const url = await serveHttp((_request, response) => void held.push(() => response.end('{}')))
    const release = (finished: number) => {
      if (finished === 16) for (const end of held) end()
    }
    const samples = await load(url, { connections: 4, onProgress: release })
    expect(outcomes(samples)).toEqual({ ok: 4, dropped: 16 })
    expect(samples.slice(0, 4).every((sample) => sample.outcome === 'ok')).toBe(true)
  })

  it('asks for the headers at every request', async () => {
    const seen = new Set<string | undefined>()
    const url = await serveHttp((request, response) => {
      seen.add(request.headers.authorization)
      response.end('{}')
    })
    let token = 0
    await load(url, { headers: () => ({ authorization: `Bearer ${token++}` }) })
    expect(seen.size).toBe(20)
  })

  it('sends the body whole, to the path and query of the URL', async () => {
    const seen: string[] = []
    const url = await serveHttp((request, response) => {
      let text = `${request.method} ${request.url} ${request.headers['content-type']} `
      request.on('data', (chunk) => (text += chunk)).on('end', () => response.end(String(seen.push(text))))
    })
    await load(`${url}?a=1`, { arrival: at(0) })
    expect(seen).toEqual([`POST /predict?a=1 application/json ${body}`])
  })

  it('stops at once when it is aborted, with the reason it was given', async () => {
    const url = await serveHttp(() => {})
    const abort = new AbortController()
    const running = load(url, { arrival: { kind: 'constant', rps: 1 }, count: 1000, signal: abort.signal })
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(running).rejects.toBe(reason)
    await expect(load(url, { signal: abort.signal })).rejects.toBe(reason)
  })

  it('rejects when the headers cannot be had', async () => {
    const fault = new Error('no token')
    const headers = () => {
      throw fault
    }
    await expect(load(await refusingUrl(), { headers })).rejects.toBe(fault)
  })

  it('has no samples of no arrivals', async () => {
    expect(await load(await refusingUrl(), { count: 0 })).toEqual([])
  })
})

describe('a request of the open loop that fails', () => {
  it('is classed as connect when nothing listens', async () => {
    const samples = await load(await refusingUrl())
    expect(outcomes(samples)).toEqual({ connect: 20 })
    expect(samples[0]?.detail).toBe('ECONNREFUSED')
  })

  it('is classed as timeout when no reply comes', async () => {
    const samples = await load(await serveHttp(() => {}), { timeoutMs: 100 })
    expect(outcomes(samples)).toEqual({ timeout: 20 })
    expect(samples[0]?.detail).toBe('no reply in 100 ms')
  })

  it('is classed as timeout when the reply trickles on past the limit', async () => {
    const url = await serveHttp((_request, response) => {
      const timer = setInterval(() => response.write('x'), 10)
      response.on('close', () => clearInterval(timer))
    })
    expect(outcomes(await load(url, { timeoutMs: 100 }))).toEqual({ timeout: 20 })
  })

  it('is classed as reset when the connection breaks', async () => {
    expect(outcomes(await load(await serveTcp((socket) => void socket.resetAndDestroy())))).toEqual({
      reset: 20,
    })
    expect(outcomes(await load(await serveTcp((socket) => void socket.destroy())))).toEqual({ reset: 20 })
  })

  it.each([500, 503, 404, 429, 302, 204 + 100])('is classed by its status %i', async (status) => {
    const url = await serveHttp((_request, response) =>
      response.writeHead(status, { location: '/' }).end('{}'),
    )
    const samples = await load(url)
    expect(outcomes(samples)).toEqual({ status: 20 })
    expect(samples[0]?.detail).toBe(String(status))
  })

  it('is no success when half of its body is missing, however the body was framed', async () => {
    const replies = [
      'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nhalf',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\nhalf',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n64\r\nhalf',
    ]
    for (const reply of replies) {
      const samples = await load(await serveTcp((socket) => void socket.end(reply)))
      expect(outcomes(samples)).toEqual({ reset: 20 })
    }
  })

  it('is classed as malformed when the reply is not HTTP', async () => {
    const samples = await load(await serveTcp((socket) => void socket.end('garbage garbage\r\n\r\n')))
    expect(outcomes(samples)).toEqual({ malformed: 20 })
  })

  it('is classed as malformed when the reply says to be larger than 64 MiB', async () => {
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${65 * 2 ** 20}\r\n\r\n`
    const url = await serveTcp(
      (socket) => void socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(2 ** 20)])),
    )
    expect(outcomes(await load(url, { arrival: at(0, 1) }))).toEqual({ malformed: 2 })
  })

  it('is classed as tls when nobody vouches for the certificate', async () => {
    const url = await listen(createTlsServer(selfSigned, (_request, response) => response.end('{}')))
    const samples = await load(url.replace('http:', 'https:'))
    expect(outcomes(samples)).toEqual({ tls: 20 })
    expect(samples[0]?.detail).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
  })

  it('is classed as tls when the server speaks no TLS', async () => {
    const url = await serveHttp((_request, response) => response.end('{}'))
    expect(outcomes(await load(url.replace('http:', 'https:')))).toEqual({ tls: 20 })
  })

  it('never puts a token in its sample', async () => {
    const headers = { authorization: 'Bearer hush' }
    const urls = [await refusingUrl(), await serveTcp((socket) => void socket.destroy())]
    for (const url of urls) expect(JSON.stringify(await load(url, { headers }))).not.toContain('hush')
  })
})
