import type { TensorSpec } from '../../core/measurement.ts'
import { BadRequest } from '../bad-request.ts'
import { countElements } from '../element-types.ts'
import { type Feed, isBatchable, type Model, type Tensors } from '../feed.ts'
import type { JsonReader } from '../json/json-reader.ts'
import { RaggedArray } from '../json/read-nested.ts'
import { joinFeeds } from '../run-feeds.ts'
import { checkShape, fitsShape, readNestedTensor, type WireTensor } from '../tensor-codec.ts'
import { readValue } from './read-value.ts'

/** Bounds the memory that instances take besides their elements. Rows of one plain array are not counted. */
const mostInstances = 65_536

/** The instances of a row-form request. */
export interface Instances {
  readonly feeds: readonly Feed[]
  /** Each instance left out the batch dimension, and so does each prediction. */
  readonly rows: boolean
  /** An instance was in base64, and so are the predictions. */
  readonly base64: boolean
}

export interface InstanceOptions {
  /** `NaN` and `Infinity` pass for numbers. */
  readonly tokens: boolean
}

/**
 * Reads a list of instances. An instance is a tensor of the only input, or an object with one for each input. It has
 * the shape that the model takes, or leaves out its leading dimension, the batch, as TensorFlow Serving has it; then
 * instances of one shape run as one batch.
 */
export function readInstances(reader: JsonReader, model: Model, options: InstanceOptions): Instances {
  const [only, second] = model.inputs
  if (only && !second) {
    const start = reader.pos
    const plain = readPlain(reader, only, model, options)
    if (plain) return plain
    reader.pos = start
  }
  return readEach(reader, model, options)
}

/** Nested arrays all the way down are read as one tensor with a dimension for the list itself. */
function readPlain(
  reader: JsonReader,
  spec: TensorSpec,
  model: Model,
  { tokens }: InstanceOptions,
): Instances | undefined {
  if (!startsPlain(reader)) return undefined
  const tensor = readUnlessRagged(reader, spec, tokens)
  const [count, ...shape] = tensor?.shape ?? []
  if (!tensor || count === undefined) return undefined
  if (count === 0) throw noInstances()
  const { type, elements } = tensor
  const isRow = spec.shape.length > 0 && tensor.shape.length === spec.shape.length
  if (isRow && isBatchable(model)) {
    placed(0, () => checkShape(tensor.shape, spec))
    return { feeds: [new Map([[spec.name, tensor]])], rows: true, base64: false }
  }
  const each = isRow ? [1, ...shape] : shape
  placed(0, () => checkShape(each, spec))
  if (count > mostInstances) throw tooMany()
  const size = countElements(each)
  const feeds = Array.from({ length: count }, (_, index) => {
    const part = elements.subarray(index * size, (index + 1) * size)
    return new Map([[spec.name, { type, shape: each, elements: part }]])
  })
  return { feeds, rows: isRow, base64: false }
}

/** Whether the list begins with a number or an array of numbers, not with an object or a string. */
function startsPlain(reader: JsonReader): boolean {
  const start = reader.pos
  while (reader.isList()) reader.pos++
  const plain = !reader.isObject()
  reader.pos = start
  return plain
}

/** Instances may differ in shape; then each is read by itself. */
function readUnlessRagged(reader: JsonReader, spec: TensorSpec, tokens: boolean): WireTensor | undefined {
  try {
    return readNestedTensor(reader, spec, tokens)
  } catch (error) {
    if (error instanceof BadRequest && !isGrammar(error)) return undefined
    throw error
  }
}

/** A fault of the body as such is not looked for twice; any other is named with its instance. */
function isGrammar(error: BadRequest): boolean {
  return !(error instanceof RaggedArray) && error.message.startsWith('the body')
}

function readEach(reader: JsonReader, model: Model, { tokens }: InstanceOptions): Instances {
  const read: { readonly tensors: Map<string, WireTensor>; readonly base64: boolean }[] = []
  reader.readList((index) => {
    if (index >= mostInstances) throw tooMany()
    read.push(placed(index, () => readValue(reader, model.inputs, tokens)))
  })
  if (read.length === 0) throw noInstances()
  const base64 = read.some((instance) => instance.base64)
  const isRow = (tensors: Tensors) =>
    model.inputs.every(({ name, shape }) => {
      const given = tensors.get(name)?.shape ?? []
      return shape.length > 0 && given.length === shape.length - 1
    })
  const rows = read.every(({ tensors }) => isRow(tensors))
  const feeds = read.map(({ tensors }, index) => placed(index, () => checked(tensors, model.inputs, rows)))
  const joined = rows && isBatchable(model) && feeds.every((feed) => isAlike(feed, feeds[0]))
  return { feeds: joined ? [joinFeeds(feeds)] : feeds, rows, base64 }
}

function checked(tensors: Map<string, WireTensor>, inputs: readonly TensorSpec[], rows: boolean): Feed {
  for (const spec of inputs) {
    const tensor = tensors.get(spec.name)
    if (!tensor) continue
    const shape = rows ? [1, ...tensor.shape] : tensor.shape
    // A message about a row would confuse with a dimension that was not sent.
    if (rows && !fitsShape(shape, spec)) checkShape(tensor.shape, { ...spec, shape: spec.shape.slice(1) })
    checkShape(shape, spec)
    tensors.set(spec.name, { ...tensor, shape })
  }
  return tensors
}

function isAlike(feed: Feed, first: Feed | undefined): boolean {
  return [...feed].every(([name, { shape }]) => shape.join() === first?.get(name)?.shape.join())
}

/** Says in which instance a fault lies. */
function placed<T>(index: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof BadRequest) || isGrammar(error)) throw error
    throw new BadRequest(`instances[${index}]: ${error.message}`, error.status)
  }
}

function noInstances(): BadRequest {
  return new BadRequest('the body must be {"instances": [...]} with at least one instance')
}

function tooMany(): BadRequest {
  return new BadRequest(
    `there are more than ${mostInstances} instances; send them in several requests, or as one tensor with a batch dimension`,
  )
}
