import type { TensorElements } from '../element-types.ts'
import type { WireTensor } from '../tensor-codec.ts'

/**
 * How values are written that JSON has no room for. Not finite: `null`, or the bare tokens `NaN` and `Infinity` that
 * TensorFlow Serving writes. 64-bit integers beyond 2^53: strings, since most readers would round a number, or digits.
 */
export interface JsonDialect {
  readonly notFinite: 'null' | 'token'
  readonly large: 'string' | 'digits'
}

/** A tensor as nested arrays; a scalar as a number. Every finite number reads back as the same bits. */
export function writeNested({ type, shape, elements }: WireTensor, dialect: JsonDialect): string {
  let taken = 0
  const write = (depth: number): string => {
    const length = shape[depth]
    if (length === undefined) return writeOne(elements[taken++] ?? 0, type, dialect)
    if (depth === shape.length - 1) {
      taken += length
      return writeFlat(type, elements.subarray(taken - length, taken), dialect)
    }
    return `[${Array.from({ length }, () => write(depth + 1)).join(',')}]`
  }
  return write(0)
}

/** All elements in one array. */
export function writeFlat(type: string, elements: TensorElements, dialect: JsonDialect): string {
  if (isPlain(type, elements)) return JSON.stringify(Array.from(elements as Float64Array))
  return `[${Array.from<number | bigint | string, string>(elements, (element) => writeOne(element, type, dialect)).join(',')}]`
}

/** Whether `JSON.stringify` writes every element as it is. It writes -0 as 0, and what is not finite as null. */
function isPlain(type: string, elements: TensorElements): boolean {
  if (type === 'bool' || elements instanceof BigInt64Array || elements instanceof BigUint64Array) return false
  if (!type.startsWith('float')) return true
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i] as number
    if (element - element !== 0 || (element === 0 && 1 / element < 0)) return false
  }
  return true
}

function writeOne(
  element: number | bigint | string,
  type: string,
  { notFinite, large }: JsonDialect,
): string {
  if (typeof element === 'string') return JSON.stringify(element)
  if (type === 'bool') return element === 0 ? 'false' : 'true'
  if (typeof element === 'bigint') {
    const quoted = large === 'string' && !Number.isSafeInteger(Number(element))
    return quoted ? `"${element}"` : String(element)
  }
  if (Object.is(element, -0)) return '-0'
  return Number.isFinite(element) || notFinite === 'token' ? String(element) : 'null'
}
