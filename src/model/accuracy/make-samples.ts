import { UserError } from '../../core/errors.ts'
import type { TensorSpec } from '../../core/measurement.ts'
import { seededRandom } from '../../core/random.ts'
import type { InputSource } from '../../core/scenario.ts'
import {
  countElements,
  elementOf,
  findElementType,
  type TensorElements,
} from '../../serving/element-types.ts'
import { readElements } from '../../serving/payload.ts'
import type { Sample } from '../session.ts'
import { readSamples } from './read-samples.ts'

export interface Samples {
  readonly samples: readonly Sample[]
  readonly source: 'files' | 'generated'
}

/**
 * Inputs to compare variants on: those in the files that the scenario names, else made up. The same seed makes the
 * same ones.
 * @param count of those that are made up
 */
export function makeSamples(
  inputs: readonly TensorSpec[],
  sources: Readonly<Record<string, InputSource>>,
  count: number,
  seed: number,
): Samples {
  const recorded = new Map(
    inputs.flatMap((spec) => {
      const source = sources[spec.name]
      return source?.samples === undefined
        ? []
        : [[spec.name, readSamples(source.samples, source.shape, spec)]]
    }),
  )
  const numbers = [...recorded.values()].map((all) => all.length)
  if (new Set(numbers).size > 1) {
    const message = `the inputs have different numbers of samples: ${numbers.join(', ')}`
    throw new UserError({ message, hint: 'each file of samples holds as many inputs as the others' })
  }
  const random = seededRandom(seed)
  const samples = Array.from({ length: numbers[0] ?? count }, (_, index) => {
    const tensors = inputs.map((spec) => {
      const source = sources[spec.name]
      if (!source) throw new RangeError(`input ${spec.name} was not declared`)
      const elements = recorded.get(spec.name)?.[index] ?? generate(spec, source, random)
      return [spec.name, { type: spec.type, shape: source.shape, elements }] as const
    })
    return new Map(tensors)
  })
  return { samples, source: recorded.size > 0 ? 'files' : 'generated' }
}

function generate(spec: TensorSpec, { shape, values }: InputSource, random: () => number): TensorElements {
  if (values.from === 'file') return readElements(values.path, shape, spec)
  const { type } = spec
  const { allocate, whole } = findElementType(type)
  const elements = allocate(countElements(shape))
  const next = (): number => {
    if (values.from === 'constant') return values.value
    return values.low + random() * (values.high - values.low)
  }
  if (isImage(shape) && values.from === 'uniform' && !whole && type !== 'string')
    return drawImage(elements, shape, values, random)
  for (let i = 0; i < elements.length; i++) elements[i] = elementOf(type, next())
  return elements
}

function isImage(shape: readonly number[]): boolean {
  const [, channels = 0, height = 0, width = 0] = shape
  return shape.length === 4 && channels <= 4 && height >= 8 && width >= 8
}

/**
 * Dark strokes in rows on a bright ground with a slope and some noise: a model of images finds edges, text and shapes
 * in it, where noise alone would give it nothing to find, and so nothing to lose.
 */
function drawImage(
  elements: TensorElements,
  [batch = 1, channels = 1, height = 1, width = 1]: readonly number[],
  { low, high }: { low: number; high: number },
  random: () => number,
): TensorElements {
  const line = Math.max(6, Math.round(height / (1 + Math.floor(random() * 8))))
  for (let image = 0; image < batch * channels; image += channels) {
    const shades = drawShades(height, width, line, random)
    for (let channel = 0; channel < channels; channel++) {
      const at = (image + channel) * height * width
      const tint = 0.9 + 0.1 * random()
      shades.forEach((shade, index) => {
        elements[at + index] = low + (high - low) * Math.min(1, Math.max(0, shade * tint))
      })
    }
  }
  return elements
}

function drawShades(height: number, width: number, line: number, random: () => number): Float32Array {
  const shades = new Float32Array(height * width)
  const [bright, slope] = [0.6 + 0.4 * random(), 0.3 * (random() - 0.5)]
  for (let index = 0; index < shades.length; index++) {
    shades[index] = bright + slope * ((index % width) / width) + 0.04 * (random() - 0.5)
  }
  for (let top = Math.floor(line * 0.2); top + line * 0.6 < height; top += line) {
    if (random() < 0.25) continue
    const [start, end] = [random() * width * 0.4, width * (0.5 + random() * 0.5)]
    let x = start
    while (x < end) {
      const stroke = 1 + Math.floor((random() * line) / 6)
      const [from, to] = [top + random() * line * 0.3, top + line * (0.4 + random() * 0.3)]
      const upright = random() < 0.7
      fill(
        shades,
        width,
        upright ? [x, x + stroke] : [x, x + line * 0.4],
        upright ? [from, to] : [from, from + stroke],
      )
      x += (stroke + 1 + random() * line * 0.25) * (random() < 0.1 ? 3 : 1)
    }
  }
  return shades
}

function fill(shades: Float32Array, width: number, [left, right]: number[], [top, bottom]: number[]): void {
  const height = shades.length / width
  for (let y = Math.floor(top ?? 0); y < Math.min(height, bottom ?? 0); y++) {
    for (let x = Math.floor(left ?? 0); x < Math.min(width, right ?? 0); x++) shades[y * width + x] = 0.1
  }
}
