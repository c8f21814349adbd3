import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** ONNX's numbers of element types. */
const TYPES = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  string: 8,
  float64: 11,
  uint32: 12,
} as const
type ElementName = keyof typeof TYPES

interface TinyValue {
  readonly name: string
  readonly type: ElementName
  /** A name marks a free dimension. */
  readonly shape: readonly (number | string)[]
}

interface TinyNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, number>>
}

export interface TinyGraph {
  readonly inputs: readonly TinyValue[]
  readonly outputs: readonly TinyValue[]
  readonly nodes: readonly TinyNode[]
  readonly constants?: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly values: Float32Array
  }[]
}

/** A model in ONNX as small as a test needs it. */
export function tinyModel({ inputs, outputs, nodes, constants = [] }: TinyGraph): Buffer {
  const graph = message(
    ...nodes.map((node) => field(1, encodeNode(node))),
    field(2, 'tiny'),
    ...constants.map(({ name, shape, values }) => {
      const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
      return field(
        5,
        message(...shape.map((size) => field(1, size)), field(2, 1), field(8, name), field(9, raw)),
      )
    }),
    ...inputs.map((value) => field(11, encodeValue(value))),
    ...outputs.map((value) => field(12, encodeValue(value))),
  )
  return message(field(1, 8), field(7, graph), field(8, message(field(1, ''), field(2, 17))))
}

export function writeTinyModel(folder: string, name: string, graph: TinyGraph): string {
  const path = join(folder, `${name}.onnx`)
  writeFileSync(path, tinyModel(graph))
  return path
}

function encodeNode({ op, inputs, outputs, attributes = {} }: TinyNode): Buffer {
  return message(
    ...inputs.map((name) => field(1, name)),
    ...outputs.map((name) => field(2, name)),
    field(4, op),
    ...Object.entries(attributes).map(([name, value]) =>
      field(5, message(field(1, name), field(3, value), field(20, 2))),
    ),
  )
}

function encodeValue({ name, type, shape }: TinyValue): Buffer {
  const dims = shape.map((size) =>
    field(1, message(typeof size === 'number' ? field(1, size) : field(2, size))),
  )
  const tensor = message(field(1, TYPES[type]), field(2, message(...dims)))
  return message(field(1, name), field(2, message(field(1, tensor))))
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields)
}

/** A field of Protocol Buffers: a varint, or bytes with their length. */
function field(number: number, value: number | string | Buffer): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)])
  const bytes = Buffer.from(value)
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

const batch = 'batch'
const constant = (name: string, values: number[]) => ({
  name,
  shape: [values.length],
  values: Float32Array.from(values),
})

/** TensorFlow Serving's toy: half of each value and three. */
export const HALF_PLUS_THREE: TinyGraph = {
  inputs: [{ name: 'x', type: 'float32', shape: [batch] }],
  outputs: [{ name: 'y', type: 'float32', shape: [batch] }],
  nodes: [
    { op: 'Mul', inputs: ['x', 'half'], outputs: ['halved'] },
    { op: 'Add', inputs: ['halved', 'three'], outputs: ['y'] },
  ],
  constants: [constant('half', [0.5]), constant('three', [3])],
}

/** Each value doubled, in half precision. */
export const HALF_PRECISION: TinyGraph = {
  inputs: [{ name: 'x', type: 'float16', shape: [batch, 3] }],
  outputs: [{ name: 'y', type: 'float16', shape: [batch, 3] }],
  nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
}

/** Gives back its strings. */
export const ECHO_STRINGS: TinyGraph = {
  inputs: [{ name: 'x', type: 'string', shape: [batch, 2] }],
  outputs: [{ name: 'y', type: 'string', shape: [batch, 2] }],
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
}

