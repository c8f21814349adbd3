import { emptyStrings, packStrings, StringElements, unpackStrings } from './string-elements.ts'

/** Values of one tensor in row-major order. */
export type TensorElements =
  | Float16Array
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | StringElements

interface ElementType {
  /** Of one element; 0 of strings, which differ in length. */
  readonly bytes: number
  readonly whole: boolean
  readonly big: boolean
  readonly allocate: (count: number) => TensorElements
  /** From raw bytes, whose memory is given away. */
  readonly view: (bytes: Uint8Array<ArrayBuffer>) => TensorElements
}

type Numbers<T extends TensorElements> = {
  new (count: number): T
  new (buffer: ArrayBuffer): T
  readonly BYTES_PER_ELEMENT: number
}

function elementType<T extends TensorElements>(
  Elements: Numbers<T>,
  whole: boolean,
  big = false,
): ElementType {
  return {
    bytes: Elements.BYTES_PER_ELEMENT,
    whole,
    big,
    allocate: (count) => new Elements(count),
    view: ({ buffer }) => new Elements(buffer),
  }
}

/** Element types that can be sent to a model, by ONNX Runtime's names. A bool is a byte of 0 or 1. */
const elementTypes: ReadonlyMap<string, ElementType> = new Map([
  ['float32', elementType(Float32Array, false)],
  ['float64', elementType(Float64Array, false)],
  ['int8', elementType(Int8Array, true)],
  ['uint8', elementType(Uint8Array, true)],
  ['int16', elementType(Int16Array, true)],
  ['uint16', elementType(Uint16Array, true)],
  ['int32', elementType(Int32Array, true)],
  ['uint32', elementType(Uint32Array, true)],
  ['int64', elementType(BigInt64Array, true, true)],
  ['uint64', elementType(BigUint64Array, true, true)],
  ['bool', elementType(Uint8Array, true)],
  ['string', { bytes: 0, whole: false, big: false, allocate: emptyStrings, view: unpackStrings }],
  // Node has them from version 24 on.
  ...(typeof Float16Array === 'undefined' ? [] : [['float16', elementType(Float16Array, false)] as const]),
])

export const supportedTypes: readonly string[] = [...elementTypes.keys()]

export function isSupportedType(type: string): boolean {
  return elementTypes.has(type)
}

/** @throws RangeError for a type that is not supported */
export function findElementType(type: string): ElementType {
  const found = elementTypes.get(type)
  if (!found) throw new RangeError(`elements of type ${type} are not supported`)
  return found
}

/** A value as an element: whole types take the whole number below, a bool is true from 0.5, a string is the number written out. */
export function elementOf(type: string, value: number): number | bigint | string {
  if (type === 'string') return String(value)
  if (type === 'bool') return value >= 0.5 ? 1 : 0
  const { whole, big } = findElementType(type)
  return big ? BigInt(Math.floor(value)) : whole ? Math.floor(value) : value
}

/** How many elements a tensor of this shape holds; 1 for a scalar, whose shape is empty. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}

/**
 * Elements from raw little-endian bytes, copied, so the bytes need no alignment. Strings have their lengths before them.
 *
 * @throws RangeError where the bytes are no strings
 */
export function elementsFromBytes(type: string, bytes: Uint8Array): TensorElements {
  return findElementType(type).view(new Uint8Array(bytes))
}

/** The same bytes, not copied; of strings each with its length before it. */
export function bytesOfElements(elements: TensorElements): Buffer {
  if (elements instanceof StringElements) return packStrings(elements)
  return Buffer.from(elements.buffer, elements.byteOffset, elements.byteLength)
}
