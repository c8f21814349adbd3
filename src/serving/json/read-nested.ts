import { BadRequest } from '../bad-request.ts'
import { findElementType, type TensorElements } from '../element-types.ts'
import { ElementStore } from './element-store.ts'
import type { JsonReader } from './json-reader.ts'
import { readNumberRun } from './read-number-run.ts'
import { readString } from './read-string.ts'

const [COMMA, OPEN, CLOSE] = [0x2c, 0x5b, 0x5d]
/** More than any operator takes; ends the descent into an array that nests for ever. */
const MOST_DIMENSIONS = 16
const UNKNOWN = -1

export interface Nested {
  readonly shape: readonly number[]
  readonly elements: TensorElements
}

/** Nested arrays that are not all of one size at one depth. */
export class RaggedArray extends BadRequest {}

export interface NestedOptions {
  /** What the value is, to begin a message with. */
  readonly where: string
  /** How many elements there will be, if that is known. */
  readonly expected?: number
  /** `NaN`, `Infinity` and `-Infinity` pass for numbers, as TensorFlow Serving has them. */
  readonly tokens?: boolean
}

/** Reads a number or string, or nested arrays of them, as elements of `type` in row-major order. */
export function readNested(reader: JsonReader, type: string, options: NestedOptions): Nested {
  const { where } = options
  const store = new ElementStore(type, options.expected)
  const sizes: number[] = []
  const counts: number[] = []
  let leaf = UNKNOWN
  const close = () => {
    const depth = counts.length
    const count = counts.pop() ?? 0
    reader.pos++
    sizes[depth] ??= count
    if (sizes[depth] !== count) throw new RaggedArray(`${where} is a ragged array`)
  }
  // The reader is before a value whenever this loop begins.
  for (;;) {
    if (reader.peek() === OPEN) {
      if (counts.length === leaf) throw new BadRequest(`${where} holds an array where a ${type} belongs`)
      if (counts.push(0) > MOST_DIMENSIONS) throw new BadRequest(`${where} nests too deeply`)
      reader.pos++
      if (reader.peek() !== CLOSE) continue
      if (leaf === UNKNOWN) leaf = counts.length
    } else {
      if (leaf === UNKNOWN) leaf = counts.length
      else if (leaf !== counts.length) throw new RaggedArray(`${where} is a ragged array`)
      const before = store.filled
      if (leaf === 0) readOne(reader, store, options)
      else readValues(reader, store, options)
      if (leaf > 0) counts[leaf - 1] = store.filled - before
    }
    while (counts.length > 0 && reader.peek() === CLOSE) {
      close()
      if (counts.length > 0) counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1
    }
    if (counts.length === 0) break
    if (reader.peek() !== COMMA) reader.fail()
    reader.pos++
  }
  return { shape: sizes.slice(1, leaf + 1), elements: store.finish() }
}

/** Reads values up to the end of their list. */
function readValues(reader: JsonReader, store: ElementStore, options: NestedOptions): void {
  const fast = !findElementType(store.type).big && !['bool', 'float16', 'string'].includes(store.type)
  for (;;) {
    if (fast && readNumberRun(reader, store, options.where)) return
    readOne(reader, store, options)
    if (reader.peek() !== COMMA) return
    reader.pos++
  }
}

/** Reads one value of any type, in no hurry. */
function readOne(reader: JsonReader, store: ElementStore, { where, tokens }: NestedOptions): void {
  const { type, filled } = store
  const { big, whole } = findElementType(type)
  const start = reader.pos
  const next = reader.peek()
  const elements = filled === store.elements.length ? store.grow() : store.elements
  const refuse = (belongs: string) => {
    reader.pos = start
    return new BadRequest(`${where} holds ${reader.describe()}${belongs}`)
  }
  const token = tokens && type.startsWith('float') ? readToken(reader) : undefined
  if (type === 'string') elements[filled] = readString(reader, where)
  else if (token !== undefined) elements[filled] = token
  else if (big) {
    const value = readBig(reader, type)
    if (value === undefined) throw refuse(' where a 64-bit integer belongs')
    elements[filled] = value
  } else {
    const isNumber = next === 0x2d || (next >= 0x30 && next <= 0x39)
    const value = isNumber ? reader.readNumber() : type === 'bool' ? readBool(reader) : undefined
    if (value === undefined) throw refuse(` where a ${type} belongs`)
    elements[filled] = value
    const kept = Number(elements[filled])
    const wrong = whole ? kept !== value || (type === 'bool' && kept > 1) : !Number.isFinite(kept)
    if (wrong) throw refuse(`, which is no ${type}`)
  }
  store.filled++
}

function readBool(reader: JsonReader): number | undefined {
  const literal = reader.readLiteral()
  return typeof literal === 'boolean' ? Number(literal) : undefined
}

function readToken(reader: JsonReader): number | undefined {
  for (const [text, value] of [
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
  ] as const) {
    if (reader.bytes.toString('latin1', reader.pos, reader.pos + text.length) !== text) continue
    reader.pos += text.length
    return value
  }
  return undefined
}

/** A 64-bit integer: every digit of a number counts, and a string of digits, which loses none on the way, will do. */
function readBig(reader: JsonReader, type: string): bigint | undefined {
  const start = reader.pos
  const next = reader.peek()
  if (!reader.isString() && next !== 0x2d && !(next >= 0x30 && next <= 0x39)) return undefined
  const text = reader.isString() ? reader.readString() : numberText(reader)
  const value = /^-?\d{1,20}$/.test(text) ? BigInt(text) : wholeOf(Number(text))
  const fits =
    value !== undefined && (type === 'int64' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) === value
  if (!fits) reader.pos = start
  return fits ? value : undefined
}

function numberText(reader: JsonReader): string {
  const start = reader.pos
  reader.readNumber()
  return reader.bytes.toString('latin1', start, reader.pos)
}

/** Of a number written as `1.0` or `1e3`. */
function wholeOf(value: number): bigint | undefined {
  return Number.isSafeInteger(value) ? BigInt(value) : undefined
}
