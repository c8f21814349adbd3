import { findAttribute, intAttribute, intsAttribute, subgraphs } from '../onnx/attributes.ts'
import {
  FLOAT32,
  type GraphProto,
  INT64,
  type ModelProto,
  make,
  type NodeProto,
  type TensorProto,
  toNumber,
} from '../onnx/proto.ts'
import { editGraph, tensor } from './edit-graph.ts'

/** The first operator set that has DynamicQuantizeLinear, MatMulInteger and ConvInteger. */
export const QUANTIZING_OPSET = 11

/** Operators that opset 10 or 11 changed in a way that is not followed here. */
const CHANGED = new Set(['Upsample', 'Resize', 'Scan', 'NonMaxSuppression', 'Scatter'])

/**
 * A graph of opset 7 to 10 in the form of opset 11: what was an attribute became an input in Clip, Slice, Pad and TopK.
 * Null where the graph has an operator that changed in another way.
 */
export function upgradeTo11(graph: GraphProto, from: number): GraphProto | null {
  if (from >= QUANTIZING_OPSET) return graph
  if (from < 7 || hasChanged(graph)) return null
  return editGraph(graph, { node: (node) => upgradeNode(node, from) })
}

function hasChanged({ node }: GraphProto): boolean {
  return node.some(
    (each) => CHANGED.has(each.op_type) || subgraphs(each).some(({ graph }) => hasChanged(graph)),
  )
}

function upgradeNode(node: NodeProto, from: number) {
  const added = addedInputs(node, from)
  if (!added) return undefined
  const base = node.output[0] ?? ''
  const tensors = added.map((values, index) => values?.(`${base}/${index + 1}`))
  const names = tensors.map((each) => each?.name ?? '')
  const kept = node.attribute.filter((each) => !MOVED[node.op_type]?.includes(each.name))
  const [input = ''] = node.input
  const replaced = make('NodeProto', { ...node, input: [input, ...names], attribute: kept })
  return { nodes: [replaced], tensors: tensors.filter((each) => each !== undefined) }
}

const MOVED: Readonly<Record<string, readonly string[]>> = {
  Clip: ['min', 'max'],
  Slice: ['starts', 'ends', 'axes'],
  Pad: ['pads', 'value'],
  TopK: ['k'],
}

type Make = ((name: string) => TensorProto) | undefined

/** Inputs after the first, made of attributes; undefined where the node stays as it is. */
function addedInputs(node: NodeProto, from: number): Make[] | undefined {
  switch (node.op_type) {
    case 'Clip':
      return [float(findAttribute(node, 'min')?.f), float(findAttribute(node, 'max')?.f)]
    case 'Slice':
      if (from >= 10) return undefined
      return ['starts', 'ends', 'axes'].map((name) => ints(intsAttribute(node, name)))
    case 'Pad':
      return [ints(intsAttribute(node, 'pads')), float(findAttribute(node, 'value')?.f ?? 0)]
    case 'TopK':
      return from >= 10 ? undefined : [ints([intAttribute(node, 'k', 1)])]
    default:
      return undefined
  }
}

function float(value: number | undefined): Make {
  return value === undefined ? undefined : (name) => tensor(name, FLOAT32, [], Float32Array.of(value))
}

function ints(values: readonly number[] | undefined): Make {
  return values && ((name) => tensor(name, INT64, [values.length], BigInt64Array.from(values, BigInt)))
}

/** Version of ONNX's own operator set. */
export function operatorSet({ opset_import }: ModelProto): number {
  return toNumber(opset_import.find(({ domain }) => isOnnx(domain))?.version ?? 1)
}

export function withOperatorSet(model: ModelProto, version: number): ModelProto {
  const others = model.opset_import.filter(({ domain }) => !isOnnx(domain))
  return { ...model, opset_import: [{ domain: '', version }, ...others] }
}

function isOnnx(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx'
}
