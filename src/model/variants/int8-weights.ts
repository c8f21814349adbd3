import { tensorAttribute } from '../onnx/attributes.ts'
import { FLOAT32, type GraphProto, type TensorProto } from '../onnx/proto.ts'
import { float32Values, tensorShape } from '../onnx/tensor-values.ts'
import { type Edit, editGraph, floats, int8s, makeNode } from './edit-graph.ts'
import { quantizeBest } from './quantize.ts'

/** Smaller tensors stay as they are: the nodes that would restore them take as much. */
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

/** Names of the weights that would be made int8. */
export function quantizableWeights(graph: GraphProto): string[] {
  const names: string[] = []
  const note = (each: TensorProto, name: string) => {
    if (isWeight(each)) names.push(name)
    return undefined
  }
  editGraph(graph, {
    initializer: (each) => note(each, each.name),
    node: (node) => {
      const value = node.op_type === 'Constant' ? tensorAttribute(node, 'value') : undefined
      return value && note(value, node.output[0] ?? '')
    },
  })
  return names
}

function isWeight(each: TensorProto): boolean {
  const count = tensorShape(each)?.reduce((product, size) => product * size, 1) ?? 0
  return each.data_type === FLOAT32 && count >= LEAST_ELEMENTS
}

function restored(each: TensorProto, name: string, chosen: ReadonlySet<string>): Edit | undefined {
  const shape = tensorShape(each)
  if (!isWeight(each) || !shape || !chosen.has(name)) return undefined
  const weights = float32Values(each)
  if (!weights?.every(Number.isFinite)) return undefined
  const { values, scales, axis } = quantizeBest(weights, shape)
  const scaleShape = axis === null ? [] : shape.map((size, at) => (at === axis ? size : 1)).slice(axis)
  const [whole, scale, float] = [`${name}_q`, `${name}_s`, `${name}_f`]
  return {
    tensors: [int8s(whole, shape, values), floats(scale, scaleShape, scales)],
    before: [makeNode('Cast', [whole], [float], { to: FLOAT32 }), makeNode('Mul', [float, scale], [name])],
    nodes: [],
  }
}
