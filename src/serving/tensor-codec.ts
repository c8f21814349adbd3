import type { TensorSpec } from '../core/measurement.ts'
import { BadRequest } from './bad-request.ts'
import {
  bytesOfElements,
  countElements,
  elementsFromBytes,
  findElementType,
  isSupportedType,
  type TensorElements,
} from './element-types.ts'
import type { JsonReader } from './json/json-reader.ts'
import { readNested } from './json/read-nested.ts'
import { type JsonDialect, writeNested } from './json/write-nested.ts'

/** A tensor as it travels. */
export interface WireTensor {
  /** ONNX Runtime's name of it. */
  readonly type: string
  readonly shape: readonly number[]
  readonly elements: TensorElements
}

/** More than any operator takes. */
const mostDimensions = 16

/** The base64 form of a tensor, `{"b64": …, "shape": […], "dtype": …}`, as JSON. */
function writeBase64({ type, shape, elements }: WireTensor): string {
  const b64 = bytesOfElements(elements).toString('base64')
  return `{"b64":"${b64}","shape":[${shape.join(',')}],"dtype":"${type}"}`
}

/** The base64 form, or nested arrays, as JSON; strings are always in arrays. */
export function writeTensor(tensor: WireTensor, form: 'base64' | 'json', dialect: JsonDialect): string {
  return form === 'base64' && tensor.type !== 'string' ? writeBase64(tensor) : writeNested(tensor, dialect)
}

/** How messages name an input. */
export function nameInput(spec: TensorSpec): string {
  return `input ${JSON.stringify(spec.name)}`
}

/** @throws BadRequest for an input whose type cannot be sent */
export function requireSupported(spec: TensorSpec): void {
  if (!isSupportedType(spec.type))
    throw new BadRequest(`${nameInput(spec)} is of type ${spec.type}, which is not supported`)
}

/** A tensor in nested arrays, of any shape: `checkShape` judges that. */
export function readNestedTensor(reader: JsonReader, spec: TensorSpec, tokens: boolean): WireTensor {
  requireSupported(spec)
  const { shape, elements } = readNested(reader, spec.type, { where: nameInput(spec), tokens })
  return { type: spec.type, shape, elements }
}

/** What the base64 form says, before it is held against the model. Unknown keys are refused. */
export interface Base64Parts {
  readonly b64: string
  readonly shape?: readonly number[]
  readonly dtype?: string
}

/** @throws BadRequest when the parts are no tensor of this input's type */
export function decodeBase64(parts: Base64Parts, spec: TensorSpec): WireTensor {
  requireSupported(spec)
  const { b64, shape, dtype = spec.type } = parts
  if (dtype !== spec.type) throw new BadRequest(`${nameInput(spec)} takes ${spec.type}, not ${quote(dtype)}`)
  return tensorFromBytes(Buffer.from(b64, 'base64'), shape, spec)
}

/** A tensor from raw little-endian bytes. Without a shape it is the model's, where that leaves no more than one size open. */
export function tensorFromBytes(
  bytes: Uint8Array,
  shape: readonly number[] | undefined,
  spec: TensorSpec,
): WireTensor {
  requireSupported(spec)
  if (spec.type === 'string') return stringsFromBytes(bytes, shape, spec)
  const size = findElementType(spec.type).bytes
  const made = shape ?? inferShape(bytes.length / size, spec)
  const expected = countElements(made) * size
  if (bytes.length !== expected) {
    const form = `shape ${formatShape(made)} of ${spec.type}`
    throw new BadRequest(`${nameInput(spec)} has ${bytes.length} bytes, but ${form} takes ${expected}`)
  }
  if (spec.type === 'bool' && bytes.some((byte) => byte > 1)) {
    throw new BadRequest(`${nameInput(spec)} holds a byte over 1, which is no bool`)
  }
  return { type: spec.type, shape: made, elements: elementsFromBytes(spec.type, bytes) }
}

function stringsFromBytes(
  bytes: Uint8Array,
  shape: readonly number[] | undefined,
  spec: TensorSpec,
): WireTensor {
  let elements: TensorElements
  try {
    elements = elementsFromBytes(spec.type, bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new BadRequest(`${nameInput(spec)}: ${error.message}`)
  }
  const made = shape ?? inferShape(elements.length, spec)
  const expected = countElements(made)
  if (elements.length !== expected) {
    throw new BadRequest(
      `${nameInput(spec)} has ${elements.length} strings, but shape ${formatShape(made)} takes ${expected}`,
    )
  }
  return { type: spec.type, shape: made, elements }
}

/** A free leading dimension is a batch of 1 if another one is free too. */
function inferShape(count: number, spec: TensorSpec): number[] {
  const free = spec.shape.filter((dimension) => dimension === null).length
  const known = free > 1 && spec.shape[0] === null ? [1, ...spec.shape.slice(1)] : spec.shape
  const open = known.filter((dimension) => dimension === null).length
  if (open > 1 || spec.shape.length === 0) {
    throw new BadRequest(
      `${nameInput(spec)} needs a "shape": the model takes ${formatShape(spec.shape)}, where ? may be any size`,
    )
  }
  const rest = known.reduce<number>((product, dimension) => product * (dimension ?? 1), 1)
  return known.map((dimension) => dimension ?? Math.max(1, Math.floor(count / rest)))
}

export function readShape(reader: JsonReader, where: string): number[] {
  const problem = () => new BadRequest(`${where}: "shape" must be an array of positive whole numbers`)
  if (!reader.isList()) throw problem()
  const shape: number[] = []
  reader.readList((index) => {
    const size = reader.isString() || reader.isObject() || reader.isList() ? Number.NaN : readSize(reader)
    if (!(Number.isSafeInteger(size) && size > 0) || index >= mostDimensions) throw problem()
    shape.push(size)
  })
  if (!Number.isSafeInteger(countElements(shape))) throw problem()
  return shape
}

function readSize(reader: JsonReader): number {
  return reader.readLiteral() === undefined ? reader.readNumber() : Number.NaN
}

/** Whether the model may take this shape. An empty declared one is a scalar's or not known; ONNX Runtime judges it. */
export function fitsShape(shape: readonly number[], spec: TensorSpec): boolean {
  if (spec.shape.length === 0) return true
  const fits = (size: number, index: number) => {
    const declared = spec.shape[index]
    return size > 0 && (declared === null || declared === size)
  }
  return shape.length === spec.shape.length && shape.every(fits)
}

/** @throws BadRequest naming both shapes when the model does not take it */
export function checkShape(shape: readonly number[], spec: TensorSpec): void {
  if (fitsShape(shape, spec)) return
  throw new BadRequest(
    `${nameInput(spec)} has shape ${formatShape(shape)}, but the model takes ${formatShape(spec.shape)}`,
  )
}

export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`
}

export function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}

export function listNames(names: readonly string[]): string {
  return names.map(quote).join(', ')
}
