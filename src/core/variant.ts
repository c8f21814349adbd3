import type { Range } from './scenario.ts'
import { formatRatio } from './units.ts'

/** How a model is made cheaper: `fp32` is the model as it is, a path is the user's own file of it. */
export const BUILT_VARIANTS = ['fp32', 'int8-dynamic', 'int8-weights', 'ort-optimized'] as const

export type BuiltVariant = (typeof BUILT_VARIANTS)[number]

export function isBuiltVariant(name: string): name is BuiltVariant {
  return (BUILT_VARIANTS as readonly string[]).includes(name)
}

/** How close one output is to that of the fp32 model on the same samples; each range is a 95% interval of the mean. */
export interface OutputAccuracy {
  readonly output: string
  /**
   * `classes`: rows whose largest value is their class, or probabilities that decide at one half. `mask`: an image of
   * which each pixel is in or out, or of a class. `text`: strings. `values`: anything else.
   */
  readonly kind: 'classes' | 'mask' | 'text' | 'values'
  /** Share of rows, or pixels, with the same class, or of strings that are the same; null of plain values. */
  readonly agreement: Range | null
  /** Intersection over union of masks over all samples; of several classes, their mean. Null of anything else. */
  readonly iou: Range | null
  /** Null of text. */
  readonly cosine: Range | null
  /**
   * Largest difference of any element of any sample, and the largest magnitude of the fp32 output beside it; null of
   * text.
   */
  readonly maxError: number | null
  readonly largest: number | null
  /** 1 - agreement of classes and text, 1 - IoU of masks, 1 - cosine of values. */
  readonly loss: Range
}

export interface Accuracy {
  readonly samples: number
  /** `generated` says how the model holds up on made-up inputs, which may differ from how it does on real ones. */
  readonly source: 'files' | 'generated'
  readonly outputs: readonly OutputAccuracy[]
  /** Of the output that lost most. */
  readonly loss: Range
}

/** A variant that was made and measured. */
export interface VariantFacts {
  /** As the scenario names it. */
  readonly name: string
  /** Absolute path of its file. */
  readonly path: string
  readonly sha256: string
  readonly bytes: number
  /** Size of the fp32 model. */
  readonly fp32Bytes: number
  /** Null of fp32 itself. */
  readonly accuracy: Accuracy | null
  /** How it was made: what was quantised, what was left alone and why, in sentences. */
  readonly notes: readonly string[]
}

const WHAT = {
  classes: 'top-class agreement',
  mask: 'IoU',
  text: 'equal strings',
  values: 'cosine',
} as const

/** `loses 3.1% (2.2% to 4%) of the IoU of "mask" on 32 generated samples`. */
export function explainLoss({ outputs, loss, samples, source }: Accuracy): string {
  const worst = outputs.find((output) => output.loss.value === loss.value)
  const what = worst ? ` of the ${WHAT[worst.kind]} of "${worst.output}"` : ''
  const { low, value, high } = loss
  const made = source === 'generated' ? 'generated ' : ''
  return `loses ${formatRatio(value)} (${formatRatio(low)} to ${formatRatio(high)})${what} on ${samples} ${made}samples`
}
