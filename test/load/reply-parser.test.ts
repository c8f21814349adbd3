import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxHeadBytes, maxReplyBytes, ReplyParser } from '../../src/load/reply-parser.ts'

interface Reading {
  readonly done: boolean
  readonly fault: string | undefined
  readonly status: number
  readonly keepAlive: boolean
  readonly inferenceMs: number | undefined
  /** Bytes of the input that belong to the reply; none where it is at fault. */
  readonly used: number
}

/** Reads the parts one after the other until the reply ends, and closes the connection after them if told to. */
function readParts(parts: readonly Buffer[], bodiless = false, close = false): Reading {
  const parser = new ReplyParser()
  parser.expect(bodiless)
  let used = 0
  for (const part of parts) {
    // In the middle of a larger buffer, as the reads of a connection are.
    const padded = Buffer.concat([Buffer.from('\r\nX'), part, Buffer.from('\nY')])
    used += parser.read(padded, 3, 3 + part.length) - 3
    if (parser.done || parser.fault !== undefined) break
  }
  if (close) parser.close()
  const { done, fault, status, keepAlive, inferenceMs } = parser
  return { done, fault, status, keepAlive, inferenceMs, used: fault === undefined ? used : 0 }
}

const readText = (text: string, bodiless = false, close = false) =>
  readParts([Buffer.from(text, 'latin1')], bodiless, close)

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length))
}

const bodies = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))

function chunked(body: Buffer, size: number): Buffer {
  const chunks: Buffer[] = []
  for (let start = 0; start < body.length; start += size) {
    const chunk = body.subarray(start, start + size)
    chunks.push(Buffer.from(`${chunk.length.toString(16)};x=y\r\n`), chunk, Buffer.from('\r\n'))
  }
  return Buffer.concat([...chunks, Buffer.from('0\r\nx-sum: 1\r\n\r\n')])
}

