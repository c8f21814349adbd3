import { createMessage } from './schema.ts'

/** Decoded messages, as far as this project reads them. Scalar fields that are absent read as 0 or ''. */

/** A 64-bit integer as protobufjs gives it; `toNumber` reads it. */
export type Int64 = { readonly low: number; readonly high: number; readonly unsigned: boolean } | number

export interface ModelProto {
  ir_version: Int64
  producer_name: string
  producer_version: string
  opset_import: { domain: string; version: Int64 }[]
  graph: GraphProto | null
  functions: FunctionProto[]
}

export interface GraphProto {
  name: string
  node: NodeProto[]
  initializer: TensorProto[]
  sparse_initializer: { values: TensorProto | null; dims: Int64[] }[]
  input: ValueInfoProto[]
  output: ValueInfoProto[]
  value_info: ValueInfoProto[]
}

interface FunctionProto {
  name: string
  domain: string
  node: NodeProto[]
}

export interface NodeProto {
  name: string
  op_type: string
  domain: string
  input: string[]
  output: string[]
  attribute: AttributeProto[]
}

export interface AttributeProto {
  name: string
  /** One of ATTRIBUTE. */
  type: number
  f: number
  i: Int64
  s: Uint8Array
  t: TensorProto | null
  g: GraphProto | null
  floats: number[]
  ints: Int64[]
  strings: Uint8Array[]
  tensors: TensorProto[]
  graphs: GraphProto[]
}

export interface TensorProto {
  name: string
  dims: Int64[]
  /** One of the keys of ELEMENTS. */
  data_type: number
  raw_data: Uint8Array
  /** These four hold packed values. */
  float_data: Uint8Array[]
  int32_data: Uint8Array[]
  int64_data: Uint8Array[]
  double_data: Uint8Array[]
  uint64_data: Uint8Array[]
  string_data: Uint8Array[]
  external_data: { key: string; value: string }[]
  /** 1: the data is in another file. */
  data_location: number
}

export interface ValueInfoProto {
  name: string
  type: {
    tensor_type: {
      elem_type: number
      shape: { dim: { dim_value: Int64; dim_param: string }[] } | null
    } | null
  } | null
}

export const ATTRIBUTE = { float: 1, int: 2, tensor: 4, ints: 7 } as const

/** @returns NaN for a value beyond 2^53, which no shape or version has */
export function toNumber(value: Int64): number {
  const number = typeof value === 'number' ? value : wide(value)
  return Number.isSafeInteger(number) ? number : Number.NaN
}

function wide({ low, high, unsigned }: Exclude<Int64, number>): number {
  return (unsigned ? high >>> 0 : high) * 2 ** 32 + (low >>> 0)
}

/** Element types by their number, with bits per element; 0 where it varies. */
export const ELEMENTS: Readonly<Record<number, { readonly name: string; readonly bits: number }>> = {
  1: { name: 'float32', bits: 32 },
  2: { name: 'uint8', bits: 8 },
  3: { name: 'int8', bits: 8 },
  4: { name: 'uint16', bits: 16 },
  5: { name: 'int16', bits: 16 },
  6: { name: 'int32', bits: 32 },
  7: { name: 'int64', bits: 64 },
  8: { name: 'string', bits: 0 },
  9: { name: 'bool', bits: 8 },
  10: { name: 'float16', bits: 16 },
  11: { name: 'float64', bits: 64 },
  12: { name: 'uint32', bits: 32 },
  13: { name: 'uint64', bits: 64 },
  14: { name: 'complex64', bits: 64 },
  15: { name: 'complex128', bits: 128 },
  16: { name: 'bfloat16', bits: 16 },
  17: { name: 'float8e4m3fn', bits: 8 },
  18: { name: 'float8e4m3fnuz', bits: 8 },
  19: { name: 'float8e5m2', bits: 8 },
  20: { name: 'float8e5m2fnuz', bits: 8 },
  21: { name: 'uint4', bits: 4 },
  22: { name: 'int4', bits: 4 },
  23: { name: 'float4e2m1', bits: 4 },
}

export const FLOAT32 = 1
export const UINT8 = 2
export const INT8 = 3
export const INT32 = 6
export const INT64 = 7
export const BOOL = 9

/** Bytes that `count` elements take. */
export function bytesOf(type: number, count: number): number {
  return Math.ceil((count * (ELEMENTS[type]?.bits ?? 0)) / 8)
}

interface Messages {
  GraphProto: GraphProto
  NodeProto: NodeProto
  AttributeProto: AttributeProto
  TensorProto: TensorProto
  ValueInfoProto: ValueInfoProto
}

/** A new message, or a changed copy of one: `make('NodeProto', { ...node, name: '' })`. */
export function make<K extends keyof Messages>(kind: K, fields: Partial<Messages[K]>): Messages[K] {
  return createMessage(kind, fields) as unknown as Messages[K]
}
