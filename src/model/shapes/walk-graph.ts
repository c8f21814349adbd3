import { subgraphs } from '../onnx/attributes.ts'
import { type GraphProto, INT64, type NodeProto, toNumber, type ValueInfoProto } from '../onnx/proto.ts'
import { smallValues, tensorShape } from '../onnx/tensor-values.ts'
import { addWork, countBytes, countMacs, isKernel, NO_WORK, scaleWork, type Work } from './count-work.ts'
import { ELEMENTWISE } from './elementwise.ts'
import { LAYERS } from './layers.ts'
import { LAYOUT } from './layout.ts'
import { RESIZING } from './resizing.ts'
import { type Inputs, of, type Rule, type Shape, ShapeFault, UNKNOWN, type Value } from './value.ts'

const RULES: Readonly<Record<string, Rule>> = { ...ELEMENTWISE, ...LAYERS, ...LAYOUT, ...RESIZING }
/** Domains whose operators have the names and shapes of ONNX's own, or are ONNX Runtime's fusions of them. */
const KNOWN_DOMAINS = new Set(['', 'ai.onnx', 'com.microsoft'])

/** The gap that leaves an upper bound, not less than the truth. */
export const DEARER_BRANCH = 'which branch an If takes depends on the input'

/** Something that could not be worked out, for what reason; equal ones are counted. */
export interface Gap {
  readonly reason: string
  readonly count: number
  /** Name of the first node that it holds for. */
  readonly example: string
}

export interface GraphWork {
  readonly values: ReadonlyMap<string, Value>
  readonly work: Work
  readonly gaps: readonly Gap[]
}

interface Walk {
  readonly opsets: ReadonlyMap<string, number>
  readonly gaps: Map<string, { count: number; example: string }>
}

/** Names in a graph: its own, else those of the graph around it. */
class Scope {
  readonly values = new Map<string, Value>()
  /** Names of what does not depend on the inputs: it is computed once, at load. */
  readonly constants = new Set<string>()
  readonly #outer: Scope | undefined

  constructor(outer?: Scope) {
    this.#outer = outer
  }

  find(name: string): Value | undefined {
    return this.values.get(name) ?? this.#outer?.find(name)
  }

