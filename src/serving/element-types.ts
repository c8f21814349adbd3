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

interface ElementType {
  readonly bytes: number
  readonly whole: boolean
  readonly big: boolean
  readonly allocate: (count: number) => TensorElements
  readonly view: (buffer: ArrayBuffer) => TensorElements
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
    view: (buffer) => new Elements(buffer),
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

/** How many elements a tensor of this shape holds; 1 for a scalar, whose shape is empty. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}

/** Elements from raw little-endian bytes, copied, so the bytes need no alignment. */
export function elementsFromBytes(type: string, bytes: Uint8Array): TensorElements {
  return findElementType(type).view(new Uint8Array(bytes).buffer)
}

/** The same bytes, not copied. */
export function bytesOfElements(elements: TensorElements): Buffer {
  return Buffer.from(elements.buffer, elements.byteOffset, elements.byteLength)
}
