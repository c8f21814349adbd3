import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { WorldError } from '../core/errors.ts'
import type { StartUp, TensorSpec } from '../core/measurement.ts'
import { explainLoadFailure, requireReadable } from './model-file.ts'
import type { ServeMessage, ServeOrder } from './serve-protocol.ts'

export interface LocalServer {
  /** Where predictions are asked for. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly facts: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] }
  /** Version of ONNX Runtime. */
  readonly onnxruntime: string
  readonly startUp: Pick<StartUp, 'processMs' | 'modelLoadMs'>
  /** `performance.now()` when the process was started. */
  readonly spawnedAtMs: number
  /** Largest resident set so far, MiB. */
  rssMib(): Promise<number>
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>
  readonly exited: Promise<Exit>
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface LocalServerOptions {
  readonly modelPath: string
  /** Threads of one inference. */
  readonly threads: number
  /** Threads that answer a request each; 1 by default. */
  readonly workers?: number
  /** Most requests that run together; 1 by default. */
  readonly maxBatch?: number
  /** How long the first of fewer than that waits for more, ms. */
  readonly maxDelayMs?: number
  /** Requests that may wait; 1000 by default. */
  readonly maxQueue?: number
  /** 0, the default, for any free port. */
  readonly port?: number
  /** Kills the process, at any time. */
  readonly signal: AbortSignal
}

/** Time that a process gets to end before it is killed, ms. */
const graceMs = 2000
const stderrKept = 2000
const DEFAULTS = { workers: 1, maxBatch: 1, maxDelayMs: 0, maxQueue: 1000, port: 0 }

/** Serves a model from a process of its own on 127.0.0.1, ready when the promise resolves. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  await requireReadable(options.modelPath)
  options.signal.throwIfAborted()
  const spawnedAtMs = performance.now()
  const child = forkServer({ ...DEFAULTS, ...options })
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: null, signal: null }))
  })
  const kill = () => child.kill('SIGKILL')
  options.signal.addEventListener('abort', kill, { once: true })
  exited.then(() => options.signal.removeEventListener('abort', kill))
  const stop = () => stopChild(child, exited)
  try {
    const { ready, processMs } = await awaitReady(child, exited, options, spawnedAtMs)
    return {
      url: `http://127.0.0.1:${ready.port}/predict`,
      port: ready.port,
      pid: child.pid ?? 0,
      facts: { inputs: ready.inputs, outputs: ready.outputs },
      onnxruntime: ready.onnxruntime,
      startUp: { processMs, modelLoadMs: ready.modelLoadMs },
      spawnedAtMs,
      rssMib: () => askMemory(child, exited),
      stop,
      exited,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function forkServer(options: ServeOrder): ChildProcess {
  const entry = new URL(`./serve-process${extname(import.meta.url)}`, import.meta.url)
  const { modelPath, threads, workers, maxBatch, maxDelayMs, maxQueue, port } = options
  const order: ServeOrder = { modelPath, threads, workers, maxBatch, maxDelayMs, maxQueue, port }
  // Flags meant for this process, such as an inspector's, would disturb the one that is timed.
  const { NODE_OPTIONS: _, ...env } = process.env
  return fork(fileURLToPath(entry), [JSON.stringify(order)], {
    execArgv: [],
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

interface Started {
  readonly ready: Extract<ServeMessage, { kind: 'ready' }>
  readonly processMs: number
}

function awaitReady(
  child: ChildProcess,
  exited: Promise<Exit>,
  { modelPath, signal }: LocalServerOptions,
  spawnedAtMs: number,
): Promise<Started> {
  const readStderr = keepStderr(child)
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new WorldError('the local server could not be started', { cause })))
    child.on('message', (message: ServeMessage) => {
      if (message.kind === 'failed') reject(explainFailure(message, modelPath))
      if (message.kind !== 'ready') return
      // Whatever was not the loading of the model, so that the phases of a start add up.
      resolve({ ready: message, processMs: performance.now() - spawnedAtMs - message.modelLoadMs })
    })
    exited.then((exit) => reject(signal.aborted ? signal.reason : explainExit(exit, readStderr())))
  })
}

function explainFailure(failed: Extract<ServeMessage, { kind: 'failed' }>, modelPath: string): Error {
  if (failed.stage === 'listen') return new WorldError(`the local server could not listen: ${failed.reason}`)
  return explainLoadFailure(failed.reason, modelPath)
}

function explainExit({ code, signal }: Exit, stderr: string): WorldError {
  const how = signal ? `was ended by ${signal}` : `exited with code ${code}`
  const hint = stderr.trim().split('\n').at(-1)
  return new WorldError(`the local server ${how} before it was ready`, hint ? { hint } : {})
}

/** Drains the process's stderr, lest it block, and keeps its end. */
function keepStderr(child: ChildProcess): () => string {
  let kept = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    kept = (kept + text).slice(-stderrKept)
  })
  return () => kept
}

async function askMemory(child: ChildProcess, exited: Promise<Exit>): Promise<number> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new WorldError('the local server is gone'))
    exited.then(gone)
    if (!child.connected) return gone()
    const hear = (message: ServeMessage) => {
      if (message.kind !== 'memory') return
      child.off('message', hear)
      resolve(message.peakRssMib)
    }
    child.on('message', hear)
    child.send('memory', (error) => error && gone())
  })
}

async function stopChild(child: ChildProcess, exited: Promise<Exit>): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(timer)
}
