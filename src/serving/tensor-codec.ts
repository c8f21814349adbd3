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
import { elementsFromNested, nestedFromElements, shapeOfNested } from './nested-array.ts'

export interface WireTensor {
  readonly type: string
  readonly shape: readonly number[]
  readonly elements: TensorElements
}

/** A tensor as raw little-endian bytes. */
interface Base64Tensor {
  readonly b64: string
  readonly shape: readonly number[]
  readonly dtype?: string
}

export function isBase64Tensor(value: unknown): value is { readonly b64: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, 'b64')
}

/** @throws BadRequest when the value is no tensor that this input of the model takes */
export function decodeTensor(value: unknown, spec: TensorSpec): WireTensor {
  const where = `input ${JSON.stringify(spec.name)}`
  if (!isSupportedType(spec.type))
    throw new BadRequest(`${where} is of type ${spec.type}, which is not supported`)
  return isBase64Tensor(value) ? decodeBase64(value, spec, where) : decodeNested(value, spec, where)
}

/** The base64 form, or nested arrays and plain numbers. */
export function encodeTensor({ type, shape, elements }: WireTensor, form: 'base64' | 'json'): unknown {
  if (form === 'json') return nestedFromElements(elements, shape, type)
  return { b64: bytesOfElements(elements).toString('base64'), shape, dtype: type }
}

function decodeNested(value: unknown, spec: TensorSpec, where: string): WireTensor {
  const shape = shapeOfNested(value, where)
  checkShape(shape, spec, where)
  return { type: spec.type, shape, elements: elementsFromNested(value, spec.type, shape, where) }
}

function decodeBase64(value: { readonly b64: unknown }, spec: TensorSpec, where: string): WireTensor {
  const { b64, shape, dtype = spec.type } = value as Base64Tensor
  if (typeof b64 !== 'string') throw new BadRequest(`${where}: "b64" is not a string`)
  if (!Array.isArray(shape) || !shape.every(isDimension)) {
    throw new BadRequest(`${where}: "shape" must be an array of positive whole numbers`)
  }
  if (dtype !== spec.type) throw new BadRequest(`${where} takes ${spec.type}, not ${JSON.stringify(dtype)}`)
  checkShape(shape, spec, where)
  const bytes = Buffer.from(b64, 'base64')
  const expected = countElements(shape) * findElementType(spec.type).bytes
  if (bytes.length !== expected) {
    const form = `shape [${shape.join(', ')}] of ${spec.type}`
    throw new BadRequest(`${where} has ${bytes.length} bytes, but ${form} takes ${expected}`)
  }
  return { type: spec.type, shape, elements: elementsFromBytes(spec.type, bytes) }
}

function isDimension(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0
}

/** An empty declared shape is a scalar's or not known; ONNX Runtime judges it. */
function checkShape(shape: readonly number[], spec: TensorSpec, where: string): void {
  if (spec.shape.length === 0) return
  const fits = (dimension: number, index: number) => {
    const declared = spec.shape[index]
    return dimension > 0 && (declared === null || declared === dimension)
  }
  if (shape.length === spec.shape.length && shape.every(fits)) return
  const declared = spec.shape.map((dimension) => dimension ?? '?').join(', ')
  throw new BadRequest(`${where} has shape [${shape.join(', ')}], but the model takes [${declared}]`)
}
