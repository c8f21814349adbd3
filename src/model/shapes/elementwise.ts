import { intAttribute } from '../onnx/attributes.ts'
import { BOOL, FLOAT32, INT8, UINT8 } from '../onnx/proto.ts'
import { broadcast, type Inputs, of, type Rule, type Shape, sizeOf, UNKNOWN, type Value } from './value.ts'

/** Operators that work on each element by itself. */

function first(inputs: Inputs): Value {
  return inputs[0] ?? UNKNOWN
}

function same(apply?: (value: number) => number): Rule {
  return (inputs) => {
    const { type, shape, values } = first(inputs)
    return [of(type, shape, apply && values?.map(apply))]
  }
}

const cast: Rule = (inputs, { node }) => {
  const to = intAttribute(node, 'to', 0)
  const { shape, values } = first(inputs)
  const fractional = to === FLOAT32 || to === 10 || to === 11 || to === 16
  const convert = to === BOOL ? (value: number) => Number(value !== 0) : fractional ? Number : Math.trunc
  return [of(to, shape, values?.map(convert))]
}

/** Of any number of inputs, as Sum and Concat's friends take them. */
function combine(apply?: (a: number, b: number) => number, type?: number): Rule {
  return (inputs) => {
    const [head = UNKNOWN, ...rest] = inputs.map((input) => input ?? UNKNOWN)
    const combined = rest.reduce((sum, input) => pair(sum, input, apply), head)
    return [of(type ?? combined.type, combined.shape, combined.values)]
  }
}

function pair(a: Value, b: Value, apply?: (a: number, b: number) => number): Value {
  const shape = broadcast(a.shape, b.shape)
  const [left, right] = [spread(a, shape), spread(b, shape)]
  const values = apply && left && right?.map((value, index) => apply(left[index] ?? 0, value))
  return of(a.type || b.type, shape, values)
}

/** The elements of a value stretched to a shape; undefined where they are not known. */
export function spread({ shape, values }: Value, to: Shape | null): number[] | undefined {
  const count = sizeOf(to)
  if (!values || !shape || !to || count === null || count > 4096) return undefined
  if (values.length === 1) return Array.from({ length: count }, () => values[0] ?? 0)
  if (values.length === count) return [...values]
  const strides = new Array<number>(to.length).fill(0)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1
    if (size !== 1) strides[axis + to.length - shape.length] = stride
    stride *= size
  }
  return Array.from({ length: count }, (_, index) => values[sourceIndex(index, to, strides)] ?? 0)
}

function sourceIndex(index: number, to: Shape, strides: readonly number[]): number {
  let [rest, source] = [index, 0]
  for (let axis = to.length - 1; axis >= 0; axis--) {
    const size = to[axis] ?? 1
    source += (rest % size) * (strides[axis] ?? 0)
    rest = Math.floor(rest / size)
  }
  return source
}

const where: Rule = ([condition = UNKNOWN, a = UNKNOWN, b = UNKNOWN]) => {
  const shape = broadcast(condition.shape, broadcast(a.shape, b.shape))
  const [chosen, left, right] = [condition, a, b].map((value) => spread(value, shape))
  const values =
    chosen && left && right && chosen.map((yes, index) => (yes ? left[index] : right[index]) ?? 0)
  return [of(a.type || b.type, shape, values)]
}

function typed(type: number): Rule {
  return (inputs) => [of(type, first(inputs).shape)]
}

const quantize: Rule = (inputs) => [of(inputs[2]?.type || UINT8, first(inputs).shape)]
const dequantize: Rule = (inputs) => [of(inputs[1]?.type || FLOAT32, first(inputs).shape)]
const dynamicQuantize: Rule = (inputs) => [of(UINT8, first(inputs).shape), of(FLOAT32, []), of(UINT8, [])]
/** The second output is the mask. */
const dropout: Rule = (inputs) => [first(inputs), of(BOOL, first(inputs).shape)]

const divide = (a: number, b: number) =>
  Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(a / b) : a / b

const SAME = `Relu Sigmoid Tanh HardSigmoid HardSwish Clip LeakyRelu Exp Log Erf Reciprocal Softmax LogSoftmax Softplus
  Softsign Elu Selu Celu Gelu Mish ThresholdedRelu BatchNormalization InstanceNormalization LayerNormalization
  GroupNormalization RMSNormalization LpNormalization LRN MeanVarianceNormalization CumSum Hardmax Trilu Sin Cos Tan Asin
  Acos Atan Sinh Cosh Asinh Acosh Atanh Shrink BitwiseNot QuickGelu FastGelu BiasGelu SkipLayerNormalization
  SimplifiedLayerNormalization SkipSimplifiedLayerNormalization Swish Bernoulli RotaryEmbedding ReverseSequence
  ScatterElements ScatterND Scatter QLinearSigmoid QLinearLeakyRelu QLinearAdd QLinearMul`

export const ELEMENTWISE: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(SAME.split(/\s+/).map((name) => [name, same()])),
  Identity: (inputs) => [first(inputs)],
  Abs: same(Math.abs),
  Neg: same((value) => -value),
  Floor: same(Math.floor),
  Ceil: same(Math.ceil),
  Round: same(Math.round),
  Sign: same(Math.sign),
  Sqrt: same(Math.sqrt),
  Not: same((value) => Number(value === 0)),
  Cast: cast,
  CastLike: (inputs) => [of(inputs[1]?.type ?? 0, first(inputs).shape, first(inputs).values)],
  Add: combine((a, b) => a + b),
  Sub: combine((a, b) => a - b),
  Mul: combine((a, b) => a * b),
  Div: combine(divide),
  Mod: combine((a, b) => a - b * Math.floor(a / b)),
  Pow: combine((a, b) => a ** b),
  Min: combine(Math.min),
  Max: combine(Math.max),
  Sum: combine((a, b) => a + b),
  Mean: combine(),
  PRelu: combine(),
  BitShift: combine(),
  BitwiseAnd: combine(),
  BitwiseOr: combine(),
  BitwiseXor: combine(),
  And: combine((a, b) => Number(a !== 0 && b !== 0), BOOL),
  Or: combine((a, b) => Number(a !== 0 || b !== 0), BOOL),
  Xor: combine((a, b) => Number((a !== 0) !== (b !== 0)), BOOL),
  Equal: combine((a, b) => Number(a === b), BOOL),
  Greater: combine((a, b) => Number(a > b), BOOL),
  GreaterOrEqual: combine((a, b) => Number(a >= b), BOOL),
  Less: combine((a, b) => Number(a < b), BOOL),
  LessOrEqual: combine((a, b) => Number(a <= b), BOOL),
  IsNaN: typed(BOOL),
  IsInf: typed(BOOL),
  Where: where,
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  Dropout: dropout,
  QLinearSoftmax: typed(INT8),
}
