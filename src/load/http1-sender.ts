import type { ErrorClass } from '../core/measurement.ts'
import { Connection, type ConnectionListener } from './connection.ts'
import { createRequestBytes } from './request-bytes.ts'
import type { Sender, SenderListener, SenderOptions, SocketCounts } from './sender.ts'

/**
 * HTTP/1.1 with keep-alive and no pipelining: the connection used last is used first, and a request that finds none
 * idle opens one. Redirects are not followed.
 */
export class Http1Sender implements Sender, ConnectionListener {
  readonly sockets: SocketCounts = { opened: 0, died: 0, retried: 0 }
  readonly nowMs: () => number
  readonly #options: SenderOptions
  readonly #listener: SenderListener
  /** Every connection that is not closed. */
  readonly #open: Connection[] = []
  readonly #idle: Connection[] = []

  readonly #requestBytes: (payload: number) => Buffer

  constructor(options: SenderOptions, listener: SenderListener) {
    this.#options = options
    this.#requestBytes = createRequestBytes(options)
    this.#listener = listener
    this.nowMs = listener.nowMs
  }

  get inFlight(): number {
    return this.#open.length - this.#idle.length
  }

  send(index: number, dueMs: number, begunMs: number, payload: number): void {
    const bytes = this.#requestBytes(payload)
    const idle = this.#idle.pop()
    const connection = idle ?? this.#connect(bytes)
    connection.index = index
    connection.dueMs = dueMs
    connection.begunMs = begunMs
    connection.sentMs = begunMs
    idle?.send(bytes)
  }

  sweep(nowMs: number): void {
    const { timeoutMs, connectTimeoutMs } = this.#options
    for (let slot = this.#open.length - 1; slot >= 0; slot--) {
      const connection = this.#open[slot]
      if (!connection || connection.state === 'idle') continue
      const opening = connection.state === 'opening'
      const tookMs = nowMs - connection.begunMs
      if (tookMs <= (opening ? Math.min(connectTimeoutMs, timeoutMs) : timeoutMs)) continue
      connection.close()
      this.#forget(connection)
      if (opening && tookMs > connectTimeoutMs) {
        this.#listener.failed(connection, 'connect', `no connection in ${connectTimeoutMs} ms`)
      } else this.#listener.failed(connection, 'timeout', `no reply in ${timeoutMs} ms`)
    }
  }

  close(): void {
    for (const connection of this.#open) connection.close()
    this.#open.length = 0
    this.#idle.length = 0
  }

  replied(connection: Connection): void {
    const { parser, begunMs } = connection
    const { timeoutMs } = this.#options
    if (connection.state === 'idle') this.#idle.push(connection)
    else this.#forget(connection)
    // Came after its time, though before the next sweep.
    if (this.nowMs() - begunMs > timeoutMs) {
      this.#listener.failed(connection, 'timeout', `no reply in ${timeoutMs} ms`)
    } else this.#listener.replied(connection, parser.status, parser.inferenceMs)
  }

  failed(connection: Connection, outcome: ErrorClass, detail: string): void {
    this.#forget(connection)
    this.sockets.died++
    const { reused, answered, retried } = connection
    if (outcome === 'reset' && reused && !answered && !retried) this.#retry(connection)
    else this.#listener.failed(connection, outcome, detail)
  }

  closedIdle(connection: Connection): void {
    this.sockets.died++
    this.#idle.splice(this.#idle.indexOf(connection), 1)
    this.#forget(connection)
  }

  #retry({ bytes, index, dueMs, begunMs }: Connection): void {
    this.sockets.retried++
    const connection = this.#connect(bytes)
    connection.retried = true
    connection.index = index
    connection.dueMs = dueMs
    connection.begunMs = begunMs
    connection.sentMs = begunMs
  }

  #connect(bytes: Buffer): Connection {
    this.sockets.opened++
    const connection = new Connection(this.#options, this.#options.method === 'HEAD', bytes, this)
    connection.slot = this.#open.length
    this.#open.push(connection)
    return connection
  }

  /** The last of the list takes its place. */
  #forget(connection: Connection): void {
    const last = this.#open.pop()
    if (last === undefined || last === connection) return
    this.#open[connection.slot] = last
    last.slot = connection.slot
  }
}
