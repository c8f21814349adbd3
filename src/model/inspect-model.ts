import { UserError } from '../core/errors.ts'
import type { ModelWork } from '../core/measurement.ts'
import { allGraphs, tensorAttribute } from './onnx/attributes.ts'
import { graphProblems } from './onnx/check-graph.ts'
import { type ExternalFile, findExternalData } from './onnx/external-data.ts'
import { ELEMENTS, type GraphProto, toNumber, type ValueInfoProto } from './onnx/proto.ts'
import { type OnnxFile, readOnnx } from './onnx/read-onnx.ts'
import { countOf, tensorShape } from './onnx/tensor-values.ts'
import type { Work } from './shapes/count-work.ts'
import { of, type Shape, ShapeFault, type Value } from './shapes/value.ts'
import { DEARER_BRANCH, declaredValue, type Gap, walkGraph } from './shapes/walk-graph.ts'

/** An input or output as the model declares it. */
export interface TensorDeclaration {
  readonly name: string
  readonly type: string
  /** A free dimension is its name, or null; the whole is null where not even the rank is declared. */
  readonly shape: readonly (number | string | null)[] | null
}

export interface Inspection {
  readonly file: string
  /** Of the file, and of it with its external data. */
  readonly bytes: number
  readonly totalBytes: number
  readonly irVersion: number
  readonly producer: string
  /** Version of each operator set; ONNX's own is `ai.onnx`. */
  readonly opsets: Readonly<Record<string, number>>
  readonly inputs: readonly TensorDeclaration[]
  readonly outputs: readonly (TensorDeclaration & { readonly inferred: Shape | null })[]
  /** Most frequent first, those in inner graphs included. */
  readonly operators: readonly { readonly name: string; readonly count: number }[]
  /** Elements of stored weights, and their bytes by element type. */
  readonly parameters: number
  readonly weights: readonly { readonly type: string; readonly tensors: number; readonly elements: number }[]
  readonly externalData: readonly ExternalFile[]
  /** Shape that each input is taken to have; null is not known. */
  readonly inputShapes: Readonly<Record<string, Shape | null>>
  readonly work: Work
  /** What could not be worked out: with none, the work is whole. */
  readonly gaps: readonly Gap[]
}

/** Shapes by the name of the input. */
export type GivenShapes = ReadonlyMap<string, readonly number[]>

/**
 * What an ONNX file says of its model, without running it.
 * @throws UserError with every problem of the file, or of the shapes given
 */
export async function inspectModel(path: string, shapes: GivenShapes = new Map()): Promise<Inspection> {
  const file = await readOnnx(path)
  return inspectFile(file, shapes)
}

