import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { errorBody, type PredictRequest } from '../answer-requests.ts'
import { BadRequest } from '../bad-request.ts'
import { answerPlain, type PlainKind } from './answer-plain.ts'
import type { ServedFacts } from './describe-server.ts'
import type { Dispatched, Dispatcher } from './dispatcher.ts'
import { ClientGone, readBody } from './read-body.ts'
import { Refusal } from './refusal.ts'
import { findRoute, type RouteOptions } from './routes.ts'
import type { ServerMetrics } from './server-metrics.ts'

/** Longer than any pause between a load's requests, so that no idle connection closes under a request, ms. */
const KEEP_ALIVE_MS = 65_000
/** How often connections are looked through for requests that take too long to come in, ms. */
const LOOK_EVERY_MS = 1000
/** What is left of a refused body up to this is read and thrown away, so that its connection can go on. */
const WORTH_DRAINING = 2 ** 20

export interface PredictionServerOptions extends RouteOptions {
  /** Of this software, for the metadata. */
  readonly version: string
  readonly maxBodyBytes: number
  /** Most prediction requests that may have begun and not be answered; more are refused with 429. */
  readonly maxInFlight: number
  /** For a request to come in, wait and be answered, ms. */
  readonly timeoutMs: number
}

/** What the server stands on, as it changes. */
export interface ServerState {
  readonly phase: () => 'loading' | 'ready' | 'draining'
  /** Of the model, once it is loaded. */
  readonly facts: () => ServedFacts | undefined
  readonly dispatcher: Dispatcher
  readonly metrics: ServerMetrics
  readonly inFlight: { count: number }
  /** Told of each prediction, and of whatever else failed, when it is over. */
  readonly log: (entry: RequestEntry) => void
}

/** One request, for a log. */
export interface RequestEntry {
  readonly method: string
  /** Without the query, which may hold secrets. */
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly requestBytes: number
  readonly replyBytes: number
  readonly remote: string
  readonly userAgent: string
  readonly trace: string | undefined
  readonly queueMs?: number
  readonly computeMs?: number
  readonly inferenceMs?: number
  /** What went wrong, of a request that was not answered with 200. */
  readonly error?: string
}

interface Answer {
  readonly status: number
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly protocol?: string
  readonly dispatched?: Dispatched
  readonly requestBytes?: number
  readonly error?: string
  /** Why it was refused, of one that may be answered later. */
  readonly shed?: string
}

/** Serves one model over HTTP by every protocol that `docs/serving.md` lists. */
export function createPredictionServer(options: PredictionServerOptions, state: ServerState): Server {
  const limits = {
    requestTimeout: options.timeoutMs,
    connectionsCheckingInterval: LOOK_EVERY_MS,
    noDelay: true,
  }
  const server = createServer(limits, predictionHandler(options, state))
  server.keepAliveTimeout = KEEP_ALIVE_MS
  return server
}

/** What the server does with a request; resolves when the reply is on its way. */
export function predictionHandler(options: PredictionServerOptions, state: ServerState) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedMs = performance.now()
    const answer = await handle(request, response, options, state).catch(answerError)
    send(request, response, answer, startedMs, state)
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: PredictionServerOptions,
  state: ServerState,
): Promise<Answer> {
  const path = pathOf(request)
  const route = findRoute(request.method ?? '', path, options)
  if (route.kind !== 'predict') return plain(route.kind, options, state)
  const { protocol } = route
  return predictIfFree(request, response, protocol, options, state).catch((error) => {
    return { ...answerError(error), protocol }
  })
}

async function predictIfFree(
  request: IncomingMessage,
  response: ServerResponse,
  protocol: PredictRequest['protocol'],
  options: PredictionServerOptions,
  state: ServerState,
): Promise<Answer> {
  refuseUnlessReady(options, state)
  state.inFlight.count++
  try {
    return await predict(request, response, protocol, options, state)
  } finally {
    state.inFlight.count--
  }
}

function plain(kind: PlainKind, options: PredictionServerOptions, state: ServerState): Answer {
  const ready = state.phase() === 'ready'
  const { status, body, type } = answerPlain(kind, options, state.facts(), ready, state.metrics)
  return { status, body: Buffer.from(body), headers: { 'content-type': type } }
}

/** @throws Refusal while the model loads, while the server drains, and when too many requests are under way */
function refuseUnlessReady({ maxInFlight }: PredictionServerOptions, state: ServerState): void {
  const phase = state.phase()
  if (phase === 'loading') throw new Refusal(503, 'loading', 'the model is not loaded yet', 1)
  if (phase === 'draining') throw new Refusal(503, 'draining', 'the server is shutting down', 1)
  if (state.inFlight.count < maxInFlight) return
  const afterS = Math.min(60, Math.max(1, Math.ceil(state.dispatcher.expectedWaitMs() / 1000)))
  throw new Refusal(429, 'queue-full', `${maxInFlight} requests are under way, which is the most`, afterS)
}

