import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ErrorClass } from '../core/measurement.ts'
import { classifyError } from './classify-error.ts'
import { ReplyParser } from './reply-parser.ts'

export interface Endpoint {
  readonly url: URL
  /** PEM of the authority that vouches for the server, where it is not one that the system knows. */
  readonly ca?: string
}

/** One request under way, ms from the start of the load. */
export interface Exchange {
  index: number
  dueMs: number
  /** When the sender turned to it: what it is late by is send lag. */
  begunMs: number
  /** When its bytes were handed to the kernel: later than begun by the time that connecting took. */
  sentMs: number
}

/** Hears how a connection fares. A connection that is closed has told so last. */
export interface ConnectionListener {
  readonly nowMs: () => number
  replied(connection: Connection): void
  failed(connection: Connection, outcome: ErrorClass, detail: string): void
  /** The other side closed it, or broke it, with no request under way. */
  closedIdle(connection: Connection): void
}

/** All connections of a thread read into it: bytes are taken out before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 2 ** 10)

/** One keep-alive connection with at most one request under way. Opens when it is made. */
export class Connection implements Exchange {
  index = 0
  dueMs = 0
  begunMs = 0
  sentMs = 0
  /** Sent before, on a connection that the server had closed meanwhile. */
  retried = false
  /** Has carried a request before this one. */
  reused = false
  /** A byte of the reply has come. */
  answered = false
  state: 'opening' | 'busy' | 'idle' | 'closed' = 'opening'
  /** Place in the list of its sender. */
  slot = 0
  readonly parser = new ReplyParser()
  bytes: Buffer
  readonly #listener: ConnectionListener
  readonly #socket: Socket
  readonly #bodiless: boolean

  constructor(endpoint: Endpoint, bodiless: boolean, bytes: Buffer, listener: ConnectionListener) {
    this.bytes = bytes
    this.#bodiless = bodiless
    this.#listener = listener
    this.parser.expect(bodiless)
    this.#socket = open(endpoint, (chunk, end) => this.#read(chunk, end))
    this.#socket
      .once(endpoint.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => this.#opened())
      .on('error', (error) => this.#broke(error))
      .on('end', () => this.#ended())
      .on('close', () => this.#ended())
  }

  /** Sends the next request on an idle connection. */
  send(bytes: Buffer): void {
    this.bytes = bytes
    this.reused = true
    this.retried = false
    this.answered = false
    this.state = 'busy'
    this.parser.expect(this.#bodiless)
    this.#socket.write(bytes)
  }

  close(): void {
    this.state = 'closed'
    this.#socket.destroy()
  }

  #opened(): void {
    if (this.state !== 'opening') return
    this.state = 'busy'
    this.sentMs = this.#listener.nowMs()
    this.#socket.write(this.bytes)
  }

  #read(chunk: Buffer, end: number): void {
    if (this.state === 'closed') return
    if (this.state !== 'busy') return void this.#leave()
    this.answered = true
    const { parser } = this
    const stopped = parser.read(chunk, 0, end)
    if (parser.fault !== undefined) this.#fail('malformed', parser.fault)
    else if (parser.done && stopped < end) this.#fail('malformed', 'more bytes than the reply announced')
    else if (parser.done) this.#finish()
  }

  #finish(): void {
    // A reply that came before the whole request was taken leaves the connection in no state to be used again.
    const lives = this.parser.keepAlive && this.#socket.writableLength === 0
    if (lives) this.state = 'idle'
    else this.close()
    this.#listener.replied(this)
  }

  #ended(): void {
    if (this.state === 'closed') return
    if (this.state === 'idle') return void this.#leave()
    if (this.parser.close() && this.answered) return void this.#finish()
    this.#fail('reset', this.answered ? 'connection ended within the reply' : 'connection ended')
  }

  #broke(error: Error): void {
    if (this.state === 'closed') return
    if (this.state === 'idle') return void this.#leave()
    const { outcome, detail } = classifyError(error)
    this.#fail(this.state === 'opening' && outcome === 'timeout' ? 'connect' : outcome, detail)
  }

  #leave(): void {
    this.close()
    this.#listener.closedIdle(this)
  }

  #fail(outcome: ErrorClass, detail: string): void {
    this.close()
    this.#listener.failed(this, outcome, detail)
  }
}

/** @param read gets a buffer that is overwritten by the next read, and how much of it counts */
function open({ url, ca }: Endpoint, read: (chunk: Buffer, end: number) => void): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'https:') {
    return connectTls({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca !== undefined && { ca }),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: true,
    })
      .setNoDelay(true)
      .on('data', (chunk: Buffer) => read(chunk, chunk.length))
  }
  const callback = (end: number) => {
    read(readBuffer, end)
    return true
  }
  const onread = { buffer: readBuffer, callback }
  return connectTcp({ host, port: Number(url.port || 80), noDelay: true, onread })
}
