import { intAttribute, intsAttribute, textAttribute } from '../onnx/attributes.ts'
import { FLOAT32, INT32, INT64 } from '../onnx/proto.ts'
import { einsumShape } from './einsum.ts'
import {
  axisOf,
  broadcast,
  type Dimension,
  of,
  type Rule,
  type RuleContext,
  type Shape,
  ShapeFault,
  UNKNOWN,
  type Value,
} from './value.ts'

/** Operators that do the work: convolutions, products, pools, recurrent layers. */

interface Window {
  readonly kernel: readonly Dimension[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** All begins, then all ends. */
  readonly pads: readonly number[]
  readonly autoPad: string
}

function windowOf({ node }: RuleContext, kernel: readonly Dimension[]): Window {
  const ones = kernel.map(() => 1)
  return {
    kernel,
    strides: intsAttribute(node, 'strides') ?? ones,
    dilations: intsAttribute(node, 'dilations') ?? ones,
    pads: intsAttribute(node, 'pads') ?? [...ones, ...ones].map(() => 0),
    autoPad: textAttribute(node, 'auto_pad', 'NOTSET'),
  }
}

/** Sizes that a window sliding over `spatial` gives. */
function slide(spatial: Shape, { kernel, strides, dilations, pads, autoPad }: Window, ceil = false): Shape {
  return spatial.map((size, index) => {
    const [width, stride = 1, dilation = 1] = [kernel[index], strides[index], dilations[index]]
    if (size === null || width === null || width === undefined) return null
    if (autoPad.startsWith('SAME')) return Math.ceil(size / stride)
    const padding = autoPad === 'VALID' ? 0 : (pads[index] ?? 0) + (pads[index + spatial.length] ?? 0)
    const room = size + padding - dilation * (width - 1) - 1
    if (room < 0) throw new ShapeFault(`a window of ${width} does not fit into ${size}`)
    if (!ceil) return Math.floor(room / stride) + 1
    const steps = Math.ceil(room / stride)
    // A last window that would start in the padding at the end is left out.
    return steps * stride >= size + (pads[index] ?? 0) ? steps : steps + 1
  })
}

function convolution(weightAt: number, type?: number): Rule {
  return (inputs, context) => {
    const [x = UNKNOWN, weight = UNKNOWN] = [inputs[0], inputs[weightAt]]
    const kernel = weight.shape?.slice(2) ?? intsAttribute(context.node, 'kernel_shape')
    if (!kernel) return [of(type ?? x.type, null)]
    if (!x.shape) return [of(type ?? x.type, null)]
    const [batch = null, channels = null, ...spatial] = x.shape
    const perGroup = weight.shape?.[1]
    const groups = intAttribute(context.node, 'group', 1)
    if (spatial.length !== kernel.length) {
      throw new ShapeFault(`${spatial.length} spatial dimensions under a kernel of ${kernel.length}`)
    }
    if (channels !== null && perGroup !== null && perGroup !== undefined && channels !== perGroup * groups) {
      throw new ShapeFault(`${channels} channels where the weights take ${perGroup * groups}`)
    }
    return [
      of(type ?? x.type, [batch, weight.shape?.[0] ?? null, ...slide(spatial, windowOf(context, kernel))]),
    ]
  }
}

const transposedConvolution: Rule = (inputs, context) => {
  const [x = UNKNOWN, weight = UNKNOWN] = inputs
  if (!x.shape || !weight.shape) return [of(x.type, null)]
  const { node } = context
  const [batch = null, , ...spatial] = x.shape
  const perGroup = weight.shape[1]
  const channels = typeof perGroup === 'number' ? perGroup * intAttribute(node, 'group', 1) : null
  const { kernel, strides, dilations, pads, autoPad } = windowOf(context, weight.shape.slice(2))
  const extra = intsAttribute(node, 'output_padding') ?? []
  const sizes =
    intsAttribute(node, 'output_shape')?.slice(-spatial.length) ??
    spatial.map((size, index) => {
      const [width, stride = 1, dilation = 1] = [kernel[index], strides[index], dilations[index]]
      if (size === null || width === null || width === undefined) return null
      if (autoPad.startsWith('SAME')) return size * stride
      const padding = (pads[index] ?? 0) + (pads[index + spatial.length] ?? 0)
      return stride * (size - 1) + (extra[index] ?? 0) + dilation * (width - 1) + 1 - padding
    })
  return [of(x.type, [batch, channels, ...sizes])]
}

const pool: Rule = (inputs, context) => {
  const x = inputs[0] ?? UNKNOWN
  const kernel = intsAttribute(context.node, 'kernel_shape') ?? []
  if (!x.shape) return [of(x.type, null), of(INT64, null)]
  const ceil = intAttribute(context.node, 'ceil_mode', 0) === 1
  const shape = [...x.shape.slice(0, 2), ...slide(x.shape.slice(2), windowOf(context, kernel), ceil)]
  return [of(x.type, shape), of(INT64, shape)]
}

const globalPool: Rule = ([x = UNKNOWN]) => [
  of(x.type, x.shape && [...x.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)]),
]

