import { BadRequest } from '../bad-request.ts'
import type { Exchange, Model, ReplyBody, Tensors } from '../feed.ts'
import { JsonReader } from '../json/json-reader.ts'
import type { JsonDialect } from '../json/write-nested.ts'
import { countRows, splitRows } from '../run-feeds.ts'
import { checkShape, nameInput, quote, writeTensor } from '../tensor-codec.ts'
import { type Instances, readInstances } from './instances.ts'
import { readValue } from './read-value.ts'

/** TensorFlow Serving's names of the only signature that a model in ONNX has. */
const SIGNATURES: readonly string[] = ['serving_default', '']

/**
 * Reads the body of a Vertex AI prediction, `{"instances": [...], "parameters": {...}}`. Parameters are for models that
 * have them; one in ONNX has none, so they are read and left.
 */
export function readVertex(body: Uint8Array, model: Model): Exchange {
  const dialect: JsonDialect = { notFinite: 'null', large: 'string' }
  let instances: Instances | undefined
  const reader = new JsonReader(body)
  readBody(reader, '{"instances": [...]}', (key) => {
    if (key !== 'instances') return reader.skip()
    requireList(reader, key)
    instances = readInstances(reader, model, { tokens: false })
  })
  if (!instances) throw new BadRequest('the body must be {"instances": [...]} with at least one instance')
  return exchangeInstances(instances, dialect)
}

/** Reads a body of TensorFlow Serving's predict: `instances` by rows, or `inputs` by columns. */
export function readTensorflow(body: Uint8Array, model: Model): Exchange {
  const dialect: JsonDialect = { notFinite: 'token', large: 'digits' }
  let instances: Instances | undefined
  let columns: Exchange | undefined
  const reader = new JsonReader(body)
  readBody(reader, '{"instances": [...]} or {"inputs": ...}', (key) => {
    if (key === 'instances') {
      requireList(reader, key)
      instances = readInstances(reader, model, { tokens: true })
    } else if (key === 'inputs') columns = readColumns(reader, model, dialect)
    else if (key === 'signature_name') readSignature(reader)
    else reader.skip()
  })
  if (instances && columns)
    throw new BadRequest('the body has both "instances" and "inputs"; one of them is asked for')
  if (columns) return columns
  if (!instances) throw new BadRequest('the body must be {"instances": [...]} or {"inputs": ...}')
  return exchangeInstances(instances, dialect)
}

function readBody(reader: JsonReader, form: string, visit: (key: string) => void): void {
  if (!reader.isObject()) {
    reader.skip()
    reader.finish()
    throw new BadRequest(`the body must be ${form}`)
  }
  reader.readObject(visit)
  reader.finish()
}

function requireList(reader: JsonReader, key: string): void {
  if (!reader.isList())
    throw new BadRequest(`the body must be {"${key}": [...]}, but "${key}" is ${reader.describe()}`)
}

function readSignature(reader: JsonReader): void {
  const name = reader.isString() ? reader.readString() : reader.describe()
  if (SIGNATURES.includes(name)) return
  throw new BadRequest(`"signature_name" is ${quote(name)}; the model has only "serving_default"`)
}

function readColumns(reader: JsonReader, model: Model, dialect: JsonDialect): Exchange {
  try {
    const { tensors, base64 } = readValue(reader, model.inputs, true)
    for (const spec of model.inputs) checkShape(tensors.get(spec.name)?.shape ?? [], spec)
    const form = base64 ? 'base64' : 'json'
    const write = ([outputs]: readonly Tensors[]) =>
      textReply(`{"outputs":${writeOutputs(outputs ?? new Map(), form, dialect)}}`)
    return { feeds: [tensors], write }
  } catch (error) {
    if (!(error instanceof BadRequest) || error.message.startsWith('the body')) throw error
    throw new BadRequest(`inputs: ${error.message}`)
  }
}

function exchangeInstances({ feeds, rows, base64 }: Instances, dialect: JsonDialect): Exchange {
  const form = base64 ? 'base64' : 'json'
  const counts = feeds.map((feed) => (rows ? (countRows(feed) ?? 1) : 1))
  const write = (results: readonly Tensors[]) => {
    const each = rows ? results.flatMap((outputs, index) => takeRows(outputs, counts[index] ?? 1)) : results
    return textReply(
      `{"predictions":[${each.map((outputs) => writeOutputs(outputs, form, dialect)).join(',')}]}`,
    )
  }
  return { feeds, write }
}

/** The outputs of each row, without the dimension of rows. A single row may have outputs that have no such dimension. */
function takeRows(outputs: Tensors, count: number): Tensors[] {
  if (count === 1 && countRows(outputs) !== 1) return [outputs]
  for (const [name, { type, shape }] of outputs) {
    if (shape[0] === count) continue
    const output = nameInput({ name, type, shape }).replace('input', 'output')
    throw new BadRequest(
      `${output} of the model has no row for each instance; send one instance at a time, or each with its batch dimension`,
    )
  }
  return splitRows(
    outputs,
    Array.from({ length: count }, () => 1),
  ).map(
    (row) => new Map([...row].map(([name, tensor]) => [name, { ...tensor, shape: tensor.shape.slice(1) }])),
  )
}

/** A bare tensor, or an object when the model has several outputs. */
function writeOutputs(outputs: Tensors, form: 'base64' | 'json', dialect: JsonDialect): string {
  const written = [...outputs].map(([name, tensor]) => [name, writeTensor(tensor, form, dialect)] as const)
  const [only, second] = written
  if (only && !second) return only[1]
  return `{${written.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
}

function textReply(text: string): ReplyBody {
  return { body: Buffer.from(text) }
}