  isConstant(name: string): boolean {
    return this.values.has(name) ? this.constants.has(name) : (this.#outer?.isConstant(name) ?? false)
  }
}

/**
 * Works out shapes and work through a graph in the order of its nodes, which a sound model has sorted.
 * @param inputs what is fed, by name
 * @param opsets version of each operator domain
 */
export function walkGraph(
  graph: GraphProto,
  inputs: ReadonlyMap<string, Value>,
  opsets: ReadonlyMap<string, number>,
): GraphWork {
  const walk: Walk = { opsets, gaps: new Map() }
  const scope = new Scope()
  const work = walkInto(graph, scope, inputs, walk)
  const gaps = [...walk.gaps].map(([reason, rest]) => ({ reason, ...rest }))
  return { values: scope.values, work, gaps }
}

function walkInto(graph: GraphProto, scope: Scope, inputs: ReadonlyMap<string, Value>, walk: Walk): Work {
  for (const tensor of graph.initializer) {
    scope.values.set(tensor.name, of(tensor.data_type, tensorShape(tensor), smallValues(tensor)))
    scope.constants.add(tensor.name)
  }
  for (const [name, value] of inputs) scope.values.set(name, value)
  const declared = new Map(graph.value_info.map((info) => [info.name, declaredValue(info)]))
  let work = NO_WORK
  for (const node of graph.node) work = addWork(work, walkNode(node, scope, declared, walk))
  return work
}

function walkNode(node: NodeProto, scope: Scope, declared: ReadonlyMap<string, Value>, walk: Walk): Work {
  const inputs = node.input.map((name) => (name === '' ? undefined : (scope.find(name) ?? UNKNOWN)))
  const inner = node.op_type === 'If' || node.op_type === 'Loop' || subgraphs(node).length > 0
  const { outputs, work } = inner
    ? walkControl(node, inputs, scope, walk)
    : { outputs: applyRule(node, inputs, walk), work: undefined }
  const folded =
    !node.op_type.startsWith('Random') && node.input.every((name) => name === '' || scope.isConstant(name))
  node.output.forEach((name, index) => {
    if (name === '') return
    scope.values.set(name, merge(outputs[index] ?? UNKNOWN, declared.get(name)))
    if (folded && !inner) scope.constants.add(name)
  })
  if (work) return work
  return folded ? NO_WORK : workOf(node, inputs, outputsOf(node, scope), walk)
}

function outputsOf(node: NodeProto, scope: Scope): Value[] {
  return node.output.map((name) => scope.values.get(name) ?? UNKNOWN)
}

function applyRule(node: NodeProto, inputs: Inputs, walk: Walk): readonly Value[] {
  const rule = KNOWN_DOMAINS.has(node.domain) ? RULES[node.op_type] : undefined
  if (!rule) {
    const domain = node.domain === '' ? '' : `${node.domain}.`
    addGap(walk, `no shape rule for the operator ${domain}${node.op_type}`, node)
    return []
  }
  try {
    return rule(inputs, { node, opset: walk.opsets.get(node.domain === 'ai.onnx' ? '' : node.domain) ?? 0 })
  } catch (error) {
    if (error instanceof ShapeFault)
      throw new ShapeFault(`${node.op_type} ${nodeName(node)}: ${error.message}`)
    throw error
  }
}

function workOf(node: NodeProto, inputs: Inputs, outputs: readonly Value[], walk: Walk): Work {
  const macs = countMacs(node, inputs, outputs)
  const bytes = countBytes(node, inputs, outputs)
  if (macs === null) addGap(walk, `multiply-adds of ${node.op_type} not counted: a shape is not known`, node)
  else if (bytes === null) addGap(walk, 'bytes moved by an operator not counted: a shape is not known', node)
  return { macs: macs ?? 0, bytesMoved: bytes ?? 0, kernels: Number(isKernel(node)) }
}

interface Walked {
  readonly outputs: readonly Value[]
  readonly work: Work
}

function walkControl(node: NodeProto, inputs: Inputs, scope: Scope, walk: Walk): Walked {
  if (node.op_type === 'If') return walkIf(node, inputs, scope, walk)
  if (node.op_type === 'Loop') return walkLoop(node, inputs, scope, walk)
  addGap(walk, `the graph inside ${node.op_type} is not counted`, node)
  return { outputs: [], work: NO_WORK }
}

/** Takes the branch that is known to be taken, else the dearer one. */
function walkIf(node: NodeProto, inputs: Inputs, scope: Scope, walk: Walk): Walked {
  const condition = inputs[0]?.values?.[0]
  const taken = condition === undefined ? undefined : condition ? 'then_branch' : 'else_branch'
  const branches = subgraphs(node).filter(({ name }) => taken === undefined || name === taken)
  const walked = branches.map(({ graph }) => walkInner(graph, scope, new Map(), walk))
  const dearest = walked.toSorted((a, b) => b.work.macs - a.work.macs)[0]
  if (!dearest) return { outputs: [], work: NO_WORK }
  const differ = walked.some(({ work }) => work.macs !== dearest.work.macs)
  if (differ) addGap(walk, `${DEARER_BRANCH}: the dearer one is counted`, node)
  const outputs = dearest.outputs.map((value, index) =>
    walked.map((each) => each.outputs[index]).reduce(agree, value),
  )
  return { outputs: outputs.map((value) => value ?? UNKNOWN), work: dearest.work }
}

function walkLoop(node: NodeProto, inputs: Inputs, scope: Scope, walk: Walk): Walked {
  const body = subgraphs(node)[0]?.graph
  if (!body) return { outputs: [], work: NO_WORK }
  const [trips, , ...carried] = inputs
  const count = trips?.values?.[0]
  const given = body.input.map((input, index) => {
    const value = index < 2 ? of(index === 0 ? INT64 : 9, []) : carried[index - 2]
    return [input.name, of(value?.type ?? 0, value?.shape ?? null)] as const
  })
  const { outputs, work } = walkInner(body, scope, new Map(given), walk)
  if (count === undefined)
    addGap(walk, 'how often a Loop runs depends on the input: it is counted once', node)
  const times = count ?? 1
  const results = outputs.slice(1).map((value, index) => {
    if (index < carried.length) return agree(value, carried[index]) ?? UNKNOWN
    return of(value?.type ?? 0, value?.shape ? [count ?? null, ...value.shape] : null)
  })
  return { outputs: results, work: scaleWork(work, times) }
}

function walkInner(graph: GraphProto, outer: Scope, inputs: ReadonlyMap<string, Value>, walk: Walk) {
  const scope = new Scope(outer)
  const work = walkInto(graph, scope, inputs, walk)
  return { work, outputs: graph.output.map(({ name }): Value | undefined => scope.find(name)) }
}

/** What two values have in common. */
function agree(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (!a || !b) return undefined
  const sameRank = a.shape && b.shape && a.shape.length === b.shape.length
  return of(
    a.type || b.type,
    sameRank ? (a.shape?.map((size, at) => (size === b.shape?.[at] ? size : null)) ?? null) : null,
  )
}

/** What a rule found, filled up with what the file declares of the same tensor. */
function merge(found: Value, declared: Value | undefined): Value {
  if (!declared?.shape || found.shape?.every((size) => size !== null)) return found
  const shape: Shape = found.shape?.map((size, at) => size ?? declared.shape?.[at] ?? null) ?? declared.shape
  return of(found.type || declared.type, shape, found.values)
}

export function declaredValue({ type }: ValueInfoProto): Value {
  const tensor = type?.tensor_type
  if (!tensor) return UNKNOWN
  const shape = tensor.shape?.dim.map(({ dim_value, dim_param }) => {
    const size = toNumber(dim_value)
    return dim_param !== '' || !(size > 0) ? null : size
  })
  return of(tensor.elem_type, shape ?? null)
}

function addGap(walk: Walk, reason: string, node: NodeProto): void {
  const known = walk.gaps.get(reason)
  if (known) known.count++
  else walk.gaps.set(reason, { count: 1, example: nodeName(node) })
}

/** Its name, else that of its first output. */
function nodeName({ name, output }: NodeProto): string {
  return JSON.stringify(name !== '' ? name : (output.find((each) => each !== '') ?? '?'))
}
