import type { TensorSpec } from '../core/measurement.ts'
import { BadRequest } from './bad-request.ts'
import { decodeTensor, encodeTensor, isBase64Tensor, type WireTensor } from './tensor-codec.ts'

/** One run of the model: a tensor per input, and the form in which its outputs are wanted. */
export interface Feed {
  readonly tensors: ReadonlyMap<string, WireTensor>
  readonly form: 'base64' | 'json'
}

/**
 * The feeds of a Vertex AI prediction request, `{"instances": [...]}`.
 *
 * @throws BadRequest saying what is wrong with which instance
 */
export function decodeRequest(body: Buffer, inputs: readonly TensorSpec[]): Feed[] {
  const request = parseJson(body)
  const instances = isObject(request) ? request.instances : undefined
  if (!Array.isArray(instances) || instances.length === 0) {
    throw new BadRequest('the body must be {"instances": [...]} with at least one instance')
  }
  return instances.map((instance, index) => decodeInstance(instance, index, inputs))
}

/** The reply `{"predictions": [...]}`: a bare tensor each, or an object when the model has several outputs. */
export function encodeReply(predictions: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ predictions }))
}

export function encodePrediction(outputs: ReadonlyMap<string, WireTensor>, form: Feed['form']): unknown {
  const encoded = [...outputs].map(([name, tensor]) => [name, encodeTensor(tensor, form)] as const)
  return encoded.length === 1 ? encoded[0]?.[1] : Object.fromEntries(encoded)
}

function decodeInstance(instance: unknown, index: number, inputs: readonly TensorSpec[]): Feed {
  try {
    const values = nameInputs(instance, inputs)
    const tensors = new Map(inputs.map((spec) => [spec.name, decodeTensor(values[spec.name], spec)] as const))
    return { tensors, form: Object.values(values).some(isBase64Tensor) ? 'base64' : 'json' }
  } catch (error) {
    if (error instanceof BadRequest) throw new BadRequest(`instances[${index}]: ${error.message}`)
    throw error
  }
}

function nameInputs(instance: unknown, inputs: readonly TensorSpec[]): Record<string, unknown> {
  const names = inputs.map((input) => input.name)
  const [only] = names
  if (!isObject(instance) || isBase64Tensor(instance)) {
    if (names.length === 1 && only !== undefined) return { [only]: instance }
    throw new BadRequest(`must be an object with ${listNames(names)}`)
  }
  const unknown = Object.keys(instance).filter((name) => !names.includes(name))
  const missing = names.filter((name) => !Object.hasOwn(instance, name))
  if (unknown.length === 0 && missing.length === 0) return instance
  const faults = [
    unknown.length > 0 ? `has ${listNames(unknown)}, which the model does not take` : '',
    missing.length > 0 ? `lacks ${listNames(missing)}` : '',
  ]
  throw new BadRequest(faults.filter(Boolean).join(' and '))
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new BadRequest('the body is not JSON')
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listNames(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name.slice(0, 60))).join(', ')
}
