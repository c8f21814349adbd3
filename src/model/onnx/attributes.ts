import { type AttributeProto, type GraphProto, type NodeProto, type TensorProto, toNumber } from './proto.ts'

/** Attributes of a node by name, in the forms that they take. */

export function findAttribute(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((attribute) => attribute.name === name)
}

export function intAttribute(node: NodeProto, name: string, otherwise: number): number {
  const attribute = findAttribute(node, name)
  return attribute === undefined ? otherwise : toNumber(attribute.i)
}

export function floatAttribute(node: NodeProto, name: string, otherwise: number): number {
  return findAttribute(node, name)?.f ?? otherwise
}

export function intsAttribute(node: NodeProto, name: string): number[] | undefined {
  return findAttribute(node, name)?.ints.map(toNumber)
}

export function textAttribute(node: NodeProto, name: string, otherwise: string): string {
  const attribute = findAttribute(node, name)
  return attribute === undefined ? otherwise : Buffer.from(attribute.s).toString('utf8')
}

export function tensorAttribute(node: NodeProto, name: string): TensorProto | undefined {
  return findAttribute(node, name)?.t ?? undefined
}

/** Graphs inside a node: the branches of an If, the body of a Loop. */
export function subgraphs(node: NodeProto): { readonly name: string; readonly graph: GraphProto }[] {
  return node.attribute.flatMap(({ name, g, graphs }) =>
    [...(g ? [g] : []), ...graphs].map((graph) => ({ name, graph })),
  )
}

/** Every graph of a model: the main one first, then those inside its nodes, at any depth. */
export function allGraphs(graph: GraphProto): GraphProto[] {
  return [graph, ...graph.node.flatMap(subgraphs).flatMap((inner) => allGraphs(inner.graph))]
}
