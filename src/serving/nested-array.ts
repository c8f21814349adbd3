import { BadRequest } from './bad-request.ts'
import { countElements, findElementType, type TensorElements } from './element-types.ts'

type Nested = number | boolean | string | null | readonly Nested[]

/** More than any operator takes; ends the descent into an array that nests for ever. */
const mostDimensions = 16

/** Shape of nested arrays by their first elements; `fillFromNested` finds the ragged ones. */
export function shapeOfNested(value: unknown, where: string): number[] {
  const shape: number[] = []
  for (let inner = value; Array.isArray(inner); inner = inner[0]) {
    if (shape.push(inner.length) > mostDimensions) throw new BadRequest(`${where} nests too deeply`)
  }
  return shape
}

/** Elements of nested arrays of the given shape, in row-major order. */
export function elementsFromNested(value: unknown, type: string, shape: readonly number[], where: string) {
  const { whole, big, allocate } = findElementType(type)
  const elements = allocate(countElements(shape))
  let filled = 0
  const put = (item: unknown) => {
    const number = typeof item === 'boolean' && type === 'bool' ? Number(item) : item
    if (big) elements[filled] = toBigInt(number, where)
    else if (typeof number === 'number') elements[filled] = number
    else throw new BadRequest(`${where} holds ${describe(item)} where a ${type} belongs`)
    // A typed array wraps and truncates what does not fit.
    if (whole && Number(elements[filled]) !== Number(number)) {
      throw new BadRequest(`${where} holds ${describe(item)}, which is no ${type}`)
    }
    filled++
  }
  const descend = (item: unknown, depth: number) => {
    const length = shape[depth]
    if (length === undefined) return put(item)
    if (!Array.isArray(item) || item.length !== length) throw new BadRequest(`${where} is a ragged array`)
    for (let i = 0; i < length; i++) descend(item[i], depth + 1)
  }
  descend(value, 0)
  return elements
}

/**
 * Nested arrays for JSON. 64-bit integers beyond 2^53 become strings; NaN and infinities, which JSON lacks, become
 * null when they are written.
 */
export function nestedFromElements(elements: TensorElements, shape: readonly number[], type: string): Nested {
  let taken = 0
  const take = (): Nested => {
    const element = elements[taken++] ?? 0
    if (type === 'bool') return element !== 0
    if (typeof element === 'number') return element
    return Number.isSafeInteger(Number(element)) ? Number(element) : String(element)
  }
  const build = (depth: number): Nested => {
    const length = shape[depth]
    return length === undefined ? take() : Array.from({ length }, () => build(depth + 1))
  }
  return build(0)
}

/** A 64-bit integer is a JSON number, or a string of digits where a number would lose some. */
function toBigInt(item: unknown, where: string): bigint {
  if (typeof item === 'number' && Number.isSafeInteger(item)) return BigInt(item)
  if (typeof item === 'string' && /^-?\d{1,20}$/.test(item)) return BigInt(item)
  throw new BadRequest(`${where} holds ${describe(item)} where a 64-bit integer belongs`)
}

function describe(item: unknown): string {
  if (Array.isArray(item)) return 'an array'
  if (typeof item === 'object' && item !== null) return 'an object'
  return JSON.stringify(item)?.slice(0, 40) ?? 'nothing'
}
