import type { OutputAccuracy } from '../../core/variant.ts'
import type { SampleTensor } from '../session.ts'

/** How an output is read: which elements belong to one decision. */
export interface OutputReading {
  readonly kind: OutputAccuracy['kind']
  /** Elements of one decision, `stride` apart; 1 where a threshold decides. */
  readonly classes: number
  readonly stride: number
  /** Of a decision between two, by one element. */
  readonly threshold: number
}

const PLAIN: OutputReading = { kind: 'values', classes: 1, stride: 1, threshold: Number.NaN }

/** What an output of the fp32 model most likely is, by its shape and its values. */
export function readOutput({ type, shape, elements }: SampleTensor): OutputReading {
  const [rank, last = 1] = [shape.length, shape.at(-1)]
  if (type === 'string') return { ...PLAIN, kind: 'text' }
  if (!type.startsWith('float')) return PLAIN
  const values = new Float64Array(elements as Float32Array)
  const probable = values.every((value) => value >= 0 && value <= 1)
  if (rank === 4 || (rank === 3 && probable && !sumsToOne(values, last, 1))) {
    const image = readImage(rank === 4 ? shape : [shape[0] ?? 1, 1, ...shape.slice(1)], values, probable)
    if (image) return image
  }
  if (last >= 2 && (sumsToOne(values, last, 1) || rank === 2)) {
    return { kind: 'classes', classes: last, stride: 1, threshold: Number.NaN }
  }
  if (last === 1 && rank <= 2 && probable) return { kind: 'classes', classes: 1, stride: 1, threshold: 0.5 }
  return PLAIN
}

function readImage(
  [, channels = 1, height = 1, width = 1]: readonly number[],
  values: Float64Array,
  probable: boolean,
): OutputReading | undefined {
  if (height < 4 || width < 4) return undefined
  if (channels === 1) return { kind: 'mask', classes: 1, stride: 1, threshold: probable ? 0.5 : 0 }
  const classes = sumsToOne(values, channels, height * width) || channels <= 256
  return classes
    ? { kind: 'mask', classes: channels, stride: height * width, threshold: Number.NaN }
    : undefined
}

/** Whether the first decisions are probabilities: not negative, and their sum is 1. */
function sumsToOne(values: Float64Array, classes: number, stride: number): boolean {
  for (let row = 0; row < Math.min(16, stride === 1 ? values.length / classes : stride); row++) {
    let sum = 0
    for (let index = 0; index < classes; index++) {
      const value = values[stride === 1 ? row * classes + index : row + index * stride] ?? 0
      if (value < 0) return false
      sum += value
    }
    if (Math.abs(sum - 1) > 1e-3) return false
  }
  return values.length > 0
}

/** The class of each decision of an output. */
export function decide(
  elements: ArrayLike<number>,
  { classes, stride, threshold }: OutputReading,
): Uint32Array {
  const count = elements.length / classes
  return Uint32Array.from({ length: count }, (_, row) => {
    if (classes === 1) return Number((elements[row] ?? 0) > threshold)
    const start = stride === 1 ? row * classes : Math.floor(row / stride) * stride * classes + (row % stride)
    let best = 0
    for (let each = 1; each < classes; each++) {
      if ((elements[start + each * stride] ?? 0) > (elements[start + best * stride] ?? 0)) best = each
    }
    return best
  })
}
