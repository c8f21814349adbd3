import { open, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { type Problem, UserError } from '../../core/errors.ts'
import { formatBytes } from '../../core/units.ts'
import { allGraphs, tensorAttribute } from './attributes.ts'
import { bytesOf, type GraphProto, make, type NodeProto, type TensorProto } from './proto.ts'
import { countOf, isExternal, tensorShape } from './tensor-values.ts'

/** A file beside the model that holds weights of it. */
export interface ExternalFile {
  /** As the model names it: relative to the model. */
  readonly location: string
  readonly tensors: number
  /** Bytes of it that the model uses. */
  readonly usedBytes: number
  /** Size of the file; null where it is missing. */
  readonly bytes: number | null
}

export interface ExternalData {
  readonly files: readonly ExternalFile[]
  readonly problems: readonly Problem[]
}

/** The files beside a model that hold its weights, and whether they are there and large enough. They are not read. */
export async function findExternalData(graph: GraphProto, modelPath: string): Promise<ExternalData> {
  const byLocation = new Map<string, { tensors: number; usedBytes: number; end: number }>()
  for (const tensor of allTensors(graph).filter(isExternal)) {
    const { location, offset, length } = placeOf(tensor)
    const known = byLocation.get(location) ?? { tensors: 0, usedBytes: 0, end: 0 }
    const end = Math.max(known.end, offset + length)
    byLocation.set(location, { tensors: known.tensors + 1, usedBytes: known.usedBytes + length, end })
  }
  const files: ExternalFile[] = []
  const problems: Problem[] = []
  for (const [location, { tensors, usedBytes, end }] of byLocation) {
    const bytes = isInside(location) ? await sizeOfFile(join(dirname(modelPath), location)) : null
    files.push({ location, tensors, usedBytes, bytes })
    const problem = problemOf({ location, tensors, usedBytes, bytes }, end)
    if (problem) problems.push({ file: modelPath, ...problem })
  }
  return { files, problems }
}

function allTensors(graph: GraphProto): TensorProto[] {
  return allGraphs(graph).flatMap((each) => [
    ...each.initializer,
    ...each.node.flatMap((node) => tensorAttribute(node, 'value') ?? []),
  ])
}

function placeOf(tensor: TensorProto): { location: string; offset: number; length: number } {
  const entries = new Map(tensor.external_data.map(({ key, value }) => [key, value]))
  const count = countOf(tensorShape(tensor))
  const needs = Number.isNaN(count) ? 0 : bytesOf(tensor.data_type, count)
  const number = (key: string, otherwise: number) => {
    const value = Number(entries.get(key) ?? Number.NaN)
    return Number.isSafeInteger(value) && value >= 0 ? value : otherwise
  }
  return {
    location: entries.get('location') ?? '',
    offset: number('offset', 0),
    length: number('length', needs),
  }
}

function problemOf({ location, tensors, usedBytes, bytes }: ExternalFile, end: number): Problem | undefined {
  const what = `external data file "${location}"`
  const whose = `${formatBytes(usedBytes)} of weights in ${tensors} tensor${tensors === 1 ? '' : 's'}`
  if (location === '')
    return { message: `${whose} are external, but no file is named`, hint: 'export the model again' }
  if (!isInside(location)) {
    return {
      message: `${what} lies outside the folder of the model`,
      hint: 'such a model is not followed: export it again',
    }
  }
  if (bytes === null)
    return { message: `${what} is missing: it has ${whose}`, hint: 'copy it next to the model' }
  if (bytes >= end) return undefined
  return {
    message: `${what} has ${formatBytes(bytes)}, but the model takes ${formatBytes(end)}`,
    hint: 'copy it again, whole',
  }
}

function isInside(location: string): boolean {
  return location !== '' && !isAbsolute(location) && !normalize(location).startsWith('..')
}

async function sizeOfFile(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? found.size : null
}

/** Room for weights in one protobuf, short of its 2 GiB. */
const MOST_EMBEDDED = 1.9 * 2 ** 30

/**
 * The graph with its external data inside it, for rewriting.
 * @throws UserError where a file is missing or all of it is too much for one file
 */
export async function embedExternalData(
  graph: GraphProto,
  modelPath: string,
): Promise<{ graph: GraphProto; externalBytes: number }> {
  const { files, problems } = await findExternalData(graph, modelPath)
  if (problems.length > 0) throw new UserError(problems)
  const externalBytes = files.reduce((sum, { usedBytes }) => sum + usedBytes, 0)
  if (files.length === 0) return { graph, externalBytes }
  if (externalBytes > MOST_EMBEDDED) {
    const message = `the model has ${formatBytes(externalBytes)} of external data, too much for variants of it`
    throw new UserError({
      file: modelPath,
      message,
      hint: 'quantise it elsewhere and name the file as a variant',
    })
  }
  const tensors = new Map<TensorProto, TensorProto>()
  for (const tensor of allTensors(graph).filter(isExternal))
    tensors.set(tensor, await embed(tensor, modelPath))
  return { graph: replaceTensors(graph, tensors), externalBytes }
}

async function embed(tensor: TensorProto, modelPath: string): Promise<TensorProto> {
  const { location, offset, length } = placeOf(tensor)
  const file = await open(join(dirname(modelPath), location), 'r')
  try {
    const raw_data = Buffer.alloc(length)
    await file.read(raw_data, 0, length, offset)
    return make('TensorProto', { ...tensor, raw_data, data_location: 0, external_data: [] })
  } finally {
    await file.close()
  }
}

function replaceTensors(graph: GraphProto, tensors: ReadonlyMap<TensorProto, TensorProto>): GraphProto {
  const inNode = (node: NodeProto): NodeProto => {
    const attribute = node.attribute.map((each) =>
      make('AttributeProto', {
        ...each,
        t: each.t && (tensors.get(each.t) ?? each.t),
        g: each.g && replaceTensors(each.g, tensors),
        graphs: each.graphs.map((inner) => replaceTensors(inner, tensors)),
      }),
    )
    return make('NodeProto', { ...node, attribute })
  }
  const initializer = graph.initializer.map((each) => tensors.get(each) ?? each)
  return make('GraphProto', { ...graph, initializer, node: graph.node.map(inNode) })
}
