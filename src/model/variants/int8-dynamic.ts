import { floatAttribute, intAttribute } from '../onnx/attributes.ts'
import { FLOAT32, type GraphProto, make, type NodeProto, UINT8 } from '../onnx/proto.ts'
import { float32Values, tensorShape } from '../onnx/tensor-values.ts'
import { type Constants, type Edit, editGraph, floats, int8s, makeNode, tensor } from './edit-graph.ts'
import { quantizeAlong } from './quantize.ts'

/**
 * Weights within ±64: CPUs without VNNI add pairs of products in 16 bits, which saturate beyond, so that the model
 * would answer differently there than where its accuracy was measured.
 */
const MOST = 64
/** Smaller products take longer to quantise than they save. */
const LEAST_WEIGHTS = 1024

/** Operators that are quantised; each kind pays on some machines and costs on others. */
export type DynamicKind = 'product' | 'convolution'

/** A node that can be quantised. */
export interface QuantizableNode {
  /** Name of its output, which identifies it. */
  readonly output: string
  readonly kind: DynamicKind
}

/**
 * Products and convolutions on int8 weights and on inputs that are quantised as they come: MatMulInteger and
 * ConvInteger, with a scale for each output channel.
 * @param chosen outputs of the nodes to quantise
 */
export function int8Dynamic(graph: GraphProto, chosen: ReadonlySet<string>): GraphProto {
  const quantized = new WeakMap<GraphProto, Set<string>>()
  return editGraph(graph, {
    node: (node, constants, owner) => {
      if (!chosen.has(node.output[0] ?? '')) return undefined
      const seen = quantized.get(owner) ?? new Set<string>()
      quantized.set(owner, seen)
      return node.op_type === 'Conv' ? convolution(node, constants, seen) : product(node, constants, seen)
    },
  })
}

/** The nodes that int8Dynamic can quantise. */
export function quantizableNodes(graph: GraphProto): QuantizableNode[] {
  const nodes: QuantizableNode[] = []
  editGraph(graph, {
    node: (node, constants) => {
      const output = node.output[0] ?? ''
      if (node.op_type === 'Conv' && convolution(node, constants, new Set()))
        nodes.push({ output, kind: 'convolution' })
      if (product(node, constants, new Set())) nodes.push({ output, kind: 'product' })
      return undefined
    },
  })
  return nodes
}

function product(node: NodeProto, constants: Constants, seen: Set<string>): Edit | undefined {
  const gemm = node.op_type === 'Gemm'
  if (!gemm && node.op_type !== 'MatMul') return undefined
  const [input = '', weightName = '', biasName = ''] = node.input
  const weight = constants.get(weightName)
  const shape = weight && tensorShape(weight)
  const stored = weight && float32Values(weight)
  const plain = !gemm || (intAttribute(node, 'transA', 0) === 0 && floatAttribute(node, 'beta', 1) === 1)
  if (!stored?.every(Number.isFinite) || shape?.length !== 2 || !plain || stored.length < LEAST_WEIGHTS)
    return undefined
  const turned = gemm && intAttribute(node, 'transB', 0) === 1
  const [rows = 0, columns = 0] = turned ? shape.toReversed() : shape
  const alpha = gemm ? floatAttribute(node, 'alpha', 1) : 1
  const values = turned ? transpose(stored, columns, rows) : stored
  const { values: whole, scales } = quantizeAlong(
    values.map((value) => value * alpha),
    [rows, columns],
    1,
    MOST,
  )
  const factors = scales[0]?.factors ?? new Float32Array()
  const output = node.output[0] ?? ''
  const n = names(output)
  const { q, scale, zero, nodes } = quantizedInput(input, seen)
  const result = biasName === '' ? output : n('sum')
  return {
    tensors: [int8s(n('w'), [rows, columns], whole), floats(n('ws'), [columns], factors)],
    nodes: [
      ...nodes,
      makeNode('MatMulInteger', [q, n('w'), zero], [n('int')]),
      makeNode('Cast', [n('int')], [n('float')], { to: FLOAT32 }),
      makeNode('Mul', [scale, n('ws')], [n('scale')]),
      makeNode('Mul', [n('float'), n('scale')], [result]),
      ...(biasName === '' ? [] : [makeNode('Add', [result, biasName], [output])]),
    ],
  }
}

/** ONNX Runtime's ConvInteger takes weights as uint8 with one zero point: 128 stands for 0. */
const ZERO = 128

function convolution(node: NodeProto, constants: Constants, seen: Set<string>): Edit | undefined {
  const [input = '', weightName = '', biasName = ''] = node.input
  const weight = constants.get(weightName)
  const shape = weight && tensorShape(weight)
  const stored = weight && float32Values(weight)
  const dense = intAttribute(node, 'group', 1) === 1
  if (
    !stored?.every(Number.isFinite) ||
    (shape?.length ?? 0) < 3 ||
    !shape ||
    !dense ||
    stored.length < LEAST_WEIGHTS
  )
    return undefined
  const { values, scales } = quantizeAlong(stored, shape, 0, MOST)
  const factors = scales[0]?.factors ?? new Float32Array()
  const output = node.output[0] ?? ''
  const n = names(output)
  const channels = shape[0] ?? 0
  const perChannel = shape.map((_, at) => (at === 1 ? channels : 1))
  const { q, scale, zero, nodes } = quantizedInput(input, seen)
  const result = biasName === '' ? output : n('sum')
  const bias = constants.get(biasName)
  const biasValues = bias && float32Values(bias)
  if (biasName !== '' && !biasValues) return undefined
  return {
    tensors: [
      tensor(
        n('w'),
        UINT8,
        shape,
        Uint8Array.from(values, (value) => value + ZERO),
      ),
      tensor(n('wz'), UINT8, [], Uint8Array.of(ZERO)),
      floats(n('ws'), perChannel, factors),
      ...(biasValues ? [floats(n('b'), perChannel, biasValues)] : []),
    ],
    nodes: [
      ...nodes,
      make('NodeProto', {
        ...node,
        op_type: 'ConvInteger',
        input: [q, n('w'), zero, n('wz')],
        output: [n('int')],
      }),
      makeNode('Cast', [n('int')], [n('float')], { to: FLOAT32 }),
      makeNode('Mul', [scale, n('ws')], [n('scale')]),
      makeNode('Mul', [n('float'), n('scale')], [result]),
      ...(biasValues ? [makeNode('Add', [result, n('b')], [output])] : []),
    ],
  }
}

/** Nodes that take the same input share its quantised form. */
function quantizedInput(input: string, seen: Set<string>) {
  const n = names(input)
  const [q, scale, zero] = [n('xq'), n('xs'), n('xz')]
  const nodes = seen.has(input) ? [] : [makeNode('DynamicQuantizeLinear', [input], [q, scale, zero])]
  seen.add(input)
  return { q, scale, zero, nodes }
}

function names(base: string): (suffix: string) => string {
  return (suffix) => `${base}/${suffix}`
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    values,
    (_, index) => values[(index % rows) * columns + Math.floor(index / rows)] ?? 0,
  )
}
