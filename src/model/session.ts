import { availableParallelism } from 'node:os'
import ort, { type InferenceSession, type Tensor } from 'onnxruntime-node'
import { UserError } from '../core/errors.ts'
import type { TensorElements } from '../serving/element-types.ts'
import { toOnnxTensor } from '../serving/onnx-tensor.ts'
import { stringsOf } from '../serving/string-elements.ts'

export interface SampleTensor {
  readonly type: string
  readonly shape: readonly number[]
  readonly elements: TensorElements
}

/** Inputs of one inference by name. */
export type Sample = ReadonlyMap<string, SampleTensor>
/** Outputs of one inference by name; those that are no tensors are left out. */
export type Outputs = ReadonlyMap<string, SampleTensor>

export interface ModelSession {
  readonly run: (sample: Sample) => Promise<Outputs>
  readonly close: () => Promise<void>
}

/** The outputs are the same for any number. */
const THREADS = Math.min(4, availableParallelism())

/**
 * Loads a model in this process, for comparing outputs. Only for models that a server process has loaded before: a
 * hostile one could end this process.
 * @param options `spin`: threads wait busily, as in a server: faster, and at the cost of others on a busy machine
 * @throws UserError where ONNX Runtime cannot load it
 */
export async function openSession(
  model: string | Uint8Array,
  { threads = THREADS, spin = false } = {},
): Promise<ModelSession> {
  const extra = { session: { intra_op: { allow_spinning: spin ? '1' : '0' } } }
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3, extra } as const
  const session = await createSession(model, options)
  return { run: (sample) => runSample(session, sample), close: () => session.release() }
}

/** Writes the graph that ONNX Runtime makes of a model, with its fusions that any CPU can run. */
export async function writeOptimized(model: string, to: string): Promise<void> {
  const options = {
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath: to,
    logSeverityLevel: 3,
  } as const
  const session = await createSession(model, options)
  await session.release()
}

async function createSession(model: string | Uint8Array, options: InferenceSession.SessionOptions) {
  const created =
    typeof model === 'string'
      ? ort.InferenceSession.create(model, options)
      : ort.InferenceSession.create(model, options)
  return created.catch((error: Error) => {
    const place = typeof model === 'string' ? { file: model } : {}
    const message = `ONNX Runtime cannot load the model: ${firstLine(error)}`
    throw new UserError({ ...place, message, hint: 'it takes the same file that a server would load' })
  })
}

async function runSample(session: InferenceSession, sample: Sample): Promise<Outputs> {
  const feeds = Object.fromEntries([...sample].map(([name, tensor]) => [name, toOnnxTensor(tensor)]))
  const results = await session.run(feeds).catch((error: Error) => {
    throw new UserError({ message: `the model cannot run on its sample: ${firstLine(error)}` })
  })
  return new Map(session.outputNames.flatMap((name) => fromTensor(name, results[name])))
}

function fromTensor(name: string, tensor: Tensor | undefined): [string, SampleTensor][] {
  if (!tensor?.dims) return []
  const { type, dims: shape, data } = tensor
  return [[name, { type, shape, elements: Array.isArray(data) ? stringsOf(data) : (data as TensorElements) }]]
}

function firstLine(error: Error): string {
  return (error.message.split('\n')[0] ?? '').slice(0, 300)
}