/** Takes text and a number, and gives back the text, and the number as text. */
export const MIXED_STRINGS: TinyGraph = {
  inputs: [
    { name: 'text', type: 'string', shape: [batch] },
    { name: 'number', type: 'int64', shape: [batch] },
  ],
  outputs: [
    { name: 'said', type: 'string', shape: [batch] },
    { name: 'written', type: 'string', shape: [batch] },
  ],
  nodes: [
    { op: 'Identity', inputs: ['text'], outputs: ['said'] },
    { op: 'Cast', inputs: ['number'], outputs: ['written'], attributes: { to: TYPES.string } },
  ],
}

/** Two inputs of different types and sizes and two outputs, as in the examples of the Open Inference Protocol. */
export const TWO_INPUTS: TinyGraph = {
  inputs: [
    { name: 'input0', type: 'uint32', shape: [2, 2] },
    { name: 'input1', type: 'bool', shape: [3] },
  ],
  outputs: [
    { name: 'output0', type: 'float32', shape: [2, 2] },
    { name: 'output1', type: 'bool', shape: [3] },
  ],
  nodes: [
    { op: 'Cast', inputs: ['input0'], outputs: ['output0'], attributes: { to: TYPES.float32 } },
    { op: 'Not', inputs: ['input1'], outputs: ['output1'] },
  ],
}

/** Rows of several inputs, as in the examples of TensorFlow Serving: a signal of five and a sensor of two by two. */
export const ROWS: TinyGraph = {
  inputs: [
    { name: 'signal', type: 'float32', shape: [batch, 5] },
    { name: 'sensor', type: 'float32', shape: [batch, 2, 2] },
  ],
  outputs: [
    { name: 'louder', type: 'float32', shape: [batch, 5] },
    { name: 'sensed', type: 'float32', shape: [batch, 2, 2] },
  ],
  nodes: [
    { op: 'Mul', inputs: ['signal', 'two'], outputs: ['louder'] },
    { op: 'Identity', inputs: ['sensor'], outputs: ['sensed'] },
  ],
  constants: [constant('two', [2])],
}

/**
 * Gives back its input, after products of matrices of zeros that take their time: a tenth of a second or so for 12 of
 * size 512, whatever the batch.
 */
export function slowIdentity(products: number, size = 512): TinyGraph {
  const chain = Array.from({ length: products }, (_, index) => ({
    op: 'MatMul',
    inputs: [`m${index}`, 'zeros'],
    outputs: [`m${index + 1}`],
  }))
  return {
    inputs: [{ name: 'x', type: 'float32', shape: [batch, 1] }],
    outputs: [{ name: 'y', type: 'float32', shape: [batch, 1] }],
    nodes: [
      { op: 'ReduceSum', inputs: ['x'], outputs: ['sum'] },
      { op: 'Mul', inputs: ['zeros', 'sum'], outputs: ['m0'] },
      ...chain,
      { op: 'ReduceSum', inputs: [`m${products}`], outputs: ['nothing'] },
      { op: 'Add', inputs: ['x', 'nothing'], outputs: ['y'] },
    ],
    constants: [{ name: 'zeros', shape: [size, size], values: new Float32Array(size * size) }],
  }
}

/** Layers of `width` to `width`, whose weights a batch reads once and rows by themselves each time. */
export function perceptron(layers: number, width: number): TinyGraph {
  let state = 1
  const weights = (index: number) => ({
    name: `w${index}`,
    shape: [width, width],
    values: Float32Array.from({ length: width * width }, () => {
      state = (state * 48_271) % 2_147_483_647
      return (state / 2_147_483_647 - 0.5) / Math.sqrt(width)
    }),
  })
  const names = Array.from({ length: layers + 1 }, (_, index) =>
    index === 0 ? 'x' : index === layers ? 'y' : `h${index}`,
  )
  return {
    inputs: [{ name: 'x', type: 'float32', shape: [batch, width] }],
    outputs: [{ name: 'y', type: 'float32', shape: [batch, width] }],
    nodes: Array.from({ length: layers }, (_, index) => ({
      op: 'MatMul',
      inputs: [names[index] ?? '', `w${index}`],
      outputs: [names[index + 1] ?? ''],
    })),
    constants: Array.from({ length: layers }, (_, index) => weights(index)),
  }
}