/** Numpy's matrix product. */
function productShape(a: Shape | null, b: Shape | null): Shape | null {
  if (!a || !b || a.length === 0 || b.length === 0) return null
  const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b]
  const [inner, other] = [left.at(-1), right.at(-2)]
  if (typeof inner === 'number' && typeof other === 'number' && inner !== other) {
    throw new ShapeFault(`a product of ${inner} columns with ${other} rows`)
  }
  const outer = broadcast(left.slice(0, -2), right.slice(0, -2)) ?? []
  const rows = a.length === 1 ? [] : [left.at(-2) ?? null]
  const columns = b.length === 1 ? [] : [right.at(-1) ?? null]
  return [...outer, ...rows, ...columns]
}

function product(weightAt: number, type?: number): Rule {
  return (inputs) => {
    const [a = UNKNOWN, b = UNKNOWN] = [inputs[0], inputs[weightAt]]
    return [of(type ?? a.type, productShape(a.shape, b.shape))]
  }
}

const fusedProduct: Rule = (inputs, { node }) => {
  const [a = UNKNOWN, b = UNKNOWN] = inputs
  const turned = (value: Value, name: string) => turn(value.shape, intAttribute(node, name, 0) === 1)
  return [of(a.type, productShape(turned(a, 'transA'), turned(b, 'transB')))]
}

function turn(shape: Shape | null, yes: boolean): Shape | null {
  if (!yes || !shape || shape.length < 2) return shape
  return [...shape.slice(0, -2), shape.at(-1) ?? null, shape.at(-2) ?? null]
}

const recurrent: Rule = (inputs, { node }) => {
  const x = inputs[0] ?? UNKNOWN
  const hidden = intAttribute(node, 'hidden_size', inputs[2]?.shape?.[2] ?? Number.NaN)
  const directions = textAttribute(node, 'direction', 'forward') === 'bidirectional' ? 2 : 1
  if (x.shape?.length !== 3 || Number.isNaN(hidden)) return [UNKNOWN, UNKNOWN, UNKNOWN]
  const batchFirst = intAttribute(node, 'layout', 0) === 1
  const [sequence = null, batch = null] = batchFirst ? [x.shape[1], x.shape[0]] : x.shape
  const state = of(x.type, batchFirst ? [batch, directions, hidden] : [directions, batch, hidden])
  const all = batchFirst ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden]
  return [of(x.type, all), state, state]
}

const einsum: Rule = (inputs, { node }) => {
  const shapes = inputs.map((input) => input?.shape ?? null)
  return [of(inputs[0]?.type ?? FLOAT32, einsumShape(textAttribute(node, 'equation', ''), shapes))]
}

const argReduce: Rule = (inputs, { node }) => {
  const shape = inputs[0]?.shape
  if (!shape) return [of(INT64, null)]
  const axis = axisOf(intAttribute(node, 'axis', 0), shape.length)
  const keep = intAttribute(node, 'keepdims', 1) === 1
  return [
    of(
      INT64,
      shape.flatMap((size, index) => (index === axis ? (keep ? [1] : []) : [size])),
    ),
  ]
}

export const LAYERS: Readonly<Record<string, Rule>> = {
  Conv: convolution(1),
  FusedConv: convolution(1),
  ConvInteger: convolution(1, INT32),
  QLinearConv: convolution(3),
  ConvTranspose: transposedConvolution,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  MatMul: product(1),
  MatMulInteger: product(1, INT32),
  QLinearMatMul: product(3),
  DynamicQuantizeMatMul: product(1, FLOAT32),
  MatMulIntegerToFloat: product(1, FLOAT32),
  Gemm: fusedProduct,
  FusedGemm: fusedProduct,
  FusedMatMul: fusedProduct,
  TransposeMatMul: fusedProduct,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  DynamicQuantizeLSTM: recurrent,
  Einsum: einsum,
  ArgMax: argReduce,
  ArgMin: argReduce,
}
