import type { TensorSpec } from '../core/measurement.ts'
import type { WireTensor } from './tensor-codec.ts'

/** Tensors by the names that the model gives them. */
export type Tensors = ReadonlyMap<string, WireTensor>

/** What the model is asked for: a tensor per input, all of whose shapes it takes. */
export type Feed = Tensors

/** What one run of the model gave. Feeds that ran together share it. */
export interface ModelRun {
  /** Time inside the model alone, ms. */
  readonly inferenceMs: number
  /** Size of the leading dimension; 1 of a model without a batch dimension. */
  readonly rows: number
}

export interface FeedResult {
  readonly outputs: Tensors
  readonly run: ModelRun
}

/** A request as its protocol reads it: what to run, and how to write the answer. */
export interface Exchange {
  readonly feeds: readonly Feed[]
  readonly write: (results: readonly Tensors[]) => ReplyBody
}

export interface ReplyBody {
  readonly body: Uint8Array
  /** Length of the JSON before binary tensors; absent where the whole body is JSON. */
  readonly jsonLength?: number
}

/** A loaded model. */
export interface Model {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /** Rejects with BadRequest where the feed is at fault. */
  readonly run: (feed: Feed) => Promise<{ readonly outputs: Tensors; readonly inferenceMs: number }>
}

/** Whether several feeds may run as one: all inputs and outputs have a free leading dimension. */
export function isBatchable({ inputs, outputs }: Pick<Model, 'inputs' | 'outputs'>): boolean {
  return inputs.length > 0 && [...inputs, ...outputs].every(({ shape }) => shape[0] === null)
}
