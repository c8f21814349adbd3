import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import type { Problem } from '../../core/errors.ts'
import { formatBytes } from '../../core/units.ts'
import { allGraphs, tensorAttribute } from './attributes.ts'
import { bytesOf, type GraphProto, type TensorProto } from './proto.ts'
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
  return { location: entries.get('location') ?? '', offset: number('offset', 0), length: number('length', needs) }
}

function problemOf({ location, tensors, usedBytes, bytes }: ExternalFile, end: number): Problem | undefined {
  const what = `external data file "${location}"`
  const whose = `${formatBytes(usedBytes)} of weights in ${tensors} tensor${tensors === 1 ? '' : 's'}`
  if (location === '') return { message: `${whose} are external, but no file is named`, hint: 'export the model again' }
  if (!isInside(location)) {
    return { message: `${what} lies outside the folder of the model`, hint: 'such a model is not followed: export it again' }
  }
  if (bytes === null) return { message: `${what} is missing: it has ${whose}`, hint: 'copy it next to the model' }
  if (bytes >= end) return undefined
  return { message: `${what} has ${formatBytes(bytes)}, but the model takes ${formatBytes(end)}`, hint: 'copy it again, whole' }
}

function isInside(location: string): boolean {
  return location !== '' && !isAbsolute(location) && !normalize(location).startsWith('..')
}

async function sizeOfFile(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? found.size : null
}
