import type { Dispatcher } from 'undici'
import type { Outcome } from '../core/measurement.ts'
import { classifyError } from './classify-error.ts'
import { inferenceTime } from './inference-time.ts'

/** A reply with a larger body is malformed. */
export const maxReplyBytes = 64 * 2 ** 20

export interface Request {
  readonly path: string
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly body: Buffer
  readonly timeoutMs: number
}

/** How a request ended: the fields of its sample that are not times of ours. */
export interface Reply {
  readonly outcome: Outcome
  readonly detail?: string
  readonly inferenceMs?: number
}

/** Sends one request and calls `end` once: when the reply was read to its last byte, or failed, or timed out. */
export function sendRequest(dispatcher: Dispatcher, request: Request, end: (reply: Reply) => void): void {
  const exchange = new Exchange(request.timeoutMs, end)
  const headers = { 'content-type': 'application/json', ...request.headers }
  try {
    dispatcher.dispatch({ path: request.path, method: 'POST', headers, body: request.body }, exchange)
  } catch (error) {
    exchange.onResponseError(null, error)
  }
}

/**
 * One request and its reply, as undici's handler. It reads the time at events of the connection itself, without the
 * streams and promises of the higher interfaces.
 */
class Exchange implements Dispatcher.DispatchHandler {
  #end: ((reply: Reply) => void) | undefined
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #inferenceMs: number | undefined
  readonly #timer: NodeJS.Timeout

  constructor(timeoutMs: number, end: (reply: Reply) => void) {
    this.#end = end
    const reply: Reply = { outcome: 'timeout', detail: `no reply in ${timeoutMs} ms` }
    this.#timer = setTimeout(() => this.#abort(reply), timeoutMs)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#end === undefined) controller.abort(new Error('given up before it was connected'))
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status
    this.#inferenceMs = inferenceTime(headers['server-timing'])
    // undici counts the bytes as they come, which is late for a body that announces its size.
    if (Number(headers['content-length']) > maxReplyBytes) {
      this.#abort({ outcome: 'malformed', detail: `reply over ${maxReplyBytes} bytes` })
    }
  }

  onResponseData(): void {}

  onResponseEnd(): void {
    if (this.#status < 200 || this.#status > 299) {
      this.#finish({ outcome: 'status', detail: String(this.#status) })
    } else {
      this.#finish({
        outcome: 'ok',
        ...(this.#inferenceMs !== undefined && { inferenceMs: this.#inferenceMs }),
      })
    }
  }

  onResponseError(_controller: unknown, error: unknown): void {
    this.#finish(classifyError(error))
  }

  #abort(reply: Reply): void {
    this.#finish(reply)
    this.#controller?.abort(new Error('given up'))
  }

  #finish(reply: Reply): void {
    const end = this.#end
    this.#end = undefined
    clearTimeout(this.#timer)
    end?.(reply)
  }
}
