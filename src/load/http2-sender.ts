import { type Dispatcher, Pool } from 'undici'
import type { ErrorClass } from '../core/measurement.ts'
import { classifyError } from './classify-error.ts'
import type { Exchange } from './connection.ts'
import { inferenceTime } from './inference-time.ts'
import { maxReplyBytes } from './reply-parser.ts'
import { requestHeaders } from './request-bytes.ts'
import type { Sender, SenderListener, SenderOptions, SocketCounts } from './sender.ts'

/** Requests that share a connection, as most servers allow (RFC 9113 advises 100 or more). */
const streamsPerConnection = 100

/**
 * HTTP/2 over TLS through undici, or HTTP/1.1 where the server does not agree to it. A request that finds every
 * connection full opens one.
 */
export class Http2Sender implements Sender {
  readonly sockets: SocketCounts = { opened: 0, died: 0, retried: 0 }
  readonly #options: SenderOptions
  readonly #listener: SenderListener
  readonly #pool: Pool
  readonly #open = new Set<Http2Exchange>()

  constructor(options: SenderOptions, listener: SenderListener) {
    this.#options = options
    this.#listener = listener
    const { url, ca, connectTimeoutMs } = options
    this.#pool = new Pool(url.origin, {
      allowH2: true,
      pipelining: streamsPerConnection,
      maxConcurrentStreams: streamsPerConnection,
      connect: { timeout: connectTimeoutMs, rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    this.#pool.on('connect', () => this.sockets.opened++)
    this.#pool.on('disconnect', () => this.sockets.died++)
  }

  get inFlight(): number {
    return this.#open.size
  }

  send(index: number, dueMs: number, begunMs: number, payload: number): void {
    const { url, method, payloads } = this.#options
    const body = payloads[payload]?.body
    const headers = requestHeaders(url, this.#options.headers(), body !== undefined)
    headers.delete('host')
    const exchange = new Http2Exchange(index, dueMs, begunMs, this.#listener, () =>
      this.#open.delete(exchange),
    )
    this.#open.add(exchange)
    const request = { path: url.pathname + url.search, method, headers: Object.fromEntries(headers) }
    this.#pool.dispatch({ ...request, ...(body && { body }) }, exchange)
  }

  sweep(nowMs: number): void {
    const { timeoutMs } = this.#options
    for (const exchange of this.#open) {
      if (nowMs - exchange.begunMs > timeoutMs) exchange.giveUp('timeout', `no reply in ${timeoutMs} ms`)
    }
  }

  close(): void {
    this.#open.clear()
    void this.#pool.destroy()
  }
}

/** One request and its reply, as undici's handler, without the streams and promises of its higher interfaces. */
class Http2Exchange implements Exchange, Dispatcher.DispatchHandler {
  sentMs: number
  readonly index: number
  readonly dueMs: number
  readonly begunMs: number
  readonly #listener: SenderListener
  readonly #onEnd: () => void
  #controller: Dispatcher.DispatchController | undefined
  #ended = false
  #status = 0
  #bytes = 0
  #inferenceMs: number | undefined

  constructor(index: number, dueMs: number, begunMs: number, listener: SenderListener, onEnd: () => void) {
    this.index = index
    this.dueMs = dueMs
    this.begunMs = begunMs
    this.sentMs = begunMs
    this.#listener = listener
    this.#onEnd = onEnd
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.sentMs = this.#listener.nowMs()
    if (this.#ended) controller.abort(new Error('given up before it was connected'))
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status
    this.#inferenceMs = inferenceTime(headers['server-timing'])
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > maxReplyBytes) this.giveUp('malformed', `reply over ${maxReplyBytes} bytes`)
  }

  onResponseEnd(): void {
    if (this.#end()) this.#listener.replied(this, this.#status, this.#inferenceMs)
  }

  onResponseError(_controller: unknown, error: unknown): void {
    const { outcome, detail } = classifyError(error)
    if (this.#end()) this.#listener.failed(this, outcome, detail)
  }

  giveUp(outcome: ErrorClass, detail: string): void {
    if (this.#end()) this.#listener.failed(this, outcome, detail)
    this.#controller?.abort(new Error('given up'))
  }

  #end(): boolean {
    if (this.#ended) return false
    this.#ended = true
    this.#onEnd()
    return true
  }
}
