import type { TensorSpec } from '../../core/measurement.ts'
import type { Answers, PredictRequest } from '../answer-requests.ts'
import type { Device } from '../device.ts'

/** What a worker thread is started with. */
export interface WorkerOrder {
  readonly modelPath: string
  /** Threads of one inference. */
  readonly threads: number
  readonly device: Device
  readonly maxRows: number
  readonly maxBodyBytes: number
}

/** One batch; the worker has answered the one before. */
export interface WorkerTask {
  readonly requests: readonly PredictRequest[]
}

export interface ModelLoaded {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /** Time that the model took to load, the runtime not counted. */
  readonly loadMs: number
  /** Version of ONNX Runtime. */
  readonly onnxruntime: string
}

export type WorkerMessage =
  | ({ readonly kind: 'ready' } & ModelLoaded)
  /** `fault`: whether the model loads nowhere, or only not on this device. */
  | { readonly kind: 'failed'; readonly reason: string; readonly fault: 'model' | 'device' }
  | { readonly kind: 'answers'; readonly answers: Answers }