async function predict(
  request: IncomingMessage,
  response: ServerResponse,
  protocol: PredictRequest['protocol'],
  options: PredictionServerOptions,
  state: ServerState,
): Promise<Answer> {
  const abort = new AbortController()
  const late = () =>
    new Refusal(504, 'timeout', `the request was not answered within ${options.timeoutMs} ms`)
  const timer = setTimeout(() => abort.abort(late()), options.timeoutMs)
  const leave = () => abort.abort(new ClientGone('the client went away'))
  response.once('close', leave)
  try {
    const encoding = encodingOf(request)
    const jsonLength = jsonLengthOf(request)
    const body = await readBody(request, options.maxBodyBytes)
    const requestBytes = body.length
    const target = { name: options.modelName, version: options.modelVersion }
    const order = { protocol, body, encoding, target, ...(jsonLength !== undefined && { jsonLength }) }
    const dispatched = await withDeadline(state.dispatcher.submit(order, abort.signal), abort.signal)
    state.metrics.observeQueue(dispatched.queueMs)
    return { ...toAnswer(dispatched), protocol, dispatched, requestBytes }
  } finally {
    clearTimeout(timer)
    response.off('close', leave)
  }
}

/** A run under way cannot be stopped, but nobody need wait for it. */
function withDeadline<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(signal.reason)
    signal.addEventListener('abort', late, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late))
  })
}

function toAnswer({ reply, queueMs, computeMs }: Dispatched): Answer {
  const { status, body, jsonLength, inferenceMs } = reply
  const headers = {
    'content-type': jsonLength === undefined ? 'application/json' : 'application/octet-stream',
    ...(jsonLength !== undefined && { 'inference-header-content-length': String(jsonLength) }),
    ...(inferenceMs !== undefined && {
      'server-timing': serverTiming({ inference: inferenceMs, queue: queueMs, compute: computeMs }),
    }),
  }
  return {
    status,
    body,
    headers,
    ...(status !== 200 && { error: Buffer.from(body).toString('utf8').slice(0, 300) }),
  }
}

/** Times by name, ms, as `Server-Timing` has them. */
function serverTiming(times: Readonly<Record<string, number>>): string {
  return Object.entries(times)
    .map(([name, ms]) => `${name};dur=${ms.toFixed(3)}`)
    .join(', ')
}

function answerError(error: unknown): Answer {
  const known = error instanceof BadRequest || error instanceof Refusal
  const message = error instanceof Error ? error.message : String(error)
  const retryAfterS = error instanceof Refusal ? error.retryAfterS : undefined
  const headers = {
    'content-type': 'application/json',
    ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
    ...(error instanceof BadRequest && error.allow.length > 0 && { allow: error.allow.join(', ') }),
  }
  // 499 never reaches the client, which is gone; the log and the metrics say so.
  const status = known ? error.status : error instanceof ClientGone ? 499 : 500
  const shed = error instanceof Refusal ? { shed: error.reason } : {}
  return { status, body: errorBody(message), headers, error: message, ...shed }
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

function encodingOf({ headers }: IncomingMessage): PredictRequest['encoding'] {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === 'gzip' || encoding === 'deflate') return encoding
  throw new BadRequest(
    `Content-Encoding ${encoding.slice(0, 40)} is not understood; gzip and deflate are`,
    415,
  )
}

function jsonLengthOf({ headers }: IncomingMessage): number | undefined {
  const text = headers['inference-header-content-length']
  if (text === undefined) return undefined
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text)
  throw new BadRequest('Inference-Header-Content-Length must be a whole number of bytes')
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  startedMs: number,
  state: ServerState,
): void {
  if (!response.destroyed) {
    const { status, body, headers } = answer
    // The rest of a large body would pass for the next request if it were left unread, and is not worth reading.
    const unread = !request.complete && !(Number(request.headers['content-length']) <= WORTH_DRAINING)
    const close = unread || state.phase() === 'draining'
    response.writeHead(status, {
      ...headers,
      'content-length': body.length,
      ...(close && { connection: 'close' }),
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  finish(request, answer, performance.now() - startedMs, state)
}

function finish(request: IncomingMessage, answer: Answer, durationMs: number, state: ServerState): void {
  const { status, protocol, dispatched, requestBytes = 0, error, shed } = answer
  if (protocol !== undefined) state.metrics.observeRequest({ protocol, status, durationMs })
  if (shed !== undefined) state.metrics.observeShed(shed)
  // Probes that went well would bury the rest.
  if (protocol === undefined && status < 400) return
  const trace = request.headers['x-cloud-trace-context'] ?? request.headers.traceparent
  const inferenceMs = dispatched?.reply.inferenceMs
  state.log({
    method: request.method ?? '',
    path: pathOf(request),
    status,
    durationMs,
    requestBytes,
    replyBytes: answer.body.length,
    remote: request.socket.remoteAddress ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    trace: typeof trace === 'string' ? trace : undefined,
    ...(dispatched && { queueMs: dispatched.queueMs, computeMs: dispatched.computeMs }),
    ...(inferenceMs !== undefined && { inferenceMs }),
    ...(error !== undefined && { error }),
  })
}
