import { tensorAttribute } from '../onnx/attributes.ts'
import { FLOAT32, type GraphProto, type TensorProto } from '../onnx/proto.ts'
import { countOf, float32Values, tensorShape } from '../onnx/tensor-values.ts'
import { type Edit, editGraph, floats, int8s, makeNode } from './edit-graph.ts'
import { quantizeBest } from './quantize.ts'

/**
 * Smaller tensors stay as they are: the nodes that would restore them take as much. So do vectors, such as biases: one
 * scale for all loses too much of them, and there are few.
 */
const LEAST_ELEMENTS = 256

/**
 * Weights as int8 with scales, restored to float32 by a Cast and a Mul that ONNX Runtime folds when it loads the
 * model: the file shrinks, and inference is that of float32. DequantizeLinear would say the same, but it takes a scale
 * per channel from opset 13 on only, and ONNX Runtime keeps it in the graph to run at every inference.
 * @param chosen names of the weights to make int8
 */
export function int8Weights(graph: GraphProto, chosen: ReadonlySet<string>): GraphProto {
  return editGraph(graph, {
    initializer: (each) => restored(each, each.name, chosen),
    node: (node) => {
      const value = node.op_type === 'Constant' ? tensorAttribute(node, 'value') : undefined
      return value && restored(value, node.output[0] ?? '', chosen)
    },
  })
}

/** The weights that would be made int8, those that rounding changes most first. */
export function quantizableWeights(
  graph: GraphProto,
): { readonly name: string; readonly elements: number }[] {
  const weights: { name: string; elements: number; loss: number }[] = []
  const note = (each: TensorProto, name: string) => {
    const quantized = quantizeTensor(each)
    if (quantized) weights.push({ name, elements: countOf(tensorShape(each)), loss: quantized.loss })
    return undefined
  }
  editGraph(graph, {
    initializer: (each) => note(each, each.name),
    node: (node) => {
      const value = node.op_type === 'Constant' ? tensorAttribute(node, 'value') : undefined
      return value && note(value, node.output[0] ?? '')
    },
  })
  return weights.sort((a, b) => b.loss - a.loss)
}

function isWeight(each: TensorProto): boolean {
  const shape = tensorShape(each) ?? []
  const count = shape.reduce((product, size) => product * size, 1)
  return each.data_type === FLOAT32 && count >= LEAST_ELEMENTS && shape.filter((size) => size > 1).length > 1
}

function restored(each: TensorProto, name: string, chosen: ReadonlySet<string>): Edit | undefined {
  const shape = tensorShape(each)
  const quantized = chosen.has(name) ? quantizeTensor(each) : undefined
  if (!quantized || !shape) return undefined
  const { values, scales } = quantized
  const whole = `${name}_q`
  const names = [`${name}_f`, ...scales.map((_, index) => `${name}_${index}`)]
  const tensors = scales.map(({ axis, factors }, index) => {
    const dims = axis === null ? [] : shape.map((size, at) => (at === axis ? size : 1)).slice(axis)
    return floats(`${name}_s${index}`, dims, factors)
  })
  const products = tensors.map((each, index) => {
    const last = index === tensors.length - 1
    return makeNode('Mul', [names[index] ?? '', each.name], [last ? name : (names[index + 1] ?? '')])
  })
  return {
    tensors: [int8s(whole, shape, values), ...tensors],
    before: [makeNode('Cast', [whole], [names[0] ?? ''], { to: FLOAT32 }), ...products],
    nodes: [],
  }
}

type Known = ReturnType<typeof quantizeBest>

/** Of the tensors that were quantised before: the search for layers that hurt makes many models of the same. */
const known = new WeakMap<TensorProto, Known>()

function quantizeTensor(each: TensorProto): Known | undefined {
  const shape = tensorShape(each)
  if (!isWeight(each) || !shape) return undefined
  const before = known.get(each)
  if (before) return before
  const weights = float32Values(each)
  if (!weights?.every(Number.isFinite)) return undefined
  const quantized = quantizeBest(weights, shape)
  known.set(each, quantized)
  return quantized
}
