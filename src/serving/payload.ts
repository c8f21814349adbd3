import { readFileSync } from 'node:fs'
import type { OtherServer } from '../core/candidate.ts'
import { UserError } from '../core/errors.ts'
import type { TensorSpec } from '../core/measurement.ts'
import { seededRandom } from '../core/random.ts'
import type { InputSource, ModelSource } from '../core/scenario.ts'
import {
  bytesOfElements,
  countElements,
  elementOf,
  elementsFromBytes,
  findElementType,
  type TensorElements,
} from './element-types.ts'
import { writeFlat } from './json/write-nested.ts'
import { datatypeOf } from './protocols/datatypes.ts'
import { type WireTensor, writeTensor } from './tensor-codec.ts'

interface NamedTensor extends WireTensor {
  readonly name: string
}

/** One prediction as it is sent. */
export interface PredictRequest {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Body of a prediction request with one instance, the same for the same seed.
 *
 * JSON writes a float32 with the up to 17 digits of the double it is, as numpy's `tolist` does: what most clients
 * send, and several times as long as base64.
 *
 * @param inputs the model's, against which `model.inputs` was checked
 */
export function buildPayload(model: ModelSource, inputs: readonly TensorSpec[], seed: number): Buffer {
  const written = makeTensors(model, inputs, seed).map((tensor) => {
    const text = writeTensor(tensor, model.encoding, { notFinite: 'null', large: 'string' })
    return { text, named: `${JSON.stringify(tensor.name)}:${text}` }
  })
  return Buffer.from(`{"instances":[${joinInputs(written)}]}`)
}

/**
 * The same prediction as another server takes it.
 *
 * TensorFlow Serving has an instance for each row of the leading dimension, in JSON whatever the encoding. Triton has
 * the Open Inference Protocol: `data` in JSON, or with base64 as encoding its own form for bytes, raw ones after the JSON.
 */
export function buildRequest(
  model: ModelSource,
  inputs: readonly TensorSpec[],
  seed: number,
  server?: OtherServer,
): PredictRequest {
  const json = { 'content-type': 'application/json' }
  if (server === undefined) return { body: buildPayload(model, inputs, seed), headers: json }
  const tensors = makeTensors(model, inputs, seed)
  if (server.kind === 'tensorflow-serving') return { body: writeRows(tensors), headers: json }
  return model.encoding === 'json' ? { body: writeInference(tensors), headers: json } : writeBinary(tensors)
}

function makeTensors(model: ModelSource, inputs: readonly TensorSpec[], seed: number): NamedTensor[] {
  const random = seededRandom(seed)
  return inputs.map((spec) => {
    const source = model.inputs[spec.name]
    if (!source) throw new RangeError(`input ${spec.name} was not declared`)
    const { name, type } = spec
    return { name, type, shape: source.shape, elements: makeElements(source, spec, random) }
  })
}

/** A bare tensor where it is the only input. */
function joinInputs(written: readonly { readonly text: string; readonly named: string }[]): string {
  const [first, second] = written
  return first && !second ? first.text : `{${written.map(({ named }) => named).join(',')}}`
}

/** @throws UserError for inputs that have no leading dimension in common */
function writeRows(tensors: readonly NamedTensor[]): Buffer {
  const counts = new Set(tensors.map(({ shape }) => shape[0]))
  const [count] = counts
  if (counts.size !== 1 || count === undefined) {
    throw new UserError({
      message:
        'TensorFlow Serving takes a row of each input per instance, but the inputs differ in their first dimension',
      hint: 'give every input the same batch size as first dimension',
    })
  }
  const rows = Array.from({ length: count }, (_, row) =>
    joinInputs(
      tensors.map(({ name, type, shape: [, ...shape], elements }) => {
        const size = countElements(shape)
        const part = elements.subarray(row * size, (row + 1) * size)
        const text = writeTensor({ type, shape, elements: part }, 'json', {
          notFinite: 'token',
          large: 'digits',
        })
        return { text, named: `${JSON.stringify(name)}:${text}` }
      }),
    ),
  )
  return Buffer.from(`{"instances":[${rows.join(',')}]}`)
}

function writeInference(tensors: readonly NamedTensor[]): Buffer {
  const inputs = tensors.map((tensor) => {
    const data = writeFlat(tensor.type, tensor.elements, { notFinite: 'null', large: 'digits' })
    return `{${describeTensor(tensor)},"data":${data}}`
  })
  return Buffer.from(`{"inputs":[${inputs.join(',')}]}`)
}

/** Triton's binary tensor extension; its replies are asked for in the same form. */
function writeBinary(tensors: readonly NamedTensor[]): PredictRequest {
  const raw = tensors.map(({ elements }) => bytesOfElements(elements))
  const inputs = tensors.map(
    (tensor, index) => `{${describeTensor(tensor)},"parameters":{"binary_data_size":${raw[index]?.length}}}`,
  )
  const json = Buffer.from(`{"inputs":[${inputs.join(',')}],"parameters":{"binary_data_output":true}}`)
  return {
    body: Buffer.concat([json, ...raw]),
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.length),
    },
  }
}

function describeTensor({ name, type, shape }: NamedTensor): string {
  return `"name":${JSON.stringify(name)},"shape":[${shape.join(',')}],"datatype":"${datatypeOf(type)}"`
}

function makeElements(
  { values, shape }: InputSource,
  spec: TensorSpec,
  random: () => number,
): TensorElements {
  if (values.from === 'file') return readElements(values.path, shape, spec)
  if (values.from === 'constant') return generate(spec.type, shape, () => values.value)
  return generate(spec.type, shape, () => values.low + random() * (values.high - values.low))
}

function generate(type: string, shape: readonly number[], next: () => number): TensorElements {
  const elements = findElementType(type).allocate(countElements(shape))
  for (let i = 0; i < elements.length; i++) elements[i] = elementOf(type, next())
  return elements
}

/** @throws UserError where the file does not hold exactly one tensor of this shape */
export function readElements(
  path: string,
  shape: readonly number[],
  { name, type }: TensorSpec,
): TensorElements {
  const bytes = readBytes(path)
  if (type === 'string') return readStrings(path, bytes, shape, name)
  const expected = countElements(shape) * findElementType(type).bytes
  if (bytes.length === expected) return elementsFromBytes(type, bytes)
  throw new UserError({
    message: `the values of input "${name}" are ${bytes.length} bytes, but its shape takes ${expected}`,
    file: path,
    hint: `the file holds raw little-endian ${type} values, ${countElements(shape)} of them, and nothing else`,
  })
}

function readStrings(path: string, bytes: Buffer, shape: readonly number[], name: string): TensorElements {
  const expected = countElements(shape)
  const hint = `the file holds ${expected} strings in UTF-8, each after its length in 4 little-endian bytes`
  try {
    const elements = elementsFromBytes('string', bytes)
    if (elements.length === expected) return elements
    const message = `the values of input "${name}" are ${elements.length} strings, but its shape takes ${expected}`
    throw new UserError({ message, file: path, hint })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UserError({
      message: `the values of input "${name}" are malformed: ${error.message}`,
      file: path,
      hint,
    })
  }
}

export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw new UserError({ message: `the file of input values cannot be read${code}`, file: path })
  }
}