const replies = fc
  .record({
    status: fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
    body: bodies,
    framing: fc.constantFrom('length', 'chunked'),
    size: fc.integer({ min: 1, max: 100 }),
    interim: fc.boolean(),
    headers: fc.array(
      fc.constantFrom('x-a: b', 'Server-Timing: inference;dur=1.5', 'CONNECTION: keep-alive', 'x:'),
    ),
  })
  .map(({ status, body, framing, size, interim, headers }) => {
    const frame = framing === 'length' ? `Content-Length: ${body.length}` : 'transfer-encoding:  Chunked '
    const head = [`HTTP/1.1 ${status} Whatever`, ...headers, frame].join('\r\n')
    return {
      status,
      bytes: Buffer.concat([
        Buffer.from(interim ? 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n' : ''),
        Buffer.from(`${head}\r\n\r\n`),
        framing === 'length' ? body : chunked(body, size),
      ]),
    }
  })

const mutations = fc.array(fc.record({ place: fc.nat(), byte: fc.nat(255) }), { maxLength: 4 })

describe('the reply parser', () => {
  it('reads a reply to its last byte and no further, however its bytes are cut', () => {
    const property = fc.property(
      replies,
      fc.array(fc.nat(), { maxLength: 20 }),
      ({ status, bytes }, places) => {
        const more = Buffer.concat([bytes, Buffer.from('HTTP/1.1 200 OK\r\n')])
        expect(readParts(cut(more, places))).toMatchObject({
          done: true,
          fault: undefined,
          status,
          used: bytes.length,
        })
      },
    )
    fc.assert(property, { numRuns: 500 })
  })

  it('makes the same of hostile bytes, however they are cut', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(replies, mutations).map(([{ bytes }, changes]) => {
        const changed = Buffer.from(bytes)
        for (const { place, byte } of changes) changed[place % changed.length] = byte
        return changed
      }),
      fc
        .array(
          fc.constantFrom(
            'HTTP/1.1 ',
            '200',
            ' OK',
            '\r\n',
            '\n',
            '\r',
            ':',
            'content-length',
            '5',
            'f',
            ' ',
            '\0',
          ),
        )
        .map((pieces) => Buffer.from(pieces.join(''))),
    )
    const places = fc.array(fc.nat(), { maxLength: 30 })
    const property = fc.property(
      hostile,
      places,
      fc.boolean(),
      fc.boolean(),
      (bytes, at, bodiless, close) => {
        expect(readParts(cut(bytes, at), bodiless, close)).toEqual(readParts([bytes], bodiless, close))
      },
    )
    fc.assert(property, { numRuns: 3000 })
  })

  it('ends a reply of no stated length with the connection, and no other', () => {
    expect(readText('HTTP/1.1 200 OK\r\n\r\nsome', false, true)).toMatchObject({
      done: true,
      keepAlive: false,
    })
    expect(readText('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome', false, true)).toMatchObject({
      done: false,
    })
    expect(readText('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nsome', false, true).done).toBe(true)
    expect(readText('HTTP/1.1 200 OK\r\n', false, true).done).toBe(false)
  })

  it('expects no body of 204, 304 or a reply to HEAD, whatever they say', () => {
    const length = 'content-length: 10\r\n\r\n'
    expect(readText(`HTTP/1.1 204 No Content\r\n${length}`).done).toBe(true)
    expect(readText(`HTTP/1.1 304 Not Modified\r\n${length}`).done).toBe(true)
    expect(readText(`HTTP/1.1 200 OK\r\n${length}`, true).done).toBe(true)
    expect(readText(`HTTP/1.1 200 OK\r\n${length}`).done).toBe(false)
  })

  it('tells whether the connection lives on', () => {
    const keepAlive = (head: string) => readText(`${head}\r\ncontent-length: 0\r\n\r\n`).keepAlive
    expect(keepAlive('HTTP/1.1 200 OK')).toBe(true)
    expect(keepAlive('HTTP/1.1 200 OK\r\nConnection: Close')).toBe(false)
    expect(keepAlive('HTTP/1.0 200 OK')).toBe(false)
    expect(keepAlive('HTTP/1.0 200 OK\r\nconnection: Keep-Alive')).toBe(true)
  })

  it('starts afresh with each reply', () => {
    const parser = new ReplyParser()
    for (const [status, timing] of [
      [503, 'server-timing: inference;dur=2\r\n'],
      [200, ''],
    ] as const) {
      parser.expect(false)
      const bytes = Buffer.from(`HTTP/1.1 ${status} X\r\n${timing}content-length: 2\r\n\r\nhi`)
      parser.read(bytes, 0, bytes.length)
      expect(parser).toMatchObject({ done: true, status, inferenceMs: timing ? 2 : undefined })
    }
  })

  it.each([
    ['no HTTP', 'garbage'],
    ['another HTTP', 'HTTP/2.0 200 OK\r\n'],
    ['no status', 'HTTP/1.1 OK\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n'],
    ['a line without carriage return', 'HTTP/1.1 200 OK\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\nx: a\r\n b\r\n'],
    ['a header without name', 'HTTP/1.1 200 OK\r\n: a\r\n'],
    ['a header without colon', 'HTTP/1.1 200 OK\r\nx\r\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 5\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['a chunk without size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    ['a chunk longer than it says', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['too large a body', `HTTP/1.1 200 OK\r\ncontent-length: ${maxReplyBytes + 1}\r\n\r\n`],
    ['too large a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffff\r\n'],
    ['endless headers', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(maxHeadBytes / 6)}`],
    ['an endless line', `HTTP/1.1 200 ${'x'.repeat(maxHeadBytes)}`],
    ['interim replies without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(maxHeadBytes / 25 + 1)],
  ])('finds fault with %s', (_title, text) => {
    expect(readText(text)).toMatchObject({ done: false, fault: expect.any(String) })
  })
})
