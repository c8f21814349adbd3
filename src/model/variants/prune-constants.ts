import { allGraphs } from '../onnx/attributes.ts'
import {
  type GraphProto,
  make,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../onnx/proto.ts'
import { mapSubgraphs } from './edit-graph.ts'

/** Without the stored tensors that no node and no output takes any more. */
export function pruneConstants(graph: GraphProto): GraphProto {
  const all = allGraphs(graph)
  const used = new Set(
    all.flatMap(({ node, output }) => [
      ...node.flatMap(({ input }) => input),
      ...output.map(({ name }) => name),
    ]),
  )
  return prune(graph, used)
}

function prune(graph: GraphProto, used: ReadonlySet<string>): GraphProto {
  const dead = (node: NodeProto) => node.op_type === 'Constant' && !used.has(node.output[0] ?? '')
  return make('GraphProto', {
    ...graph,
    initializer: graph.initializer.filter(({ name }) => used.has(name)),
    node: graph.node
      .filter((node) => !dead(node))
      .map((node) => mapSubgraphs(node, (inner) => prune(inner, used))),
  })
}

/**
 * The same graph with short names inside, without names of nodes and declared shapes of what is inside: exporters
 * write names of a hundred letters, which are a sixth of a small model once its weights are int8. Inputs and outputs
 * keep their names.
 */
export function shortenNames(graph: GraphProto): GraphProto {
  const kept = new Set([...graph.input, ...graph.output].map(({ name }) => name))
  const short = new Map<string, string>()
  const rename = (name: string): string => {
    if (name === '' || kept.has(name)) return name
    const known = short.get(name) ?? unusedName(short.size, kept)
    short.set(name, known)
    return known
  }
  return renameGraph(graph, rename)
}

/** A letter that no other short name starts with keeps them apart from the names that are kept. */
function unusedName(index: number, kept: ReadonlySet<string>): string {
  let name = index.toString(36)
  while (kept.has(name)) name = `_${name}`
  return name
}

function renameGraph(graph: GraphProto, rename: (name: string) => string): GraphProto {
  const tensor = (each: TensorProto) => make('TensorProto', { ...each, name: rename(each.name) })
  const value = (each: ValueInfoProto) => make('ValueInfoProto', { ...each, name: rename(each.name) })
  return make('GraphProto', {
    ...graph,
    value_info: [],
    initializer: graph.initializer.map(tensor),
    input: graph.input.map(value),
    output: graph.output.map(value),
    node: graph.node.map((node) => renameNode(node, rename)),
  })
}

function renameNode(node: NodeProto, rename: (name: string) => string): NodeProto {
  const input = node.input.map(rename)
  const output = node.output.map(rename)
  const renamed = make('NodeProto', { ...node, name: '', input, output })
  return mapSubgraphs(renamed, (inner) => renameGraph(inner, rename))
}
