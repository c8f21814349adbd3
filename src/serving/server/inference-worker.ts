/** Entry of a thread that loads a model and answers requests, a batch at a time: inference holds its event loop. */
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { answerRequests, type PredictReply } from '../answer-requests.ts'
import { loadOnnxModel, onnxruntimeVersion, shortenReason } from '../onnx-model.ts'
import type { WorkerMessage, WorkerOrder, WorkerTask } from './worker-protocol.ts'

const { modelPath, threads, device, maxRows, maxBodyBytes }: WorkerOrder = workerData
const startedMs = performance.now()
const model = await loadOnnxModel(modelPath, threads, device).catch(async (error) => {
  tell({ kind: 'failed', reason: shortenReason(error), fault: await findFault() })
})
if (model) {
  const { inputs, outputs } = model
  const loadMs = performance.now() - startedMs
  tell({ kind: 'ready', inputs, outputs, loadMs, onnxruntime: onnxruntimeVersion })
  parentPort?.on('message', async ({ requests }: WorkerTask) => {
    const { replies, runs } = await answerRequests(model, requests, { maxRows, maxBodyBytes })
    const owned = replies.map(ownBody)
    tell({ kind: 'answers', answers: { replies: owned, runs } }, owned)
  })
}

async function findFault(): Promise<'model' | 'device'> {
  if (device === 'cpu') return 'model'
  return loadOnnxModel(modelPath, threads).then(
    () => 'device',
    () => 'model',
  )
}

/** A body whose memory is its own can be handed over; a part of a larger one would be copied with all of that. */
function ownBody(reply: PredictReply): PredictReply {
  const { body } = reply
  return body.byteLength === body.buffer.byteLength ? reply : { ...reply, body: new Uint8Array(body) }
}

function tell(message: WorkerMessage, handedOver: readonly PredictReply[] = []): void {
  parentPort?.postMessage(
    message,
    handedOver.map(({ body }) => body.buffer as ArrayBuffer),
  )
}
