import { gunzipSync, inflateSync } from 'node:zlib'
import { BadRequest } from './bad-request.ts'
import type { Exchange, Model, ModelRun } from './feed.ts'
import { type InferenceTarget, readInference } from './protocols/open-inference.ts'
import { readTensorflow, readVertex } from './protocols/predict.ts'
import { type FeedOutcome, runFeeds } from './run-feeds.ts'

/** A prediction request as it came, its body unread; plain data that can go to another thread. */
export interface PredictRequest {
  readonly protocol: 'vertex' | 'tensorflow' | 'open-inference'
  readonly body: Uint8Array
  readonly encoding: 'identity' | 'gzip' | 'deflate'
  /** From `Inference-Header-Content-Length`; absent where the whole body is JSON. */
  readonly jsonLength?: number
  readonly target: InferenceTarget
}

/** What goes back to the client; its errors too. */
export interface PredictReply {
  readonly status: number
  readonly body: Uint8Array
  /** Length of the JSON before binary tensors; absent where the whole body is JSON. */
  readonly jsonLength?: number
  /** Time inside the model of every run that this request had a part in, ms; absent of an error. */
  readonly inferenceMs?: number
}

export interface AnswerOptions {
  /** Most rows that run together. */
  readonly maxRows: number
  /** Most bytes of a body once it is unpacked. */
  readonly maxBodyBytes: number
}

/** What became of several requests, and of the model's runs for them. */
export interface Answers {
  /** In the order of the requests. */
  readonly replies: readonly PredictReply[]
  readonly runs: readonly ModelRun[]
}

/** Reads requests, runs what they ask for, together where that is allowed and possible, and writes the replies. */
export async function answerRequests(
  model: Model,
  requests: readonly PredictRequest[],
  options: AnswerOptions,
): Promise<Answers> {
  const read = requests.map((request) => attempt(() => readExchange(request, model, options)))
  const feeds = read.flatMap((exchange) => ('value' in exchange ? exchange.value.feeds : []))
  const outcomes = await runFeeds(model, feeds, options.maxRows)
  let taken = 0
  const replies = read.map((exchange) => {
    if ('error' in exchange) return errorReply(exchange.error)
    const own = outcomes.slice(taken, taken + exchange.value.feeds.length)
    taken += own.length
    return writeReply(exchange.value, own)
  })
  return { replies, runs: distinctRuns(outcomes) }
}

function readExchange(request: PredictRequest, model: Model, { maxBodyBytes }: AnswerOptions): Exchange {
  const { protocol, target, jsonLength } = request
  const body = unpack(request, maxBodyBytes)
  if (protocol === 'vertex') return readVertex(body, model)
  if (protocol === 'tensorflow') return readTensorflow(body, model)
  return readInference(body, model, target, jsonLength)
}

function unpack({ body, encoding }: PredictRequest, maxOutputLength: number): Uint8Array {
  if (encoding === 'identity') return body
  try {
    return encoding === 'gzip'
      ? gunzipSync(body, { maxOutputLength })
      : inflateSync(body, { maxOutputLength })
  } catch (error) {
    const tooLarge = error instanceof RangeError
    throw tooLarge
      ? new BadRequest(`the body is over ${maxOutputLength} bytes once it is unpacked`, 413)
      : new BadRequest(`the body is not ${encoding}, which its Content-Encoding says`)
  }
}

function writeReply({ write }: Exchange, outcomes: readonly FeedOutcome[]): PredictReply {
  const results: Parameters<typeof write>[0][number][] = []
  for (const [index, outcome] of outcomes.entries()) {
    if ('error' in outcome)
      return errorReply(outcome.error, outcomes.length > 1 ? `instances[${index}]: ` : '')
    results.push(outcome.outputs)
  }
  const written = attempt(() => write(results))
  if ('error' in written) return errorReply(written.error)
  const inferenceMs = distinctRuns(outcomes).reduce((sum, run) => sum + run.inferenceMs, 0)
  return { status: 200, inferenceMs, ...written.value }
}

/** Feeds that ran together share a run, whose time counts once. */
function distinctRuns(outcomes: readonly FeedOutcome[]): ModelRun[] {
  return [...new Set(outcomes.flatMap((outcome) => ('run' in outcome ? outcome.run : [])))]
}

/** All three protocols have this shape of error. */
function errorReply(error: unknown, prefix = ''): PredictReply {
  const status = error instanceof BadRequest ? error.status : 500
  const message = error instanceof Error ? error.message : String(error)
  return { status, body: errorBody(`${prefix}${message}`) }
}

export function errorBody(message: string): Uint8Array {
  return Buffer.from(JSON.stringify({ error: message }))
}

function attempt<T>(work: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: work() }
  } catch (error) {
    return { error }
  }
}
