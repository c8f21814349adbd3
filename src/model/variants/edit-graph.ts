import { subgraphs, tensorAttribute } from '../onnx/attributes.ts'
import {
  ATTRIBUTE,
  FLOAT32,
  type GraphProto,
  INT8,
  make,
  type NodeProto,
  type TensorProto,
} from '../onnx/proto.ts'

/** Makes the messages that a rewritten graph needs. */

export function tensor(
  name: string,
  type: number,
  dims: readonly number[],
  values: ArrayBufferView,
): TensorProto {
  const raw_data = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return make('TensorProto', { name, data_type: type, dims: [...dims], raw_data })
}

export function floats(name: string, dims: readonly number[], values: Float32Array): TensorProto {
  return tensor(name, FLOAT32, dims, values)
}

export function int8s(name: string, dims: readonly number[], values: Int8Array): TensorProto {
  return tensor(name, INT8, dims, values)
}

export function makeNode(
  operator: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number'
      ? make('AttributeProto', { name, type: ATTRIBUTE.int, i: value })
      : make('AttributeProto', { name, type: ATTRIBUTE.ints, ints: [...value] }),
  )
  return make('NodeProto', { op_type: operator, input: [...input], output: [...output], attribute })
}

/** Tensors by name that a graph and those around it hold: initialisers, and constants that are nodes. */
export type Constants = ReadonlyMap<string, TensorProto>

/** What becomes of one node: the nodes that take its place, and tensors to add to its graph. */
export interface Edit {
  readonly nodes: readonly NodeProto[]
  readonly tensors?: readonly TensorProto[]
  /** Nodes that go to the start of the graph. */
  readonly before?: readonly NodeProto[]
}

export interface GraphEditor {
  /** Of a node, or undefined to leave it as it is. */
  readonly node?: (node: NodeProto, constants: Constants, graph: GraphProto) => Edit | undefined
  /** Of an initialiser: its replacement. */
  readonly initializer?: (tensor: TensorProto) => Edit | undefined
}

/** A copy of the graph, with those inside its nodes, edited; what is not edited is shared with the original. */
export function editGraph(graph: GraphProto, editor: GraphEditor, outer: Constants = new Map()): GraphProto {
  const constants = new Map([...outer, ...constantsOf(graph)])
  const initializer: TensorProto[] = []
  const before: NodeProto[] = []
  const nodes: NodeProto[] = []
  const take = (edit: Edit) => {
    initializer.push(...(edit.tensors ?? []))
    before.push(...(edit.before ?? []))
    nodes.push(...edit.nodes)
  }
  const replaced = new Set<string>()
  for (const each of graph.initializer) {
    const edit = editor.initializer?.(each)
    if (!edit) {
      initializer.push(each)
      continue
    }
    replaced.add(each.name)
    take(edit)
  }
  for (const node of graph.node) {
    const edit = editor.node?.(node, constants, graph)
    take(edit ?? { nodes: [editInside(node, editor, constants)] })
  }
  const input = graph.input.filter(({ name }) => !replaced.has(name))
  return make('GraphProto', { ...graph, initializer, input, node: [...before, ...nodes] })
}

function editInside(node: NodeProto, editor: GraphEditor, constants: Constants): NodeProto {
  return mapSubgraphs(node, (inner) => editGraph(inner, editor, constants))
}

/** A node whose inner graphs are replaced; the node itself where it has none. */
export function mapSubgraphs(node: NodeProto, replace: (graph: GraphProto) => GraphProto): NodeProto {
  if (subgraphs(node).length === 0) return node
  const attribute = node.attribute.map((each) => {
    if (!each.g && each.graphs.length === 0) return each
    return make('AttributeProto', { ...each, g: each.g && replace(each.g), graphs: each.graphs.map(replace) })
  })
  return make('NodeProto', { ...node, attribute })
}

function constantsOf(graph: GraphProto): [string, TensorProto][] {
  const nodes = graph.node.flatMap((node): [string, TensorProto][] => {
    const value = node.op_type === 'Constant' ? tensorAttribute(node, 'value') : undefined
    return value ? [[node.output[0] ?? '', value]] : []
  })
  return [...graph.initializer.map((each): [string, TensorProto] => [each.name, each]), ...nodes]
}
