import protobuf from 'protobufjs/light.js'
import { bytesOf, ELEMENTS, FLOAT32, type TensorProto, toNumber } from './proto.ts'

/** Shape of a stored tensor; null where a dimension is not a size. */
export function tensorShape({ dims }: Pick<TensorProto, 'dims'>): number[] | null {
  const shape = dims.map(toNumber)
  return shape.every((size) => size >= 0) ? shape : null
}

/** Elements of a shape; NaN where it is not known or beyond 2^53. */
export function countOf(shape: readonly number[] | null): number {
  const count = shape?.reduce((product, size) => product * size, 1) ?? Number.NaN
  return Number.isSafeInteger(count) ? count : Number.NaN
}

export function isExternal({ data_location }: TensorProto): boolean {
  return data_location === 1
}

/** Bytes of its values as stored in the model file; 0 of external data. */
export function storedBytes(tensor: TensorProto): number {
  const fields = [
    tensor.float_data,
    tensor.int32_data,
    tensor.int64_data,
    tensor.double_data,
    tensor.uint64_data,
    tensor.string_data,
  ]
  return tensor.raw_data.length + fields.flat().reduce((sum, chunk) => sum + chunk.length, 0)
}

/** Whether as many values are stored as its shape says; true of external data, which is not read. */
export function isWhole(tensor: TensorProto): boolean {
  if (isExternal(tensor)) return true
  const count = countOf(tensorShape(tensor))
  if (Number.isNaN(count)) return false
  if (tensor.raw_data.length > 0 || storedBytes(tensor) === 0) {
    return tensor.raw_data.length === bytesOf(tensor.data_type, count)
  }
  if (tensor.float_data.length > 0) return sum(tensor.float_data) === bytesOf(tensor.data_type, count)
  return true
}

/** The values of a float32 tensor that is in the model file, copied; undefined of any other. */
export function float32Values(tensor: TensorProto): Float32Array | undefined {
  if (tensor.data_type !== FLOAT32 || isExternal(tensor) || !isWhole(tensor)) return undefined
  const bytes = tensor.raw_data.length > 0 ? tensor.raw_data : Buffer.concat(tensor.float_data)
  return new Float32Array(new Uint8Array(bytes).buffer)
}

/** More than any shape or axis list has; larger tensors are weights. */
const MOST_SMALL = 4096

/** Values of a small numeric tensor, for working out shapes; undefined where it is large, external or of another kind. */
export function smallValues(tensor: TensorProto): number[] | undefined {
  const count = countOf(tensorShape(tensor))
  if (!(count <= MOST_SMALL) || isExternal(tensor) || !isWhole(tensor)) return undefined
  const raw = Buffer.from(tensor.raw_data)
  const read = RAW_READERS[ELEMENTS[tensor.data_type]?.name ?? '']
  const values =
    raw.length > 0 ? read && Array.from({ length: count }, (_, at) => read(raw, at)) : typedValues(tensor)
  return values?.length === count ? values : undefined
}

const RAW_READERS: Readonly<Record<string, (bytes: Buffer, index: number) => number>> = {
  float32: (bytes, index) => bytes.readFloatLE(index * 4),
  float64: (bytes, index) => bytes.readDoubleLE(index * 8),
  int64: (bytes, index) => Number(bytes.readBigInt64LE(index * 8)),
  uint64: (bytes, index) => Number(bytes.readBigUInt64LE(index * 8)),
  int32: (bytes, index) => bytes.readInt32LE(index * 4),
  uint32: (bytes, index) => bytes.readUInt32LE(index * 4),
  int16: (bytes, index) => bytes.readInt16LE(index * 2),
  uint16: (bytes, index) => bytes.readUInt16LE(index * 2),
  int8: (bytes, index) => bytes.readInt8(index),
  uint8: (bytes, index) => bytes.readUInt8(index),
  bool: (bytes, index) => bytes.readUInt8(index),
}

function typedValues(tensor: TensorProto): number[] {
  const { float_data, int32_data, int64_data, double_data, uint64_data } = tensor
  return [
    ...unpack(float_data, (reader) => reader.float()),
    ...unpack(int32_data, (reader) => reader.int32()),
    ...unpack(int64_data, (reader) => toNumber(reader.int64())),
    ...unpack(double_data, (reader) => reader.double()),
    ...unpack(uint64_data, (reader) => toNumber(reader.uint64())),
  ]
}

/** Packed values of a small tensor; a chunk that ends within a value, or has too many, reads as none. */
function unpack(chunks: readonly Uint8Array[], read: (reader: protobuf.Reader) => number): number[] {
  const bytes = Buffer.concat(chunks)
  const reader = protobuf.Reader.create(bytes)
  const values: number[] = []
  try {
    while (reader.pos < reader.len && values.length <= MOST_SMALL) values.push(read(reader))
  } catch {
    return []
  }
  return values
}

function sum(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((total, chunk) => total + chunk.length, 0)
}
