import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from '../core/errors.ts'
import type { Device } from './device.ts'
import { isBatchable } from './feed.ts'
import { Dispatcher } from './server/dispatcher.ts'
import { createPredictionServer } from './server/prediction-server.ts'
import type { RouteOptions } from './server/routes.ts'
import { createServerMetrics } from './server/server-metrics.ts'
import { startWorker } from './server/start-worker.ts'
import type { ModelLoaded } from './server/worker-protocol.ts'
import { WorkerSet } from './server/worker-set.ts'
import { type ServerLog, silentLog } from './server/write-log.ts'
import { formatShape } from './tensor-codec.ts'

export interface ServeOptions extends RouteOptions {
  readonly modelPath: string
  /** Of this software, for the metadata. */
  readonly version: string
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Threads that each have the model loaded and answer a batch at a time. */
  readonly workers: number
  /** Threads of one inference. */
  readonly threads: number
  readonly device: Device
  /** Most requests that run together, where the model has a free batch dimension. */
  readonly maxBatch: number
  readonly maxDelayMs: number
  /** Requests that may wait besides those that the workers have. */
  readonly maxQueue: number
  readonly maxBodyBytes: number
  readonly timeoutMs: number
  /** Time that requests under way get to end once the server is told to, ms. */
  readonly drainMs: number
  /** Answer probes while the model loads; predictions are refused with 503 until it has. */
  readonly listenEarly: boolean
  readonly log?: ServerLog
}

export interface Serving {
  readonly port: number
  /** Of the worker that was first: `loadMs` is the time that it took to load the model. */
  readonly model: ModelLoaded
  /** Rejects when no worker is left and none can be started. */
  readonly broken: Promise<never>
  /**
   * Takes no more requests, lets those under way end, and closes.
   * @returns whether all of them ended in time; if not, a worker may still be busy, and ends when it no longer is
   */
  readonly drain: () => Promise<boolean>
}

/** Loads a model in threads of their own and serves it over HTTP. Resolves when predictions are answered. */
export async function serveModel(options: ServeOptions): Promise<Serving> {
  const { log = silentLog } = options
  let phase: 'loading' | 'ready' | 'draining' = 'loading'
  const inFlight = { count: 0 }
  let loaded: ModelLoaded | undefined
  const dispatcher = new Dispatcher({ ...options, observe: (batch) => metrics.observeBatch(batch) })
  const gauges = { inFlight: () => inFlight.count, ready: () => phase === 'ready', dispatcher }
  const metrics = createServerMetrics(gauges)
  const maxInFlight = options.workers * options.maxBatch + options.maxQueue
  const server = createPredictionServer(
    { ...options, maxInFlight },
    {
      phase: () => (phase === 'ready' && dispatcher.executors === 0 ? 'loading' : phase),
      facts: () => loaded,
      dispatcher,
      metrics,
      inFlight,
      log: log.request,
    },
  )
  const open = countOpen(server)
  const { modelPath, threads, device, maxBatch, maxBodyBytes } = options
  const order = { modelPath, threads, device, maxRows: maxBatch, maxBodyBytes }
  const workers = new WorkerSet(() => startWorker(order), dispatcher, log)
  try {
    if (options.listenEarly) await listen(server, options)
    const model = await workers.load(options.workers)
    requireBatchable(model, options)
    workers.begin()
    loaded = model
    if (!options.listenEarly) await listen(server, options)
    phase = 'ready'
    const { port } = server.address() as AddressInfo
    log.event('INFO', 'ready', {
      port,
      model: options.modelName,
      workers: options.workers,
      device,
      loadMs: model.loadMs,
    })
    const drainOnce = async () => {
      phase = 'draining'
      log.event('INFO', 'draining', { inFlight: inFlight.count })
      const inTime = await closeGently(server, open, options.drainMs)
      const stopped = workers.stop()
      if (inTime) await stopped
      log.event(inTime ? 'INFO' : 'ERROR', inTime ? 'drained' : 'requests were cut off', {
        left: inFlight.count,
      })
      return inTime
    }
    let drained: Promise<boolean> | undefined
    const drain = () => {
      drained ??= drainOnce()
      return drained
    }
    return { port, model, broken: workers.broken, drain }
  } catch (error) {
    server.closeAllConnections()
    server.close()
    await workers.stop()
    throw error
  }
}

/** The server could not be bound to its port. */
export class ListenFailure extends Error {
  override readonly name = 'ListenFailure'
}

async function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening').catch((error: Error) => {
    throw new ListenFailure(error.message)
  })
}

/** Replies that are not out yet; `idle` resolves when there are none. */
function countOpen(server: Server): { readonly idle: () => Promise<void> } {
  let open = 0
  let waiting: (() => void)[] = []
  server.on('request', (_, response) => {
    open++
    response.once('close', () => {
      if (--open > 0) return
      for (const resolve of waiting) resolve()
      waiting = []
    })
  })
  return { idle: () => (open === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))) }
}

async function closeGently(
  server: Server,
  open: { readonly idle: () => Promise<void> },
  drainMs: number,
): Promise<boolean> {
  const closed = once(server, 'close')
  server.close()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), drainMs)
  })
  const inTime = await Promise.race([open.idle().then(() => true), late])
  clearTimeout(timer)
  server.closeAllConnections()
  await closed
  return inTime
}

/** @throws UserError when requests are to run together in a model that takes one at a time */
function requireBatchable(model: ModelLoaded, { maxBatch, modelPath }: ServeOptions): void {
  if (maxBatch <= 1 || isBatchable(model)) return
  const fixed = [...model.inputs, ...model.outputs].find(({ shape }) => shape[0] !== null)
  throw new UserError({
    message: `--max-batch ${maxBatch} needs a free leading dimension, but "${fixed?.name}" of the model is ${formatShape(fixed?.shape ?? [])}`,
    file: modelPath,
    hint: 'leave --max-batch away, or export the model with a dynamic batch dimension',
  })
}
