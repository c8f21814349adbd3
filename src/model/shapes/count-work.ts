import { intAttribute, textAttribute } from '../onnx/attributes.ts'
import { bytesOf, type NodeProto } from '../onnx/proto.ts'
import { einsumSizes, parseEinsum } from './einsum.ts'
import { type Inputs, type Shape, sizeOf, type Value } from './value.ts'

/** What one inference takes, by shapes alone. */
export interface Work {
  /** Multiply-adds of convolutions, products and recurrent layers; all else is small beside them. */
  readonly macs: number
  /**
   * Bytes that its operators read and write when each reads its inputs and writes its outputs once: what a runtime
   * that fuses nothing moves, so an upper bound.
   */
  readonly bytesMoved: number
  /** Operators that run: those that compute or move elements, and are not computed once at load. */
  readonly kernels: number
}

export const NO_WORK: Work = { macs: 0, bytesMoved: 0, kernels: 0 }

export function addWork(a: Work, b: Work): Work {
  return { macs: a.macs + b.macs, bytesMoved: a.bytesMoved + b.bytesMoved, kernels: a.kernels + b.kernels }
}

export function scaleWork({ macs, bytesMoved, kernels }: Work, times: number): Work {
  return { macs: macs * times, bytesMoved: bytesMoved * times, kernels: kernels * times }
}

/** Multiply-adds of a node; null where a shape that decides is not known. */
export function countMacs(node: NodeProto, inputs: Inputs, outputs: readonly Value[]): number | null {
  const count = COUNTERS[node.op_type]
  return count ? count(node, inputs, outputs) : 0
}

/** Bytes that a node reads and writes; null where a shape is not known. */
export function countBytes(node: NodeProto, inputs: Inputs, outputs: readonly Value[]): number | null {
  if (MOVES_NOTHING.has(node.op_type)) return 0
  const written = node.output.map((name, index) => (name === '' ? 0 : bytesOfValue(outputs[index])))
  const read = PICKS.has(node.op_type) ? written : inputs.map((input) => (input ? bytesOfValue(input) : 0))
  return [...read, ...written].reduce<number | null>(
    (sum, bytes) => (sum === null || bytes === null ? null : sum + bytes),
    0,
  )
}

function bytesOfValue(value: Value | undefined): number | null {
  const count = sizeOf(value?.shape)
  return count === null || !value ? null : bytesOf(value.type, count)
}

/** Whether a node computes or moves elements when it runs. */
export function isKernel({ op_type }: NodeProto): boolean {
  return !MOVES_NOTHING.has(op_type)
}

/** These give their input another shape, or none of their values to compute. */
const MOVES_NOTHING = new Set(
  'Reshape Flatten Squeeze Unsqueeze Identity Shape Size Constant Dropout If Loop Scan'.split(' '),
)
/** These read only what they give. */
const PICKS = new Set('Slice Gather GatherElements GatherND'.split(' '))

type Counter = (node: NodeProto, inputs: Inputs, outputs: readonly Value[]) => number | null

/** Each output takes the weights of one filter. */
function convolution(weightAt: number): Counter {
  return (_, inputs, outputs) => times(sizeOf(outputs[0]?.shape), sizeOf(inputs[weightAt]?.shape?.slice(1)))
}

/** Each input goes into the weights of one filter. */
const transposed: Counter = (_, inputs) => times(sizeOf(inputs[0]?.shape), sizeOf(inputs[1]?.shape?.slice(1)))

/** Each output takes one row of the first operand, which is a column if that is turned. */
const product: Counter = (node, inputs, outputs) => {
  const turned = intAttribute(node, 'transA', 0) === 1
  return times(sizeOf(outputs[0]?.shape), inputs[0]?.shape?.at(turned ? -2 : -1) ?? null)
}

/** @param gates products per step: of an LSTM 4, of a GRU 3 */
function recurrent(gates: number): Counter {
  return (node, inputs) => {
    const [x, , r] = inputs
    const [rows, hidden] = [sizeOf(x?.shape?.slice(0, 2)), r?.shape?.[2] ?? null]
    const width = x?.shape?.[2] ?? null
    const directions = textAttribute(node, 'direction', 'forward') === 'bidirectional' ? 2 : 1
    if (width === null || hidden === null) return null
    return times(rows, directions * gates * hidden * (width + hidden))
  }
}

const einsum: Counter = (node, inputs) => {
  const parsed = parseEinsum(textAttribute(node, 'equation', ''))
  if (!parsed) return null
  const shapes: (Shape | null)[] = inputs.map((input) => input?.shape ?? null)
  return sizeOf([...einsumSizes(parsed.operands, shapes).values()])
}

const COUNTERS: Readonly<Record<string, Counter>> = {
  Conv: convolution(1),
  FusedConv: convolution(1),
  ConvInteger: convolution(1),
  QLinearConv: convolution(3),
  ConvTranspose: transposed,
  MatMul: product,
  FusedMatMul: product,
  TransposeMatMul: product,
  Gemm: product,
  FusedGemm: product,
  MatMulInteger: product,
  QLinearMatMul: product,
  DynamicQuantizeMatMul: product,
  MatMulIntegerToFloat: product,
  LSTM: recurrent(4),
  DynamicQuantizeLSTM: recurrent(4),
  GRU: recurrent(3),
  RNN: recurrent(1),
  Einsum: einsum,
}

function times(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a * b
}
