import type { TensorSpec } from '../core/measurement.ts'

/** What the parent tells the serving process, as JSON in its first argument. */
export interface ServeOrder {
  readonly modelPath: string
  readonly threads: number
  readonly workers: number
  readonly maxBatch: number
  readonly maxDelayMs: number
  readonly maxQueue: number
  /** 0 for any free port. */
  readonly port: number
}

/** What the serving process tells its parent. Any message from the parent asks for `memory`. */
export type ServeMessage =
  | {
      readonly kind: 'ready'
      readonly port: number
      readonly modelLoadMs: number
      readonly inputs: readonly TensorSpec[]
      readonly outputs: readonly TensorSpec[]
      readonly onnxruntime: string
    }
  | { readonly kind: 'failed'; readonly stage: 'load' | 'listen'; readonly reason: string }
  | { readonly kind: 'memory'; readonly peakRssMib: number }
