import { BadRequest } from '../bad-request.ts'
import type { ElementStore } from './element-store.ts'
import type { JsonReader } from './json-reader.ts'

/** 10^0 to 10^300, each the double nearest to it; up to 10^22 they are exact. */
const POWERS = Float64Array.from({ length: 301 }, (_, exponent) => Number(`1e${exponent}`))
const [EXACT_POWER, LAST_POWER] = [22, 300]
/** Relative error of a mantissa of 18 digits times a power of ten is under 4 × 2^-53; this is twice that. */
const ERROR = 2 ** -50
/** From here on a double rounds to a float32 of infinity: halfway between the largest and 2^128. */
const FLOAT32_LIMIT = 2 ** 128 - 2 ** 103
const [NIBBLES, DIGITS] = [0xf0f0f0f0 | 0, 0x30303030]
const [MINUS, PLUS, POINT, ZERO] = [0x2d, 0x2b, 0x2e, 0x30]

/**
 * Reads numbers and the commas between them, into a float32, float64 or whole type of at most 32 bits.
 *
 * This is where a body of JSON spends its time, hence one loop without calls. Most numbers need no exact conversion:
 * with up to 15 digits and a small exponent one multiplication or division is exact (Clinger, 1990); with more, a
 * float32 is certain when everything within the error rounds to the same one. The rest is left to `Number`. So each
 * element is what `JSON.parse` and a typed array would have made of it.
 *
 * @returns whether a number was the last thing read; else a comma was, or nothing, and what comes next is no number
 */
export function readNumberRun(reader: JsonReader, store: ElementStore, where: string): boolean {
  const { bytes } = reader
  const { type } = store
  const [single, double] = [type === 'float32', type === 'float64']
  // Numbers all, whatever the array; a bigint type never comes here.
  let elements = store.elements as Float64Array
  let { filled } = store
  let pos = reader.pos
  let ended = true
  // Beyond the end `bytes` gives undefined, which compares and counts as NaN: no digit, no comma.
  const at = bytes as { readonly [index: number]: number }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fourBefore = bytes.length - 3
  for (;;) {
    let byte = at[pos] as number
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = at[++pos] as number
    const start = pos
    if (byte === MINUS) byte = at[++pos] as number
    let digit = byte - ZERO
    if (!(digit >= 0 && digit <= 9)) {
      pos = start
      ended = false
      break
    }
    let mantissa = 0
    let rest = 0
    let restDigits = 0
    let exponent = 0
    let dropped = false
    if (digit === 0) digit = (at[++pos] as number) - ZERO
    else {
      let left = 9
      for (; left > 0 && digit >= 0 && digit <= 9; left--) {
        mantissa = mantissa * 10 + digit
        digit = (at[++pos] as number) - ZERO
      }
      for (; restDigits < 9 && digit >= 0 && digit <= 9; restDigits++) {
        rest = rest * 10 + digit
        digit = (at[++pos] as number) - ZERO
      }
      for (; digit >= 0 && digit <= 9; exponent++) {
        dropped = true
        digit = (at[++pos] as number) - ZERO
      }
    }
    if (digit === POINT - ZERO) {
      const point = ++pos
      for (; mantissa < 1e5 && pos < fourBefore; pos += 4) {
        const word = view.getInt32(pos, true)
        if (!isFourDigits(word)) break
        mantissa = mantissa * 10_000 + fourDigits(word)
      }
      digit = (at[pos] as number) - ZERO
      while (mantissa < 1e8 && digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit
        digit = (at[++pos] as number) - ZERO
      }
      if (mantissa >= 1e8) {
        for (; restDigits <= 5 && pos < fourBefore; pos += 4) {
          const word = view.getInt32(pos, true)
          if (!isFourDigits(word)) break
          rest = rest * 10_000 + fourDigits(word)
          restDigits += 4
        }
        digit = (at[pos] as number) - ZERO
      }
      while (restDigits < 9 && digit >= 0 && digit <= 9) {
        rest = rest * 10 + digit
        restDigits++
        digit = (at[++pos] as number) - ZERO
      }
      exponent -= pos - point
      if (pos === point) failAt(reader, pos)
      for (; digit >= 0 && digit <= 9; dropped = true) digit = (at[++pos] as number) - ZERO
    }
    if (((at[pos] as number) | 0x20) === 0x65) {
      byte = at[++pos] as number
      const below = byte === MINUS
      if (below || byte === PLUS) byte = at[++pos] as number
      digit = byte - ZERO
      if (!(digit >= 0 && digit <= 9)) failAt(reader, pos)
      let power = 0
      for (; digit >= 0 && digit <= 9; digit = (at[++pos] as number) - ZERO) {
        if (power < 100_000) power = power * 10 + digit
      }
      exponent += below ? -power : power
    }
    let value = restDigits === 0 ? mantissa : mantissa * (POWERS[restDigits] as number) + rest
    if (exponent < 0) value = exponent >= -LAST_POWER ? value / (POWERS[-exponent] as number) : Number.NaN
    else if (exponent > 0) value = exponent <= LAST_POWER ? value * (POWERS[exponent] as number) : Number.NaN
    const exact = !dropped && restDigits <= 6 && exponent >= -EXACT_POWER && exponent <= EXACT_POWER
    const sure = exact || (single && Math.fround(value * (1 - ERROR)) === Math.fround(value * (1 + ERROR)))
    if (!sure) value = Math.abs(Number(bytes.toString('latin1', start, pos)))
    if (at[start] === MINUS) value = -value
    if (filled === elements.length) elements = store.grow() as Float64Array
    elements[filled] = value
    const kept = elements[filled] as number
    filled++
    if (double ? Math.abs(value) === Infinity : single ? Math.abs(value) >= FLOAT32_LIMIT : kept !== value) {
      const text = bytes.toString('latin1', start, Math.min(pos, start + 40))
      throw new BadRequest(`${where} holds ${text}, which is no ${type}`)
    }
    byte = at[pos] as number
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = at[++pos] as number
    if (byte !== 0x2c) break
    pos++
  }
  reader.pos = pos
  store.filled = filled
  return ended
}

/** Whether the bytes of a word are ASCII digits: each 0x30 to 0x39. */
function isFourDigits(word: number): boolean {
  return (word & NIBBLES) === DIGITS && ((word + 0x06060606) & NIBBLES) === DIGITS
}

/** Value of four ASCII digits in a little-endian word: pairs first, then the pair of pairs. */
function fourDigits(word: number): number {
  const digits = word & 0x0f0f0f0f
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff
  return (pairs & 0xff) * 100 + (pairs >>> 16)
}

function failAt(reader: JsonReader, pos: number): never {
  reader.pos = pos
  return reader.fail()
}
