import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { TensorSpec } from '../core/measurement.ts'
import { BadRequest } from './bad-request.ts'
import { decodeRequest, encodePrediction, encodeReply, type Feed } from './prediction-codec.ts'
import type { WireTensor } from './tensor-codec.ts'

/** A larger body is refused. */
const maxBodyBytes = 64 * 2 ** 20
/** Longer than any pause between a load's requests, so that no idle connection closes under a request, ms. */
const keepAliveMs = 65_000

export interface ServedModel {
  readonly inputs: readonly TensorSpec[]
  /** Outputs by name, and how long the model alone took, ms. Rejects with BadRequest where the feed is at fault. */
  readonly infer: (feed: Feed) => Promise<{ outputs: ReadonlyMap<string, WireTensor>; inferenceMs: number }>
}

interface Answer {
  readonly status: number
  readonly body: Buffer
  readonly inferenceMs?: number
}

/** Serves the Vertex AI prediction protocol: `POST /predict` or `POST ...:predict`, and `GET /health`. */
export function createPredictionServer(model: ServedModel): Server {
  const server = createServer((request, response) => {
    answer(request, model)
      .catch(toErrorAnswer)
      .then((made) => send(request, response, made))
  })
  server.keepAliveTimeout = keepAliveMs
  return server
}

async function answer(request: IncomingMessage, model: ServedModel): Promise<Answer> {
  const path = request.url?.split('?')[0] ?? ''
  if (request.method === 'GET' && path === '/health') return { status: 200, body: Buffer.from('{}') }
  const predicts = request.method === 'POST' && (path === '/predict' || path.endsWith(':predict'))
  if (!predicts) throw new BadRequest('only POST /predict and GET /health are served', 404)
  return predict(await readBody(request), model)
}

async function predict(body: Buffer, model: ServedModel): Promise<Answer> {
  const feeds = decodeRequest(body, model.inputs)
  const predictions: unknown[] = []
  let totalMs = 0
  for (const feed of feeds) {
    const { outputs, inferenceMs } = await model.infer(feed)
    predictions.push(encodePrediction(outputs, feed.form))
    totalMs += inferenceMs
  }
  return { status: 200, body: encodeReply(predictions), inferenceMs: totalMs }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new BadRequest(`the body is over ${maxBodyBytes} bytes`, 413)
  if (Number(request.headers['content-length']) > maxBodyBytes) throw tooLarge
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function toErrorAnswer(error: unknown): Answer {
  const status = error instanceof BadRequest ? error.status : 500
  const message = error instanceof Error ? error.message : String(error)
  return { status, body: Buffer.from(JSON.stringify({ error: message })) }
}

/** A connection whose request was not read to its end is closed: the rest would pass for the next request. */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, inferenceMs }: Answer,
): void {
  if (response.destroyed) return
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(inferenceMs !== undefined && { 'server-timing': `inference;dur=${inferenceMs.toFixed(3)}` }),
    ...(!request.complete && { connection: 'close' }),
  })
  response.end(body)
}
