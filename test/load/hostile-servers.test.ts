import { createServer as createTlsServer } from 'node:https'
import { createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { ErrorClass, Measurement } from '../../src/core/measurement.ts'
import { loadOpen, type OpenLoad } from '../../src/load/open-loop.ts'
import { expired, selfSigned } from './self-signed.ts'
import { listen, refusingUrl, serveHttp, serveTcp } from './tcp-server.ts'

const requests = 40

function load(url: string, some: Partial<OpenLoad> = {}): Promise<Measurement> {
  return loadOpen({
    url,
    payloads: [{ body: Buffer.from('{"instances":[1]}') }],
    arrival: { kind: 'poisson', rps: 400 },
    count: requests,
    connections: requests,
    timeoutMs: 300,
    seed: 1,
    signal: new AbortController().signal,
    ...some,
  })
}

const answer = (reply: string) => serveTcp((socket) => void socket.write(reply))
const answerAndEnd = (reply: string) => serveTcp((socket) => void socket.end(reply))

/** More than the limit in pieces, as fast as the client takes them. */
function pour(socket: Socket, bytes: number): void {
  const piece = Buffer.alloc(2 ** 18, 'x')
  let left = bytes
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      left -= piece.length
      if (!socket.write(piece)) return void socket.once('drain', more)
    }
  }
  more()
}

const hundredMb = 100 * 2 ** 20
const tls = async (options: { key: string; cert: string }) => {
  const url = await listen(createTlsServer(options, (_request, response) => response.end('{}')))
  return url.replace('http:', 'https:')
}

/** What it does, where it is, how each request ends, and what else is special about the load. */
const servers: [string, () => Promise<string>, ErrorClass, Partial<OpenLoad>?][] = [
  ['refuses connections', refusingUrl, 'connect'],
  ['accepts and never answers', () => serveTcp(() => {}), 'timeout'],
  [
    'ends the connection on accepting it',
    () => listen(createServer((socket) => void socket.destroy())),
    'reset',
  ],
  [
    'resets mid-reply',
    () =>
      serveTcp((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf', () => socket.resetAndDestroy())
      }),
    'reset',
  ],
  ['sends half a body', () => answerAndEnd('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf'), 'reset'],
  [
    'sends half a body and waits',
    () => answer('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf'),
    'timeout',
  ],
  [
    'sends more than the length it says',
    () => answer('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxyz'),
    'malformed',
  ],
  [
    'says a length that is no number',
    () => answer('HTTP/1.1 200 OK\r\ncontent-length: no\r\n\r\n'),
    'malformed',
  ],
  ['sends garbage', () => answer('\x00\xff garbage \r\n\r\n'), 'malformed'],
  ['sends headers without end', () => answer(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`), 'malformed'],
  [
    'says that 100 MB will come',
    () => answer(`HTTP/1.1 200 OK\r\ncontent-length: ${hundredMb}\r\n\r\n`),
    'malformed',
  ],
  [
    'sends 100 MB',
    () =>
      serveTcp((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n')
        pour(socket, hundredMb)
      }),
    'malformed',
    { count: 2, timeoutMs: 30_000 },
  ],
  ['answers 503', () => serveHttp((_request, response) => response.writeHead(503).end('busy')), 'status'],
  [
    'redirects',
    () => serveHttp((_request, response) => response.writeHead(302, { location: '/' }).end()),
    'status',
  ],
  ['has a certificate that ran out', () => tls(expired), 'tls', { ca: expired.cert }],
  ['has a certificate that nobody vouches for', () => tls(selfSigned), 'tls'],
]

describe('a load on a server that', () => {
  it.each(servers)(
    '%s ends, with every request counted and classed',
    async (_title, serve, outcome, some) => {
      const { counts, errors, valid, windows } = await load(await serve(), some)
      const due = some?.count ?? requests
      expect(counts).toMatchObject({ due, ok: 0, dropped: 0 })
      expect(counts.due).toBe(counts.ok + counts.error + counts.timeout + counts.dropped)
      expect(errors).toEqual({ [outcome]: { count: due, example: expect.stringMatching(/\w/) } })
      expect(windows?.reduce((sum, window) => sum + window.due, 0)).toBe(due)
      expect(valid).toBe(false)
    },
  )

  it('closes after every reply is answered ok over a new connection each time', async () => {
    const ok = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}'
    const { counts, sockets } = await load(await answerAndEnd(ok), { timeoutMs: 5000 })
    expect(counts.ok).toBe(requests)
    expect(sockets).toEqual({ opened: requests, died: 0, retried: 0 })
  })

  it('closes idle connections without a word loses no request: it is sent once more, and that is counted', async () => {
    const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'
    const seen = new WeakSet<Socket>()
    // Takes the second request of every connection and hangs up, as a server does that has just timed out.
    const url = await serveTcp((socket) => {
      if (seen.has(socket)) return void socket.destroy()
      seen.add(socket)
      socket.write(ok)
    })
    const { counts, sockets } = await load(url, { arrival: { kind: 'constant', rps: 100 }, timeoutMs: 5000 })
    expect(counts.ok).toBe(requests)
    expect(sockets?.retried).toBeGreaterThan(0)
    expect(sockets?.died).toBe(sockets?.retried)
  })

  it('hangs up on every request is not asked twice on a fresh connection', async () => {
    let received = 0
    const url = await serveTcp((socket) => {
      received++
      socket.destroy()
    })
    const { errors, sockets } = await load(url)
    expect(errors.reset?.count).toBe(requests)
    expect(received).toBe(requests)
    expect(sockets?.retried).toBe(0)
  })

  it('is reached by nobody in time counts as a connection that failed', async () => {
    // Listens, but its thread answers no handshake: TLS never gets under way.
    const url = (await serveTcp(() => {})).replace('http:', 'https:')
    const { errors } = await load(url, { connectTimeoutMs: 100, timeoutMs: 5000 })
    expect(errors).toEqual({ connect: { count: requests, example: 'no connection in 100 ms' } })
  })
})
