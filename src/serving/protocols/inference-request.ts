import type { TensorSpec } from '../../core/measurement.ts'
import { BadRequest } from '../bad-request.ts'
import { countElements } from '../element-types.ts'
import type { Model } from '../feed.ts'
import type { JsonReader } from '../json/json-reader.ts'
import { readNested } from '../json/read-nested.ts'
import {
  checkShape,
  formatShape,
  listNames,
  nameInput,
  quote,
  readShape,
  requireSupported,
  tensorFromBytes,
  type WireTensor,
} from '../tensor-codec.ts'
import { datatypeOf } from './datatypes.ts'

interface OutputRequest {
  readonly name: string
  readonly binary: boolean | undefined
}

/** An inference request of the Open Inference Protocol, each input of which is one that the model has. */
export interface InferenceRequest {
  readonly id?: string
  readonly inputs: readonly WireInput[]
  readonly outputs?: readonly OutputRequest[]
  readonly binaryOutput: boolean
}

export interface WireInput {
  readonly spec: TensorSpec
  readonly tensor: WireTensor
}

/** @param tail what follows the JSON: the bytes of binary tensors */
export function readRequest(reader: JsonReader, model: Model, tail: Uint8Array): InferenceRequest {
  const request: { -readonly [Key in keyof InferenceRequest]?: InferenceRequest[Key] } = {}
  if (!reader.isObject()) {
    reader.skip()
    reader.finish()
    throw new BadRequest('the body must be an object with "inputs"')
  }
  const binary = { taken: 0, bytes: tail }
  let binaryOutput = false
  reader.readObject((key) => {
    if (key === 'id') request.id = readText(reader, '"id"')
    else if (key === 'inputs')
      request.inputs = readItems(reader, key, () => readInput(reader, model.inputs, binary))
    else if (key === 'outputs') request.outputs = readItems(reader, key, () => readOutput(reader))
    else if (key === 'parameters')
      binaryOutput = readParameters(reader, 'parameters').binaryDataOutput ?? false
    else reader.skip()
  })
  reader.finish()
  const { inputs } = request
  if (!inputs) throw new BadRequest('the body must be an object with "inputs"')
  if (binary.taken !== tail.length) {
    throw new BadRequest(
      `${tail.length} bytes follow the JSON, but its inputs announce ${binary.taken} with "binary_data_size"`,
    )
  }
  return { ...request, inputs, binaryOutput }
}

function readItems<T>(reader: JsonReader, key: string, read: () => T): T[] {
  if (!reader.isList()) throw new BadRequest(`"${key}" must be an array`)
  const items: T[] = []
  reader.readList((index) => {
    if (index >= 1024) throw new BadRequest(`"${key}" has more than 1024 items`)
    if (!reader.isObject())
      throw new BadRequest(`${key}[${index}] must be an object, but is ${reader.describe()}`)
    try {
      items.push(read())
    } catch (error) {
      if (!(error instanceof BadRequest) || error.message.startsWith('the body')) throw error
      throw new BadRequest(`${key}[${index}]: ${error.message}`)
    }
  })
  return items
}

/** Data is read once the type and shape are known, which most clients send before it. */
function readInput(
  reader: JsonReader,
  specs: readonly TensorSpec[],
  binary: { taken: number; readonly bytes: Uint8Array },
): WireInput {
  let name: string | undefined
  let datatype: string | undefined
  let shape: number[] | undefined
  let size: number | undefined
  let dataAt: number | undefined
  let data: WireTensor | undefined
  const known = () => {
    if (name === undefined || datatype === undefined || shape === undefined) return undefined
    return { spec: requireInput(name, datatype, shape, specs), shape }
  }
  reader.readObject((key) => {
    if (key === 'name') name = readText(reader, '"name"')
    else if (key === 'datatype') datatype = readText(reader, '"datatype"')
    else if (key === 'shape') shape = readShape(reader, 'the input')
    else if (key === 'parameters') size = readParameters(reader, 'parameters').binaryDataSize
    else if (key === 'data') {
      const input = known()
      dataAt = reader.pos
      if (input) data = readData(reader, input.spec, input.shape)
      else reader.skip()
    } else reader.skip()
  })
  const end = reader.pos
  const input = known()
  if (!input) {
    const lacking = Object.entries({ name, shape, datatype }).filter(([, value]) => value === undefined)
    throw new BadRequest(`lacks ${listNames(lacking.map(([key]) => key))}`)
  }
  const { spec } = input
  if (dataAt !== undefined && size !== undefined) {
    throw new BadRequest(`${nameInput(spec)} has both "data" and "binary_data_size"`)
  }
  if (size !== undefined) return { spec, tensor: takeBinary(binary, size, input.shape, spec) }
  if (dataAt === undefined) throw new BadRequest(`${nameInput(spec)} lacks "data"`)
  if (!data) {
    reader.pos = dataAt
    data = readData(reader, spec, input.shape)
    reader.pos = end
  }
  return { spec, tensor: data }
}

