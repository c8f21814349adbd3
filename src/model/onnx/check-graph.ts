import type { Problem } from '../../core/errors.ts'
import { formatBytes } from '../../core/units.ts'
import { subgraphs, tensorAttribute } from './attributes.ts'
import { bytesOf, ELEMENTS, type GraphProto, type NodeProto, type TensorProto, toNumber } from './proto.ts'
import { countOf, isWhole, storedBytes, tensorShape } from './tensor-values.ts'

/** Problems are shown up to this many: a broken file has one cause. */
const MOST_PROBLEMS = 20

/** What makes a graph impossible to run: names that nothing gives, cycles, tensors without their data. */
export function graphProblems(graph: GraphProto, path: string): Problem[] {
  const messages: string[] = []
  checkNames(graph, new Set(), messages)
  return messages.slice(0, MOST_PROBLEMS).map((message) => ({
    file: path,
    message,
    hint: 'the model is broken: export it again',
  }))
}

function checkNames(graph: GraphProto, outer: ReadonlySet<string>, messages: string[]): void {
  const known = new Set(outer)
  const tensors = [
    ...graph.initializer,
    ...graph.node.flatMap((node) => tensorAttribute(node, 'value') ?? []),
  ]
  for (const tensor of tensors) messages.push(...tensorFault(tensor))
  for (const { name } of [...graph.initializer, ...graph.input]) known.add(name)
  for (const { values } of graph.sparse_initializer) known.add(values?.name ?? '')
  const own = new Set(graph.node.flatMap(({ output }) => output))
  const given = new Set<string>()
  for (const node of graph.node) {
    if (node.op_type === '') messages.push(`node ${label(node)} has no operator`)
    for (const name of node.input)
      if (name !== '' && !known.has(name)) messages.push(missing(node, name, own))
    for (const name of node.output) {
      if (name !== '' && given.has(name)) messages.push(`two nodes give "${name}"`)
      given.add(name)
      known.add(name)
    }
    for (const inner of subgraphs(node)) checkNames(inner.graph, known, messages)
    if (messages.length >= MOST_PROBLEMS) return
  }
  for (const { name } of graph.output) {
    if (!known.has(name)) messages.push(`nothing gives the output "${name}"`)
  }
}

/** ONNX sorts nodes so that each comes after those whose outputs it takes: one that does not is on a cycle, or misplaced. */
function missing(node: NodeProto, name: string, own: ReadonlySet<string>): string {
  const who = `node ${label(node)} takes "${name}"`
  return own.has(name)
    ? `${who} before it is there: the graph has a cycle or is not sorted`
    : `${who}, which nothing gives`
}

function tensorFault(tensor: TensorProto): string[] {
  const shape = tensorShape(tensor)
  const name = `tensor "${tensor.name}"`
  const dims = `[${tensor.dims.map(toNumber).join(', ')}]`
  if (shape === null || Number.isNaN(countOf(shape))) return [`${name} has an impossible shape, ${dims}`]
  if (!ELEMENTS[tensor.data_type]) return [`${name} has an unknown element type, ${tensor.data_type}`]
  if (isWhole(tensor) || tensor.string_data.length > 0) return []
  const needs = bytesOf(tensor.data_type, countOf(shape))
  return [
    `${name} of shape ${dims} takes ${formatBytes(needs)}, but the file has ${formatBytes(storedBytes(tensor))} of it`,
  ]
}

function label({ name, op_type, output }: NodeProto): string {
  return `${op_type} ${JSON.stringify(name || (output[0] ?? ''))}`
}
