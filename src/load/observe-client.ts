import type { Socket } from 'node:net'
import type { Client } from 'autocannon'
import type { Sample } from '../core/measurement.ts'
import { classifyError } from './classify-error.ts'
import { inferenceTime } from './inference-time.ts'

export interface Observer {
  readonly timeoutMs: number
  readonly nowMs: () => number
  readonly record: (sample: Sample) => void
}

/** What autocannon 9.0.0's client has and its types do not tell. */
interface ClientInside {
  timeout: number
  readonly conn: Socket
  readonly parser: {
    execute(chunk: Buffer): number | Error
    reinitialize(type: 'RESPONSE'): void
  }
  readonly pipelinedRequests: { clear(): void; addBody(chunk: Buffer): void }
  on(event: 'request' | 'done', listener: () => void): void
  on(event: 'headers', listener: (reply: { readonly headers: readonly string[] }) => void): void
  on(event: 'response', listener: (status: number) => void): void
  on(event: 'connError', listener: (error: Error) => void): void
}

interface OpenRequest {
  readonly sentMs: number
  readonly timer: NodeJS.Timeout
  inferenceMs?: number
}

/** The longest that a timer can be set for, ms. */
const neverMs = 2 ** 31 - 1

/**
 * Makes one sample of each request of an autocannon client, which has one in flight at a time.
 *
 * Called before the client connects. Every request gets exactly one sample: by its reply, by an error, by a timeout,
 * or, when its connection ended without a word, at the client's next request or its end.
 */
export function observeClient(untyped: Client, { timeoutMs, nowMs, record }: Observer): void {
  const client = untyped as unknown as ClientInside
  let open: OpenRequest | undefined
  let connection: Socket | undefined

  const close = (ending: Pick<Sample, 'outcome' | 'detail' | 'inferenceMs'>) => {
    if (!open) return
    const { sentMs, timer } = open
    clearTimeout(timer)
    open = undefined
    record({ dueMs: sentMs, sentMs, doneMs: nowMs(), ...ending })
  }
  const closeSilent = () => close({ outcome: 'reset', detail: 'connection ended' })
  const timeOut = () => {
    close({ outcome: 'timeout', detail: `no reply in ${timeoutMs} ms` })
    client.conn.destroy(new Error('timed out'))
  }

  // Its own takes a second or more, and reports a timeout after the request that follows it.
  client.timeout = neverMs
  client.pipelinedRequests.addBody = () => {}
  reportMalformed(client)
  client.on('request', () => {
    closeSilent()
    if (client.conn !== connection) forgetConnection(client, connection)
    connection = client.conn
    open = { sentMs: nowMs(), timer: setTimeout(timeOut, timeoutMs) }
  })
  client.on('headers', ({ headers }) => {
    const inferenceMs = inferenceTime(findHeaders(headers, 'server-timing'))
    if (open && inferenceMs !== undefined) open.inferenceMs = inferenceMs
  })
  client.on('response', (status) => {
    const inferenceMs = open?.inferenceMs
    if (status < 200 || status > 299) close({ outcome: 'status', detail: String(status) })
    else close({ outcome: 'ok', ...(inferenceMs !== undefined && { inferenceMs }) })
  })
  client.on('connError', (error) => close(classifyError(error)))
  client.on('done', closeSilent)
}

/** The parser returns its errors and the client drops them, so garbage would pass for silence. */
function reportMalformed(client: ClientInside): void {
  const execute = client.parser.execute.bind(client.parser)
  client.parser.execute = (chunk) => {
    const result = execute(chunk)
    if (result instanceof Error) client.conn.destroy(Object.assign(result, { code: codeOf(result) }))
    return result
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'HPE_INVALID'
}

/**
 * A new connection starts afresh. The client keeps the parser in the middle of a reply that broke off and the old
 * request in its queue, and still listens to the old connection, whose late error would send a request too many.
 */
function forgetConnection(client: ClientInside, old: Socket | undefined): void {
  client.parser.reinitialize('RESPONSE')
  client.pipelinedRequests.clear()
  old?.removeAllListeners('data').removeAllListeners('error').removeAllListeners('end')
  old?.on('error', () => {}).destroy()
}

function findHeaders(flat: readonly string[], name: string): string[] {
  return flat.filter((_, index) => index % 2 === 1 && flat[index - 1]?.toLowerCase() === name)
}
