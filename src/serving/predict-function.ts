import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorldError } from '../core/errors.ts'
import { answerRequests } from './answer-requests.ts'
import { cloudStorage, type ObjectStore } from './cloud-storage.ts'
import type { Model } from './feed.ts'
import { fetchModel } from './fetch-model.ts'
import { loadOnnxModel } from './onnx-model.ts'
import { nameOf } from './serve-options.ts'
import { Dispatcher } from './server/dispatcher.ts'
import { predictionHandler } from './server/prediction-server.ts'
import { createServerMetrics } from './server/server-metrics.ts'
import { jsonLog } from './server/write-log.ts'

export interface FunctionOptions {
  /** `gs://` URI of the model. */
  readonly modelUri: string
  readonly version: string
  /** Where the model comes from; Cloud Storage unless a test hands in another. */
  readonly store?: ObjectStore
  readonly threads?: number
}

/** As the Functions Framework calls it: an Express request is one of Node's, with its body read already. */
export type HttpFunction = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Largest body of a 1st generation function is 10 MB, of a 2nd generation one 32 MB. */
const MAX_BODY_BYTES = 32 * 2 ** 20
/** Requests that wait in an instance, which on Cloud Run may be sent as many as its concurrency says. */
const MAX_IN_FLIGHT = 1000

/**
 * A Cloud Function that answers predictions by the protocols of the server. The first request of an instance fetches
 * the model and loads it; when that fails the next one tries again.
 */
export function predictFunction(options: FunctionOptions): HttpFunction {
  let loading: Promise<HttpFunction> | undefined
  return async (request, response) => {
    loading ??= load(options)
    try {
      const handle = await loading
      return await handle(request, response)
    } catch (error) {
      loading = undefined
      console.error(error)
      const message =
        error instanceof WorldError ? error.message : 'the model cannot be loaded; the log says why'
      response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' })
      response.end(JSON.stringify({ error: message }))
    }
  }
}

async function load(options: FunctionOptions): Promise<HttpFunction> {
  const { modelUri, version, store = cloudStorage(), threads = availableParallelism() } = options
  const folder = await mkdtemp(join(tmpdir(), 'model-'))
  try {
    const path = await fetchModel(modelUri, folder, store)
    return handlerOf(await loadOnnxModel(path, threads), nameOf(path), version)
  } finally {
    // The file system of a function is its memory.
    await rm(folder, { recursive: true, force: true })
  }
}

/** The server's own handler, with the model in this thread. */
function handlerOf(model: Model, modelName: string, version: string): HttpFunction {
  const dispatcher = new Dispatcher({ maxBatch: 1, maxDelayMs: 0 })
  const limits = { maxRows: 1, maxBodyBytes: MAX_BODY_BYTES }
  dispatcher.add({ answer: (requests) => answerRequests(model, requests, limits) })
  const inFlight = { count: 0 }
  const metrics = createServerMetrics({ inFlight: () => inFlight.count, ready: () => true, dispatcher })
  return predictionHandler(
    {
      modelName,
      modelVersion: '1',
      // A function is called at the root of its URL.
      predictRoute: '/',
      healthRoute: '/health',
      version,
      maxBodyBytes: MAX_BODY_BYTES,
      maxInFlight: MAX_IN_FLIGHT,
      timeoutMs: 540_000,
    },
    {
      phase: () => 'ready',
      facts: () => model,
      dispatcher,
      metrics,
      inFlight,
      log: jsonLog((line) => process.stderr.write(line)).request,
    },
  )
}
