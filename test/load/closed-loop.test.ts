import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Sample } from '../../src/core/measurement.ts'
import { type ClosedLoad, loadClosed } from '../../src/load/closed-loop.ts'
import { refusingUrl, serveHttp, serveTcp } from './tcp-server.ts'

const body = Buffer.from('{"instances":[1]}')
const never = new AbortController().signal

function load(url: string, options: Partial<ClosedLoad> = {}): Promise<Sample[]> {
  const plan = { connections: 1, warmupRequests: 0, requests: 20, timeoutMs: 5000 }
  return loadClosed({ url, body, ...plan, signal: never, ...options })
}

function outcomes(samples: readonly Sample[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { outcome } of samples) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

/** Answers every request on a connection in turn with the next of these, and with `ok` when they are used up. */
function answerInTurn(replies: readonly string[]): (socket: Socket) => void {
  const left = [...replies]
  return (socket) => {
    const reply = left.shift() ?? 'ok'
    if (reply === 'ok') return void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
    if (reply === 'reset') return void socket.resetAndDestroy()
    if (reply !== 'silence') socket.end(reply)
  }
}

describe('the closed loop', () => {
  it('takes one sample per request after the warm-up, in order of sending and each due when it was sent', async () => {
    let received = 0
    const url = await serveHttp((_request, response) => {
      response.setHeader('server-timing', `inference;dur=${++received}`).end('{}')
    })
    const samples = await load(url, { warmupRequests: 5 })
    expect(received).toBe(25)
    expect(outcomes(samples)).toEqual({ ok: 20 })
    expect(samples.map((sample) => sample.inferenceMs)).toEqual(Array.from({ length: 20 }, (_, i) => i + 6))
    expect(samples[0]?.sentMs).toBe(0)
    for (const { dueMs, sentMs, doneMs } of samples) {
      expect(dueMs).toBe(sentMs)
      expect(doneMs).toBeGreaterThan(sentMs)
    }
  })

  it('times a server that always takes 100 ms at 100 ms or more', async () => {
    const url = await serveHttp((_request, response) => void setTimeout(() => response.end('{}'), 101))
    const samples = await load(url, { requests: 5 })
    for (const { sentMs, doneMs } of samples) expect(doneMs - sentMs).toBeGreaterThanOrEqual(100)
  })

  it('tells times apart that a histogram of whole milliseconds could not', async () => {
    const samples = await load(await serveHttp((_request, response) => response.end('{}')))
    expect(samples.some(({ doneMs }) => !Number.isInteger(doneMs))).toBe(true)
  })

  it('keeps as many requests in flight as it has connections', async () => {
    const held: (() => void)[] = []
    let most = 0
    const url = await serveHttp((_request, response) => {
      held.push(() => response.end('{}'))
      most = Math.max(most, held.length)
      if (held.length === 4) for (const end of held.splice(0)) end()
    })
    expect(outcomes(await load(url, { connections: 4 }))).toEqual({ ok: 20 })
    expect(most).toBe(4)
  })

  it('needs no more connections than it has requests', async () => {
    const url = await serveHttp((_request, response) => response.end('{}'))
    expect(outcomes(await load(url, { connections: 50, requests: 3 }))).toEqual({ ok: 3 })
    expect(await load(url, { requests: 0 })).toEqual([])
  })

  it('sends the body and headers it was given', async () => {
    let text = ''
    const url = await serveHttp((request, response) => {
      text = `${request.method} ${request.headers['x-tag']} ${request.headers['content-type']} `
      request.on('data', (chunk) => (text += chunk)).on('end', () => response.end('{}'))
    })
    await load(url, { requests: 1, headers: { 'x-tag': 'a' } })
    expect(text).toBe(`POST a application/json ${body}`)
  })

  it('stops when it is aborted, with the reason it was given', async () => {
    const abort = new AbortController()
    const url = await serveHttp(() => abort.abort(new Error('enough')))
    await expect(load(url, { signal: abort.signal })).rejects.toThrow('enough')
  })

  it('refuses https, which autocannon would not verify', async () => {
    await expect(load('https://127.0.0.1:1/')).rejects.toThrow('http: URLs only')
  })
})

describe('a request of the closed loop that fails', () => {
  it('is classed as connect when nothing listens, and the loop comes to an end', async () => {
    expect(outcomes(await load(await refusingUrl(), { connections: 2 }))).toEqual({ connect: 20 })
  })

  it('is classed as timeout when no reply comes, below a second too', async () => {
    const samples = await load(await serveHttp(() => {}), { requests: 3, timeoutMs: 50 })
    expect(outcomes(samples)).toEqual({ timeout: 3 })
  })

  it('is classed by its status', async () => {
    const samples = await load(await serveHttp((_request, response) => response.writeHead(503).end('{}')))
    expect(outcomes(samples)).toEqual({ status: 20 })
    expect(samples[0]?.detail).toBe('503')
  })

  it('is classed as reset when the connection breaks', async () => {
    expect(outcomes(await load(await serveTcp((socket) => void socket.resetAndDestroy())))).toEqual({
      reset: 20,
    })
    expect(outcomes(await load(await serveTcp((socket) => void socket.end())))).toEqual({ reset: 20 })
  })

  it('is classed as malformed when the reply is not HTTP', async () => {
    const samples = await load(await serveTcp((socket) => void socket.write('garbage garbage\r\n\r\n')))
    expect(outcomes(samples)).toEqual({ malformed: 20 })
  })

  it.each([
    ['a reset', 'reset', 'reset'],
    ['half a body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', 'reset'],
    ['garbage', 'garbage\r\n\r\n', 'malformed'],
    ['silence', 'silence', 'timeout'],
  ])('spoils no other request: %s', async (_title, reply, outcome) => {
    const samples = await load(await serveTcp(answerInTurn(['ok', 'ok', reply, 'ok'])), { timeoutMs: 1000 })
    expect(samples.map((sample) => sample.outcome)).toEqual(
      Array.from({ length: 20 }, (_, index) => (index === 2 ? outcome : 'ok')),
    )
  })

  it('does not make the next reply late: its time starts with its own request', async () => {
    const samples = await load(await serveTcp(answerInTurn(['silence'])), { requests: 2, timeoutMs: 300 })
    const [late, next] = samples
    expect(late?.outcome).toBe('timeout')
    expect(next?.outcome).toBe('ok')
    expect(next?.sentMs).toBeGreaterThanOrEqual(299)
  })
})
