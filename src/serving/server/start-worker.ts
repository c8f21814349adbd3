import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Answers, PredictRequest } from '../answer-requests.ts'
import type { Executor } from './dispatcher.ts'
import type { ModelLoaded, WorkerMessage, WorkerOrder, WorkerTask } from './worker-protocol.ts'

export interface InferenceWorker extends Executor {
  readonly loaded: ModelLoaded
  /** Resolves when the thread has ended, with what ended it. */
  readonly ended: Promise<Error>
  /** Ends the thread once it has answered what it is at. */
  readonly stop: () => Promise<void>
}

/** The model cannot be loaded; the message is ONNX Runtime's reason. */
export class LoadFailure extends Error {
  override readonly name = 'LoadFailure'
}

/** The model loads on the CPU, and not on the device asked for. */
export class DeviceFailure extends LoadFailure {}

/** Starts a thread that loads the model; ready when the promise resolves. */
export async function startWorker(order: WorkerOrder): Promise<InferenceWorker> {
  const entry = new URL(`./inference-worker${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(entry, { workerData: order })
  const ended = new Promise<Error>((resolve) => {
    worker.once('error', resolve)
    worker.once('exit', (code) => resolve(new Error(`the worker thread ended with code ${code}`)))
  })
  const loaded = await awaitLoad(worker, ended)
  const { answer, idle } = answerOn(worker, ended)
  // A thread that is ended inside ONNX Runtime takes the whole process with it (onnxruntime-node 1.30 aborts).
  const stop = async () => {
    await idle()
    await worker.terminate()
  }
  return { loaded, ended, stop, answer }
}

function awaitLoad(worker: Worker, ended: Promise<Error>): Promise<ModelLoaded> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: WorkerMessage) => {
      if (message.kind === 'ready') resolve(message)
      if (message.kind === 'failed') {
        const Failure = message.fault === 'device' ? DeviceFailure : LoadFailure
        reject(new Failure(message.reason))
      }
    })
    ended.then(reject)
  })
}

/** One batch at a time. Bodies are handed over to the thread: they are gone here. */
function answerOn(worker: Worker, ended: Promise<Error>) {
  let pending: PromiseWithResolvers<Answers> | undefined
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'answers') pending?.resolve(message.answers)
  })
  ended.then((reason) => pending?.reject(reason))
  const answer: Executor['answer'] = (requests: readonly PredictRequest[]) => {
    pending = Promise.withResolvers<Answers>()
    const task: WorkerTask = { requests }
    worker.postMessage(
      task,
      requests.map(({ body }) => body.buffer as ArrayBuffer),
    )
    return pending.promise
  }
  const idle = () => pending?.promise.then(noop, noop)
  return { answer, idle }
}

function noop(): void {}
