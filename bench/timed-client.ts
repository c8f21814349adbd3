import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

/** One request and what its reply's `Server-Timing` tells, ms. */
export interface Timed {
  readonly inferenceMs: number
  /** Waiting for a worker, and holding it. */
  readonly queueMs: number
  readonly heldMs: number
  /** From sending to the reply's last byte, without those two: client, loopback and the server's front. */
  readonly besideMs: number
}

export interface PredictionRequest {
  readonly url: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/**
 * One connection for one request at a time, with as little work for each as can be: what a client takes of the cores,
 * the workers lack, and the times that they take are what is measured. It reads replies of a known length only.
 */
export class TimedClient {
  readonly #socket: Socket
  readonly #bytes: Buffer
  readonly #ready: Promise<void>
  #pending: PromiseWithResolvers<Timed> | undefined
  #failed: Error | undefined
  #sentMs = 0
  #head = ''
  #leftBytes = 0

  constructor({ url, body, headers }: PredictionRequest) {
    const { hostname, port, host, pathname } = new URL(url)
    const lines = Object.entries({ host, ...headers, 'content-length': body.length })
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    this.#bytes = Buffer.concat([Buffer.from(`POST ${pathname} HTTP/1.1\r\n${head}\r\n`), body])
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true })
    this.#ready = new Promise((resolve) => this.#socket.once('connect', () => resolve()))
    this.#socket.on('data', (chunk) => this.#read(chunk))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  async send(): Promise<Timed> {
    if (this.#failed) throw this.#failed
    this.#pending = Promise.withResolvers<Timed>()
    await Promise.race([this.#ready, this.#pending.promise])
    this.#sentMs = performance.now()
    this.#socket.write(this.#bytes)
    return this.#pending.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #fail(error: Error): void {
    this.#failed ??= error
    this.#pending?.reject(error)
  }

  #read(chunk: Buffer): void {
    if (this.#leftBytes === 0) {
      const end = chunk.indexOf('\r\n\r\n')
      this.#head = chunk.toString('latin1', 0, Math.max(0, end))
      this.#leftBytes = end + 4 + Number(/^content-length: (\d+)/im.exec(this.#head)?.[1])
    }
    this.#leftBytes -= chunk.length
    if (this.#leftBytes === 0) this.#settle(performance.now() - this.#sentMs)
    else if (!(this.#leftBytes > 0)) this.#pending?.reject(new Error(`not a reply: ${this.#head}`))
  }

  #settle(tookMs: number): void {
    const timing = /server-timing: (.*)/i.exec(this.#head)?.[1] ?? ''
    const read = (name: string) => Number(new RegExp(`${name};dur=([\\d.]+)`).exec(timing)?.[1])
    const [inferenceMs, queueMs, heldMs] = [read('inference'), read('queue'), read('compute')]
    const besideMs = tookMs - queueMs - heldMs
    if (Number.isNaN(besideMs + inferenceMs)) this.#pending?.reject(new Error(`not timed: ${this.#head}`))
    else this.#pending?.resolve({ inferenceMs, queueMs, heldMs, besideMs })
  }
}
