import { readFileSync } from 'node:fs'
import { UserError } from '../core/errors.ts'
import type { TensorSpec } from '../core/measurement.ts'
import { seededRandom } from '../core/random.ts'
import type { InputSource, ModelSource } from '../core/scenario.ts'
import { countElements, elementsFromBytes, findElementType, type TensorElements } from './element-types.ts'
import { writeTensor } from './tensor-codec.ts'

/**
 * Body of a prediction request with one instance, the same for the same seed.
 *
 * JSON writes a float32 with the up to 17 digits of the double it is, as numpy's `tolist` does: what most clients
 * send, and several times as long as base64.
 *
 * @param inputs the model's, against which `model.inputs` was checked
 */
export function buildPayload(model: ModelSource, inputs: readonly TensorSpec[], seed: number): Buffer {
  const random = seededRandom(seed)
  const tensors = inputs.map((spec) => {
    const source = model.inputs[spec.name]
    if (!source) throw new RangeError(`input ${spec.name} was not declared`)
    const elements = makeElements(source, spec, random)
    const tensor = { type: spec.type, shape: source.shape, elements }
    const text = writeTensor(tensor, model.encoding, { notFinite: 'null', large: 'string' })
    return { text, named: `${JSON.stringify(spec.name)}:${text}` }
  })
  const [first, second] = tensors
  const instance = first && !second ? first.text : `{${tensors.map(({ named }) => named).join(',')}}`
  return Buffer.from(`{"instances":[${instance}]}`)
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

/** Whole types take the whole number below; a bool is true from 0.5. */
function generate(type: string, shape: readonly number[], next: () => number): TensorElements {
  const { allocate, whole, big } = findElementType(type)
  const elements = allocate(countElements(shape))
  for (let i = 0; i < elements.length; i++) {
    const value = next()
    if (type === 'bool') elements[i] = value >= 0.5 ? 1 : 0
    else if (big) elements[i] = BigInt(Math.floor(value))
    else elements[i] = whole ? Math.floor(value) : value
  }
  return elements
}

function readElements(path: string, shape: readonly number[], { name, type }: TensorSpec): TensorElements {
  const bytes = readBytes(path)
  const expected = countElements(shape) * findElementType(type).bytes
  if (bytes.length === expected) return elementsFromBytes(type, bytes)
  throw new UserError({
    message: `the values of input "${name}" are ${bytes.length} bytes, but its shape takes ${expected}`,
    file: path,
    hint: `the file holds raw little-endian ${type} values, ${countElements(shape)} of them, and nothing else`,
  })
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw new UserError({ message: `the file of input values cannot be read${code}`, file: path })
  }
}
