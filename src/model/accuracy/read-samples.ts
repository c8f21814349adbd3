import { UserError } from '../../core/errors.ts'
import type { TensorSpec } from '../../core/measurement.ts'
import {
  countElements,
  elementsFromBytes,
  findElementType,
  type TensorElements,
} from '../../serving/element-types.ts'
import { readBytes } from '../../serving/payload.ts'

/** More are not read of a file of samples. */
const MOST_SAMPLES = 1000

/**
 * The inputs in a file, one after the other.
 * @throws UserError where the file does not hold whole inputs
 */
export function readSamples(
  path: string,
  shape: readonly number[],
  { name, type }: TensorSpec,
): TensorElements[] {
  const bytes = readBytes(path)
  if (type === 'string') return readStringSamples(path, bytes, shape, name)
  const each = countElements(shape) * findElementType(type).bytes
  if (bytes.length === 0 || bytes.length % each !== 0) {
    const message = `the samples of input "${name}" are ${bytes.length} bytes, but one takes ${each}`
    const hint = `the file holds raw little-endian ${type} values of whole inputs, one after the other`
    throw new UserError({ file: path, message, hint })
  }
  return cut(bytes.length / each, (at) => elementsFromBytes(type, bytes.subarray(at * each, (at + 1) * each)))
}

function readStringSamples(
  path: string,
  bytes: Buffer,
  shape: readonly number[],
  name: string,
): TensorElements[] {
  const hint = 'the file holds the strings of whole inputs, each after its length in 4 little-endian bytes'
  const refuse = (message: string): never => {
    throw new UserError({ file: path, message: `the samples of input "${name}" are ${message}`, hint })
  }
  const all = stringsIn(bytes, (reason) => refuse(`malformed: ${reason}`))
  const each = countElements(shape)
  if (all.length === 0 || all.length % each !== 0)
    return refuse(`${all.length} strings, but one takes ${each}`)
  return cut(all.length / each, (at) => all.subarray(at * each, (at + 1) * each))
}

function stringsIn(bytes: Buffer, refuse: (reason: string) => never): TensorElements {
  try {
    return elementsFromBytes('string', bytes)
  } catch (error) {
    if (error instanceof RangeError) return refuse(error.message)
    throw error
  }
}

function cut(count: number, piece: (at: number) => TensorElements): TensorElements[] {
  return Array.from({ length: Math.min(MOST_SAMPLES, count) }, (_, at) => piece(at))
}
