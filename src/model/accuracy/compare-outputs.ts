import type { SampleTensor } from '../session.ts'
import { decide, type OutputReading } from './output-kind.ts'

/** How one output of one sample compares with that of the fp32 model. */
export interface Comparison {
  /** Share of decisions, or strings, that are the same; NaN of plain values. */
  readonly agreement: number
  /** Decisions compared. */
  readonly decisions: number
  /** Of masks: pixels in both and in either. Of several classes, their mean ratio and 1. */
  readonly overlap: { readonly both: number; readonly either: number }
  readonly cosine: number
  readonly maxError: number
  readonly largest: number
}

export function compareOutput(
  reference: SampleTensor,
  found: SampleTensor | undefined,
  reading: OutputReading,
): Comparison {
  if (reading.kind === 'text') return compareText(reference, found)
  const [expected, actual] = [numbers(reference), numbers(found)]
  if (expected.length !== actual.length) return NOTHING_ALIKE
  const near = closeness(expected, actual)
  if (reading.kind === 'values') return { ...near, agreement: Number.NaN, decisions: 0, overlap: NONE }
  const [wanted, given] = [decide(expected, reading), decide(actual, reading)]
  let same = 0
  wanted.forEach((value, index) => {
    if (value === given[index]) same++
  })
  const overlap = reading.kind === 'mask' ? overlapOf(wanted, given, reading.classes) : NONE
  return { ...near, agreement: same / wanted.length, decisions: wanted.length, overlap }
}

/** Strings are the same or not; nothing is near. */
function compareText({ elements }: SampleTensor, found: SampleTensor | undefined): Comparison {
  const [wanted, given] = [[...elements], [...(found?.elements ?? [])]]
  if (wanted.length !== given.length) return NOTHING_ALIKE
  const same = wanted.filter((text, index) => text === given[index]).length
  const agreement = wanted.length === 0 ? 1 : same / wanted.length
  return { ...NOTHING_ALIKE, agreement, decisions: wanted.length, overlap: NONE }
}

const NONE = { both: 0, either: 0 }

/** An output of another shape is wrong altogether. */
const NOTHING_ALIKE: Comparison = {
  agreement: 0,
  decisions: 1,
  overlap: { both: 0, either: 1 },
  cosine: 0,
  maxError: Number.POSITIVE_INFINITY,
  largest: Number.POSITIVE_INFINITY,
}

function numbers(tensor: SampleTensor | undefined): Float64Array {
  const elements = tensor?.elements ?? new Float32Array()
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array)
    return Float64Array.from(elements, Number)
  return new Float64Array(elements as Float64Array)
}

function closeness(expected: Float64Array, actual: Float64Array) {
  let [dot, left, right, maxError, largest] = [0, 0, 0, 0, 0]
  for (let index = 0; index < expected.length; index++) {
    const [a, b] = [expected[index] ?? 0, actual[index] ?? 0]
    dot += a * b
    left += a * a
    right += b * b
    // A value that is not a number differs from any.
    maxError = Math.max(
      maxError,
      Number.isNaN(b) && !Number.isNaN(a) ? Number.POSITIVE_INFINITY : Math.abs(a - b),
    )
    largest = Math.max(largest, Math.abs(a))
  }
  const cosine = left === 0 && right === 0 ? 1 : dot / Math.sqrt(left * right)
  return { cosine: Number.isFinite(cosine) ? cosine : 0, maxError, largest }
}

function overlapOf(wanted: Uint32Array, given: Uint32Array, classes: number): Comparison['overlap'] {
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
  if (classes === 1) return tally.get(1) ?? NONE
  const ratios = [...tally.values()].map(({ both, either }) => both / either)
  return { both: ratios.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, ratios.length), either: 1 }
}
