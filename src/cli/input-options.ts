import type { Problem } from '../core/errors.ts'
import type { InputSource } from '../core/scenario.ts'

/** More elements than any input has. */
const MOST_ELEMENTS = 2 ** 40

/** `name=1x3x320x320` each; a scalar is `name=`. What is not goes to `problems`. */
export function readShapes(texts: readonly string[], problems: Problem[]): Map<string, number[]> {
  const shapes = new Map<string, number[]>()
  for (const text of texts) {
    const [, name, sizes] = /^(.+)=((?:\d+(?:[x,]\d+)*)?)$/.exec(text) ?? []
    const shape = sizes ? sizes.split(/[x,]/).map(Number) : []
    const count = shape.reduce((product, size) => product * size, 1)
    if (name !== undefined && count >= 1 && count <= MOST_ELEMENTS) shapes.set(name, shape)
    else {
      problems.push({
        message: `--input ${text} is not a name and a shape`,
        hint: 'write it like --input images=1x3x224x224, each dimension at least 1',
      })
    }
  }
  return shapes
}

/** Where generated values come from; files are for scenarios. */
export type GeneratedValues = Exclude<InputSource['values'], { readonly from: 'file' }>

/** `sr=16000`, every value; `images=-2.1..2.6`, uniform between. What is neither goes to `problems`. */
export function readValues(texts: readonly string[], problems: Problem[]): Map<string, GeneratedValues> {
  const values = new Map<string, GeneratedValues>()
  for (const text of texts) {
    const [, name, first = '', last] = /^(.+?)=([^=]+?)(?:\.\.([^=]+))?$/.exec(text) ?? []
    const [low, high] = [numberOf(first), numberOf(last ?? first)]
    if (name !== undefined && low <= high) {
      values.set(name, last === undefined ? { from: 'constant', value: low } : { from: 'uniform', low, high })
    } else {
      problems.push({
        message: `--values ${text} is not a name and a number, or two numbers from low to high`,
        hint: 'write it like --values sr=16000 or --values images=-2.1..2.6',
      })
    }
  }
  return values
}

/** NaN for what is no finite number. */
function numberOf(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : Number.NaN
}
