import type { TensorSpec } from '../../core/measurement.ts'
import { BadRequest } from '../bad-request.ts'
import { bytesOfElements } from '../element-types.ts'
import type { Exchange, Model, ReplyBody, Tensors } from '../feed.ts'
import { JsonReader } from '../json/json-reader.ts'
import { type JsonDialect, writeFlat } from '../json/write-nested.ts'
import { checkShape, listNames, quote, tensorFromBytes } from '../tensor-codec.ts'
import { datatypeOf } from './datatypes.ts'
import { type InferenceRequest, readRequest, type WireInput } from './inference-request.ts'
import { nameFaults } from './read-value.ts'

const dialect: JsonDialect = { notFinite: 'null', large: 'digits' }

export interface InferenceTarget {
  readonly name: string
  readonly version: string
}

/**
 * Reads an inference request of the Open Inference Protocol, with Triton's binary extension: tensors may follow the
 * JSON as raw bytes, in the order in which it announces them.
 *
 * @param jsonLength of the JSON at the front, from `Inference-Header-Content-Length`; without it the body is JSON. 0: the
 * body is the raw bytes of the only input
 */
export function readInference(
  body: Uint8Array,
  model: Model,
  target: InferenceTarget,
  jsonLength = body.length,
): Exchange {
  if (jsonLength > body.length) {
    throw new BadRequest(
      `Inference-Header-Content-Length is ${jsonLength}, but the body has ${body.length} bytes`,
    )
  }
  if (jsonLength === 0 && body.length > 0) return readRaw(body, model, target)
  const reader = new JsonReader(body.subarray(0, jsonLength))
  const request = readRequest(reader, model, body.subarray(jsonLength))
  const feed = orderInputs(request.inputs, model.inputs)
  const outputs = chooseOutputs(request, model.outputs)
  return {
    feeds: [feed],
    write: ([results]) => writeReply(results ?? new Map(), outputs, target, request.id),
  }
}

function readRaw(body: Uint8Array, model: Model, target: InferenceTarget): Exchange {
  const [only, second] = model.inputs
  if (!only || second) throw new BadRequest('a body of raw bytes alone is for a model with one input')
  const tensor = tensorFromBytes(body, undefined, only)
  checkShape(tensor.shape, only)
  const outputs = model.outputs.map(({ name }) => ({ name, binary: true }))
  return {
    feeds: [new Map([[only.name, tensor]])],
    write: ([results]) => writeReply(results ?? new Map(), outputs, target, undefined),
  }
}

/** In the model's order. */
function orderInputs(given: readonly WireInput[], specs: readonly TensorSpec[]): Tensors {
  const names = given.map(({ spec }) => spec.name)
  const [twice] = names.filter((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new BadRequest(`input ${quote(twice)} is given twice`)
  const fault = nameFaults(
    names,
    specs.map(({ name }) => name),
  )
  if (fault !== undefined) throw new BadRequest(`the request ${fault}`)
  const byName = new Map(given.map(({ spec, tensor }) => [spec.name, tensor] as const))
  return new Map(specs.flatMap(({ name }) => [...byName].filter(([each]) => each === name)))
}

/** Those asked for, or all. */
function chooseOutputs(
  { outputs, binaryOutput }: InferenceRequest,
  specs: readonly TensorSpec[],
): { readonly name: string; readonly binary: boolean }[] {
  if (!outputs || outputs.length === 0) return specs.map(({ name }) => ({ name, binary: binaryOutput }))
  return outputs.map(({ name, binary }, index) => {
    if (specs.some((spec) => spec.name === name)) return { name, binary: binary ?? binaryOutput }
    const known = listNames(specs.map((spec) => spec.name))
    throw new BadRequest(`outputs[${index}]: the model has no output ${quote(name)}; it gives ${known}`)
  })
}

function writeReply(
  results: Tensors,
  outputs: readonly { readonly name: string; readonly binary: boolean }[],
  { name, version }: InferenceTarget,
  id: string | undefined,
): ReplyBody {
  const raw: Buffer[] = []
  const written = outputs.flatMap(({ name: output, binary }) => {
    const tensor = results.get(output)
    if (!tensor) return []
    const head = `{"name":${JSON.stringify(output)},"datatype":"${datatypeOf(tensor.type)}","shape":[${tensor.shape.join(',')}]`
    if (!binary) return [`${head},"data":${writeFlat(tensor.type, tensor.elements, dialect)}}`]
    const bytes = bytesOfElements(tensor.elements)
    raw.push(bytes)
    return [`${head},"parameters":{"binary_data_size":${bytes.length}}}`]
  })
  const head = `{"model_name":${JSON.stringify(name)},"model_version":${JSON.stringify(version)}`
  const withId = id === undefined ? head : `${head},"id":${JSON.stringify(id)}`
  const json = Buffer.from(`${withId},"outputs":[${written.join(',')}]}`)
  if (raw.length === 0) return { body: json }
  return { body: Buffer.concat([json, ...raw]), jsonLength: json.length }
}
