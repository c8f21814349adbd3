import type { SampleTensor } from '../session.ts'
import { decide, type OutputReading } from './output-kind.ts'

/** How one output of one sample compares with that of the fp32 model. */
export interface Comparison {
  /** Share of decisions that are the same; NaN of plain values. */
  readonly agreement: number
  /** Decisions compared. */
  readonly decisions: number
  /** NaN of anything but masks. */
  readonly iou: number
  readonly cosine: number
  readonly maxError: number
  readonly largest: number
}

export function compareOutput(reference: SampleTensor, found: SampleTensor | undefined, reading: OutputReading): Comparison {
  const [expected, actual] = [numbers(reference), numbers(found)]
  if (expected.length !== actual.length) return NOTHING_ALIKE
  const near = closeness(expected, actual)
  if (reading.kind === 'values') return { ...near, agreement: Number.NaN, decisions: 0, iou: Number.NaN }
  const [wanted, given] = [decide(expected, reading), decide(actual, reading)]
  let same = 0
  wanted.forEach((value, index) => {
    if (value === given[index]) same++
  })
  const iou = reading.kind === 'mask' ? meanIou(wanted, given, reading.classes) : Number.NaN
  return { ...near, agreement: same / wanted.length, decisions: wanted.length, iou }
}

/** An output of another shape is wrong altogether. */
const NOTHING_ALIKE: Comparison = {
  agreement: 0,
  decisions: 1,
  iou: 0,
  cosine: 0,
  maxError: Number.POSITIVE_INFINITY,
  largest: Number.POSITIVE_INFINITY,
}

function numbers(tensor: SampleTensor | undefined): Float64Array {
  return Float64Array.from((tensor?.elements ?? []) as Iterable<number | bigint>, Number)
}

function closeness(expected: Float64Array, actual: Float64Array) {
  let [dot, left, right, maxError, largest] = [0, 0, 0, 0, 0]
  for (let index = 0; index < expected.length; index++) {
    const [a, b] = [expected[index] ?? 0, actual[index] ?? 0]
    dot += a * b
    left += a * a
    right += b * b
    // A value that is not a number differs from any.
    maxError = Math.max(maxError, Number.isNaN(b) && !Number.isNaN(a) ? Number.POSITIVE_INFINITY : Math.abs(a - b))
    largest = Math.max(largest, Math.abs(a))
  }
  const cosine = left === 0 && right === 0 ? 1 : dot / Math.sqrt(left * right)
  return { cosine: Number.isFinite(cosine) ? cosine : 0, maxError, largest }
}

/** Mean over the classes that either has, of pixels in both over pixels in either; 1 of two masks that are empty. */
function meanIou(wanted: Uint32Array, given: Uint32Array, classes: number): number {
  const tally = new Map<number, { both: number; either: number }>()
  const of = (each: number) => {
    const known = tally.get(each) ?? { both: 0, either: 0 }
    tally.set(each, known)
    return known
  }
  wanted.forEach((a, index) => {
    const b = given[index] ?? 0
    if (a === b) of(a).both++
    of(a).either++
    if (a !== b) of(b).either++
  })
  // Of a binary mask only what is in it counts: most of an image is not.
  if (classes === 1) tally.delete(0)
  const ratios = [...tally.values()].map(({ both, either }) => both / either)
  return ratios.length === 0 ? 1 : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
}
