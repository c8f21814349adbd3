import { performance } from 'node:perf_hooks'
import ort, { type InferenceSession, type Tensor } from 'onnxruntime-node'
import type { TensorSpec } from '../core/measurement.ts'
import { BadRequest } from './bad-request.ts'
import { type Device, EXECUTION_PROVIDERS } from './device.ts'
import { isSupportedType, type TensorElements } from './element-types.ts'
import type { Feed, Model } from './feed.ts'
import { toOnnxTensor } from './onnx-tensor.ts'
import { stringsOf } from './string-elements.ts'
import type { WireTensor } from './tensor-codec.ts'

export const onnxruntimeVersion: string = ort.env.versions.node ?? ort.env.versions.common

/**
 * Loads a model to run each inference on `threads` threads.
 *
 * onnxruntime-node 1.30 runs an inference on the thread that calls it and holds its event loop meanwhile: a server
 * that has to answer in between calls it from a thread of its own. Where the device cannot be used it throws, and does
 * not run on another instead.
 */
export async function loadOnnxModel(path: string, threads: number, device: Device = 'cpu'): Promise<Model> {
  const session = await ort.InferenceSession.create(path, {
    executionProviders: EXECUTION_PROVIDERS[device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  })
  return {
    inputs: session.inputMetadata.map(describeTensor),
    outputs: session.outputMetadata.map(describeTensor),
    run: (feed) => runSession(session, feed),
  }
}

async function runSession(session: InferenceSession, feed: Feed) {
  const feeds = Object.fromEntries([...feed].map(([name, tensor]) => [name, toOnnxTensor(tensor)]))
  const startedMs = performance.now()
  const results = await session.run(feeds).catch(refuseFeed)
  const inferenceMs = performance.now() - startedMs
  const outputs = new Map(session.outputNames.map((name) => [name, fromOnnx(name, results[name])] as const))
  return { outputs, inferenceMs }
}

/** The shapes passed every check that the model declares, yet some of its operators cannot work on them. */
function refuseFeed(error: unknown): never {
  throw new BadRequest(`the model cannot run on this input: ${shortenReason(error)}`)
}

/** First line of ONNX Runtime's message. */
export function shortenReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? '').slice(0, 300)
}

function describeTensor(metadata: InferenceSession.ValueMetadata): TensorSpec {
  if (!metadata.isTensor) return { name: metadata.name, type: 'sequence or map', shape: [] }
  const shape = metadata.shape.map((dimension) =>
    typeof dimension === 'number' && dimension >= 0 ? dimension : null,
  )
  return { name: metadata.name, type: metadata.type, shape }
}

function fromOnnx(name: string, tensor: Tensor | undefined): WireTensor {
  if (!tensor?.dims || !isSupportedType(tensor.type)) {
    throw new Error(`output ${JSON.stringify(name)} is of type ${tensor?.type}, which is not supported`)
  }
  const { type, dims: shape, data } = tensor
  return { type, shape, elements: Array.isArray(data) ? stringsOf(data) : (data as TensorElements) }
}