/** What one inference of a model takes, or undefined where the file does not tell all of it. */
export async function findWork(path: string, shapes: GivenShapes): Promise<ModelWork | undefined> {
  try {
    const { work, parameters, gaps } = await inspectModel(path, shapes)
    const whole = gaps.every(({ reason }) => reason.startsWith(DEARER_BRANCH))
    return whole && work.macs > 0 ? { ...work, parameters } : undefined
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/** The same, of a file that was read. */
async function inspectFile(file: OnnxFile, shapes: GivenShapes): Promise<Inspection> {
  const { path, bytes, model } = file
  const { graph } = model
  const external = await findExternalData(graph, path)
  const problems = [...graphProblems(graph, path), ...external.problems]
  if (problems.length > 0) throw new UserError(problems)
  const opsets = new Map(model.opset_import.map(({ domain, version }) => [domain, toNumber(version)]))
  const inputs = feedable(graph)
  const fed = feed(inputs, shapes, path)
  const { values, work, gaps } = walk(graph, fed, opsets, path)
  return {
    file: path,
    bytes,
    totalBytes: external.files.reduce((sum, each) => sum + (each.bytes ?? 0), bytes),
    irVersion: toNumber(model.ir_version),
    producer: [model.producer_name, model.producer_version].filter(Boolean).join(' '),
    opsets: Object.fromEntries([...opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
    inputs: inputs.map(declare),
    outputs: graph.output.map((output) => ({
      ...declare(output),
      inferred: values.get(output.name)?.shape ?? null,
    })),
    operators: countOperators(graph),
    ...countParameters(graph),
    externalData: external.files,
    inputShapes: Object.fromEntries([...fed].map(([name, { shape }]) => [name, shape])),
    work,
    gaps: [...freeDimensions(fed), ...gaps],
  }
}

/** Inputs that have to be fed: older models list their weights among the inputs. */
function feedable(graph: GraphProto): ValueInfoProto[] {
  const stored = new Set(graph.initializer.map(({ name }) => name))
  return graph.input.filter(({ name }) => !stored.has(name))
}

function walk(
  graph: GraphProto,
  fed: ReadonlyMap<string, Value>,
  opsets: ReadonlyMap<string, number>,
  path: string,
) {
  try {
    return walkGraph(graph, fed, opsets)
  } catch (error) {
    if (!(error instanceof ShapeFault)) throw error
    const hint = 'give the inputs another shape with --input, or export the model again'
    throw new UserError({ file: path, message: `shapes do not fit at ${error.message}`, hint })
  }
}

/**
 * Each input with its shape: the one given, else the declared one, with the batch (a free first dimension) taken as 1.
 * @throws UserError where a given shape is of no input or not what the model declares
 */
function feed(inputs: readonly ValueInfoProto[], shapes: GivenShapes, path: string): Map<string, Value> {
  const names = inputs.map(({ name }) => name)
  const unknown = [...shapes.keys()].filter((name) => !names.includes(name))
  const problems = unknown.map((name) => ({
    file: path,
    message: `the model has no input "${name}"`,
    hint: `it takes ${names.map((each) => `"${each}"`).join(', ')}`,
  }))
  const sizes = namedSizes(inputs, shapes)
  const fed = inputs.map((input) => [input.name, shapeInput(input, shapes.get(input.name), sizes)] as const)
  const misfits = fed.flatMap(([, found]) =>
    typeof found === 'string' ? [{ file: path, message: found }] : [],
  )
  if (problems.length + misfits.length > 0) throw new UserError([...problems, ...misfits])
  return new Map(fed.flatMap(([name, found]) => (typeof found === 'string' ? [] : [[name, found] as const])))
}

/** Sizes of free dimensions that have a name, from where the shape of an input says them. */
function namedSizes(inputs: readonly ValueInfoProto[], shapes: GivenShapes): Map<string, number> {
  const named = inputs.flatMap((input) =>
    (declare(input).shape ?? []).flatMap((name, at) => {
      const size = shapes.has(input.name) ? shapes.get(input.name)?.[at] : at === 0 ? 1 : undefined
      return typeof name === 'string' && size !== undefined ? [[name, size] as const] : []
    }),
  )
  return new Map(named)
}

function shapeInput(
  input: ValueInfoProto,
  given: readonly number[] | undefined,
  sizes: ReadonlyMap<string, number>,
): Value | string {
  const { type, shape } = declaredValue(input)
  if (!given) {
    const names = declare(input).shape
    const named = (at: number) => sizes.get(String(names?.[at])) ?? (at === 0 ? 1 : null)
    return of(type, shape?.map((size, at) => size ?? named(at)) ?? null)
  }
  const fits =
    !shape ||
    (shape.length === given.length && shape.every((size, at) => size === null || size === given[at]))
  if (fits) return of(type, given)
  const declared = declare(input)
    .shape?.map((size) => size ?? '?')
    .join('x')
  return `input "${input.name}" is ${declared}, so it cannot be ${given.join('x')}`
}

function freeDimensions(fed: ReadonlyMap<string, Value>): Gap[] {
  const free = [...fed].filter(([, { shape }]) => !shape || shape.includes(null))
  return free.map(([name, { shape }]) => ({
    reason: `the shape of the input ${name} is not known: give it with --input ${name}=${(shape ?? [null]).map((size) => size ?? '?').join('x')}`,
    count: 1,
    example: JSON.stringify(name),
  }))
}

function declare({ name, type }: ValueInfoProto): TensorDeclaration {
  const tensor = type?.tensor_type
  if (!tensor) return { name, type: 'sequence, map or unknown', shape: null }
  const shape = tensor.shape?.dim.map(({ dim_value, dim_param }) => {
    const size = toNumber(dim_value)
    return dim_param !== '' ? dim_param : size > 0 ? size : null
  })
  return { name, type: ELEMENTS[tensor.elem_type]?.name ?? `type ${tensor.elem_type}`, shape: shape ?? null }
}

function countOperators(graph: GraphProto): Inspection['operators'] {
  const counts = new Map<string, number>()
  for (const { op_type, domain } of allGraphs(graph).flatMap(({ node }) => node)) {
    const name = domain === '' || domain === 'ai.onnx' ? op_type : `${domain}.${op_type}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return sorted.map(([name, count]) => ({ name, count }))
}

/** Types that weights have; whole numbers of 32 and 64 bits are shapes and indices. */
const WEIGHT_TYPES = /^(float|bfloat|u?int[48]$)/

function countParameters(graph: GraphProto): Pick<Inspection, 'parameters' | 'weights'> {
  const byType = new Map<string, { tensors: number; elements: number }>()
  const tensors = allGraphs(graph).flatMap((each) => [
    ...each.initializer,
    ...each.node.flatMap((node) => tensorAttribute(node, 'value') ?? []),
  ])
  for (const tensor of tensors) {
    const type = ELEMENTS[tensor.data_type]?.name ?? ''
    if (!WEIGHT_TYPES.test(type)) continue
    const known = byType.get(type) ?? { tensors: 0, elements: 0 }
    byType.set(type, { tensors: known.tensors + 1, elements: known.elements + countOf(tensorShape(tensor)) })
  }
  const weights = [...byType].map(([type, counts]) => ({ type, ...counts }))
  return { parameters: weights.reduce((sum, { elements }) => sum + elements, 0), weights }
}
