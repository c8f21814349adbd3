import type { TensorSpec } from '../../core/measurement.ts'
import { datatypeOf } from '../protocols/datatypes.ts'
import type { RouteOptions } from './routes.ts'

/** What a server says of itself and of its model, in the words of each protocol. */
export interface ServedFacts {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
}

/** Open Inference Protocol: server metadata. */
export function describeServer(version: string) {
  return { name: 'plimsoll', version, extensions: ['binary_tensor_data'] }
}

/** Open Inference Protocol: model metadata. */
export function describeServedModel(
  { inputs, outputs }: ServedFacts,
  { modelName, modelVersion }: RouteOptions,
) {
  const describe = ({ name, type, shape }: TensorSpec) => {
    return { name, datatype: datatypeOf(type), shape: shape.map((size) => size ?? -1) }
  }
  return {
    name: modelName,
    versions: [modelVersion],
    platform: 'onnxruntime_onnx',
    inputs: inputs.map(describe),
    outputs: outputs.map(describe),
  }
}

/** TensorFlow Serving: the states of a model's versions. */
export function tensorflowStatus({ modelVersion }: RouteOptions, ready: boolean) {
  const state = ready ? 'AVAILABLE' : 'LOADING'
  const status = { error_code: 'OK', error_message: '' }
  return { model_version_status: [{ version: modelVersion, state, status }] }
}

/** TensorFlow Serving: the signature of a model, as JSON of its `SignatureDef`. */
export function tensorflowMetadata(
  { inputs, outputs }: ServedFacts,
  { modelName, modelVersion }: RouteOptions,
) {
  const describe = (specs: readonly TensorSpec[]) =>
    Object.fromEntries(
      specs.map(({ name, type, shape }) => {
        const dim = shape.map((size) => ({ size: String(size ?? -1), name: '' }))
        const tensorShape = { dim, unknown_rank: false }
        return [name, { dtype: TENSORFLOW_TYPES[type] ?? 'DT_INVALID', tensor_shape: tensorShape, name }]
      }),
    )
  const signature = {
    inputs: describe(inputs),
    outputs: describe(outputs),
    method_name: 'tensorflow/serving/predict',
  }
  return {
    model_spec: { name: modelName, signature_name: '', version: modelVersion },
    metadata: { signature_def: { signature_def: { serving_default: signature } } },
  }
}

const TENSORFLOW_TYPES: Readonly<Record<string, string>> = {
  float16: 'DT_HALF',
  float32: 'DT_FLOAT',
  float64: 'DT_DOUBLE',
  int8: 'DT_INT8',
  uint8: 'DT_UINT8',
  int16: 'DT_INT16',
  uint16: 'DT_UINT16',
  int32: 'DT_INT32',
  uint32: 'DT_UINT32',
  int64: 'DT_INT64',
  uint64: 'DT_UINT64',
  bool: 'DT_BOOL',
  string: 'DT_STRING',
}
