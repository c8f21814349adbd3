import type { TensorSpec } from '../../core/measurement.ts'
import { BadRequest } from '../bad-request.ts'
import type { JsonReader } from '../json/json-reader.ts'
import {
  type Base64Parts,
  decodeBase64,
  listNames,
  nameInput,
  readNestedTensor,
  readShape,
  type WireTensor,
} from '../tensor-codec.ts'

const BASE64_KEYS: readonly string[] = ['b64', 'shape', 'dtype']

/** A tensor of each input, whose shapes nobody has checked yet. */
export interface ReadValue {
  readonly tensors: Map<string, WireTensor>
  /** One of them was in base64. */
  readonly base64: boolean
}

/** A tensor of the only input, or an object with one for each: an instance, or the `inputs` of a columnar request. */
export function readValue(reader: JsonReader, inputs: readonly TensorSpec[], tokens: boolean): ReadValue {
  const names = inputs.map(({ name }) => name)
  const [only] = inputs
  const single = inputs.length === 1 ? only : undefined
  if (!reader.isObject() || (single && isEncodedString(reader, single))) {
    if (!single)
      throw new BadRequest(`must be an object with ${listNames(names)}, but is ${reader.describe()}`)
    return { tensors: new Map([[single.name, readNestedTensor(reader, single, tokens)]]), base64: false }
  }
  if (single && isBase64(reader, single)) {
    return { tensors: new Map([[single.name, readBase64(reader, single)]]), base64: true }
  }
  return readNamed(reader, inputs, tokens)
}

/** For strings base64 is a form of one of them, not of a tensor. */
function isEncodedString(reader: JsonReader, spec: TensorSpec): boolean {
  return spec.type === 'string' && isBase64(reader, spec)
}

/** Whether an object is a tensor in base64 rather than one that names the only input: its first key tells. */
function isBase64(reader: JsonReader, { name }: TensorSpec): boolean {
  const start = reader.pos++
  const key = reader.isString() ? reader.readString() : ''
  reader.pos = start
  return key !== name && BASE64_KEYS.includes(key)
}

function readNamed(reader: JsonReader, inputs: readonly TensorSpec[], tokens: boolean): ReadValue {
  const read = new Map<string, WireTensor>()
  const keys: string[] = []
  let base64 = false
  reader.readObject((name) => {
    keys.push(name)
    const spec = inputs.find((input) => input.name === name)
    if (!spec) return reader.skip()
    const inBase64 = reader.isObject() && spec.type !== 'string'
    base64 ||= inBase64
    read.set(name, inBase64 ? readBase64(reader, spec) : readNestedTensor(reader, spec, tokens))
  })
  const fault = nameFaults(
    keys,
    inputs.map(({ name }) => name),
  )
  if (fault !== undefined) throw new BadRequest(fault)
  // In the model's order, whatever the client's.
  const entries = inputs.flatMap(({ name }) => [...read].filter(([given]) => given === name))
  return { tensors: new Map(entries), base64 }
}

function readBase64(reader: JsonReader, spec: TensorSpec): WireTensor {
  const where = nameInput(spec)
  const parts: { -readonly [Key in keyof Base64Parts]?: Base64Parts[Key] } = {}
  const readText = (key: string) => {
    if (!reader.isString()) throw new BadRequest(`${where}: "${key}" is not a string`)
    return reader.readString()
  }
  reader.readObject((key) => {
    if (key === 'b64') parts.b64 = readText(key)
    else if (key === 'dtype') parts.dtype = readText(key)
    else if (key === 'shape') parts.shape = readShape(reader, where)
    else throw new BadRequest(`${where}: unknown key ${listNames([key])}; known are "b64", "shape", "dtype"`)
  })
  const { b64, ...rest } = parts
  if (b64 === undefined) throw new BadRequest(`${where} is an object without "b64"`)
  return decodeBase64({ b64, ...rest }, spec)
}

/** Which inputs are missing and which are unknown; undefined when neither. */
export function nameFaults(given: readonly string[], names: readonly string[]): string | undefined {
  const unknown = given.filter((name) => !names.includes(name))
  const missing = names.filter((name) => !given.includes(name))
  const faults = [
    unknown.length > 0 ? `has ${listNames(unknown.slice(0, 10))}, which the model does not take` : '',
    missing.length > 0 ? `lacks ${listNames(missing)}` : '',
  ].filter(Boolean)
  return faults.length > 0 ? faults.join(' and ') : undefined
}
