import { performance } from 'node:perf_hooks'
import type { Accuracy } from '../../core/variant.ts'

interface Search {
  readonly layers: readonly string[]
  /** Accuracy with these layers quantised and no others. */
  readonly measure: (quantized: ReadonlySet<string>) => Promise<Accuracy>
  /** Largest loss that needs no remedy, 0 to 1. */
  readonly tolerance: number
  readonly budgetMs: number
  readonly note?: (text: string) => void
}

export interface Choice {
  /** The layers to quantise. */
  readonly chosen: ReadonlySet<string>
  /** What was left alone and why, in sentences. */
  readonly notes: readonly string[]
}

/**
 * Which layers to quantise: all, unless that loses more than the tolerance. Then each is tried by itself, and those
 * that distort the outputs most are left alone, as few as bring the loss within the tolerance (found by bisection, as
 * if leaving out more never lost more). Layers that the time did not suffice to try count as harmless.
 */
export async function leaveAlone({ layers, measure, tolerance, budgetMs, note }: Search): Promise<Choice> {
  const all = await measure(new Set(layers))
  if (all.loss.value <= tolerance) return { chosen: new Set(layers), notes: [] }
  const until = performance.now() + budgetMs
  const harm = new Map<string, number>()
  for (const layer of layers) {
    if (performance.now() > until) break
    note?.(`trying each layer by itself: ${harm.size + 1} of ${layers.length}`)
    harm.set(layer, distortion(await measure(new Set([layer]))))
  }
  const ranked = [...layers].sort((a, b) => (harm.get(b) ?? 0) - (harm.get(a) ?? 0))
  let [low, high] = [0, ranked.length]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const { loss } = await measure(new Set(ranked.slice(middle)))
    if (loss.value <= tolerance) high = middle
    else low = middle
  }
  const untried = layers.length - harm.size
  // With every layer left alone nothing would be int8: the least harmful one stays, and its loss is what it is.
  const left = Math.min(high, ranked.length - 1)
  return {
    chosen: new Set(ranked.slice(left)),
    notes: [
      `${left} left as float32: with all in int8 the loss was ${(all.loss.value * 100).toFixed(1)}% on ${all.samples} samples`,
      ...(untried > 0 ? [`${untried} were not tried by themselves for lack of time`] : []),
    ],
  }
}

/** How far outputs move, finer than how many decisions change: of the output that moves most. */
function distortion({ outputs }: Accuracy): number {
  return Math.max(0, ...outputs.map(({ cosine }) => 1 - cosine.value))
}