function requireInput(
  name: string,
  datatype: string,
  shape: readonly number[],
  specs: readonly TensorSpec[],
): TensorSpec {
  const spec = specs.find((each) => each.name === name)
  if (!spec) {
    throw new BadRequest(
      `the model has no input ${quote(name)}; it takes ${listNames(specs.map((each) => each.name))}`,
    )
  }
  requireSupported(spec)
  const expected = datatypeOf(spec.type)
  if (datatype !== expected)
    throw new BadRequest(`${nameInput(spec)} takes ${expected}, not ${quote(datatype)}`)
  checkShape(shape, spec)
  return spec
}

/** Flat, or nested as the shape says. */
function readData(reader: JsonReader, spec: TensorSpec, shape: readonly number[]): WireTensor {
  const where = nameInput(spec)
  const expected = countElements(shape)
  // The shape may promise more than the body can hold: a number takes two bytes.
  const room = Math.min(expected, Math.ceil((reader.bytes.length - reader.pos) / 2))
  const { shape: given, elements } = readNested(reader, spec.type, { where, expected: room })
  if (given.length > 1 && given.join() !== shape.join()) {
    throw new BadRequest(
      `${where} has data of shape ${formatShape(given)}, but its shape is ${formatShape(shape)}`,
    )
  }
  if (elements.length !== expected) {
    throw new BadRequest(
      `${where} has ${elements.length} values, but shape ${formatShape(shape)} takes ${expected}`,
    )
  }
  return { type: spec.type, shape, elements }
}

function takeBinary(
  binary: { taken: number; readonly bytes: Uint8Array },
  size: number,
  shape: readonly number[],
  spec: TensorSpec,
): WireTensor {
  const left = binary.bytes.length - binary.taken
  if (size > left)
    throw new BadRequest(`${nameInput(spec)} announces ${size} bytes, but ${left} are left in the body`)
  const bytes = binary.bytes.subarray(binary.taken, binary.taken + size)
  binary.taken += size
  return tensorFromBytes(bytes, shape, spec)
}

function readOutput(reader: JsonReader): OutputRequest {
  let name: string | undefined
  let binary: boolean | undefined
  reader.readObject((key) => {
    if (key === 'name') name = readText(reader, '"name"')
    else if (key === 'parameters') binary = readParameters(reader, 'parameters').binaryData
    else reader.skip()
  })
  if (name === undefined) throw new BadRequest('lacks "name"')
  return { name, binary }
}

interface BinaryParameters {
  binaryDataSize?: number
  binaryData?: boolean
  binaryDataOutput?: boolean
}

/** The parameters of the binary extension; others are left. */
function readParameters(reader: JsonReader, where: string): BinaryParameters {
  if (!reader.isObject()) throw new BadRequest(`"${where}" must be an object`)
  const read: BinaryParameters = {}
  const readFlag = (key: string) => {
    const value = reader.readLiteral()
    if (typeof value !== 'boolean') throw new BadRequest(`"${key}" must be true or false`)
    return value
  }
  reader.readObject((key) => {
    if (key === 'binary_data') read.binaryData = readFlag(key)
    else if (key === 'binary_data_output') read.binaryDataOutput = readFlag(key)
    else if (key === 'binary_data_size') {
      const text = reader.describe()
      const size = /^\d+$/.test(text) ? Number(text) : Number.NaN
      if (!Number.isSafeInteger(size))
        throw new BadRequest(`"${key}" must be a number of bytes, but is ${text}`)
      read.binaryDataSize = size
    } else reader.skip()
  })
  return read
}

function readText(reader: JsonReader, what: string): string {
  if (!reader.isString()) throw new BadRequest(`${what} must be a string, but is ${reader.describe()}`)
  return reader.readString()
}
