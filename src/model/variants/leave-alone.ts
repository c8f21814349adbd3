import { performance } from 'node:perf_hooks'
import { formatRatio } from '../../core/units.ts'
import type { Accuracy } from '../../core/variant.ts'

interface Search {
  readonly layers: readonly string[]
  /** Accuracy with these layers quantised and no others; `glance` for a quick one, on few samples. */
  readonly measure: (quantized: ReadonlySet<string>, glance?: 'glance') => Promise<Accuracy>
  /** Largest loss that needs no remedy, 0 to 1. */
  readonly tolerance: number
  /** What leaving a layer as it is costs, and what all of it may cost: bytes, say. Without, each costs nothing. */
  readonly cost?: (layer: string) => number
  readonly allowance?: number
  readonly budgetMs: number
  readonly onProgress?: (finished: number, total: number) => void
}

export interface Choice {
  /** The layers to quantise. */
  readonly chosen: ReadonlySet<string>
  /** What was left alone and why, in sentences. */
  readonly notes: readonly string[]
}

/**
 * Which layers to quantise: all, unless that loses more than the tolerance. Then each is tried by itself, and those
 * that distort the outputs most for what they cost are left alone, as few as bring the loss within the tolerance
 * (found by bisection, as if leaving out more never lost more). Layers that the time did not suffice to try count as
 * harmless.
 */
export async function leaveAlone(search: Search): Promise<Choice> {
  const { layers, measure, tolerance } = search
  const all = await measure(new Set(layers))
  if (all.loss.value <= tolerance) return { chosen: new Set(layers), notes: [] }
  const harm = await tryEach(search)
  const cost = search.cost ?? (() => 1)
  const worth = (layer: string) => (harm.get(layer) ?? 0) / cost(layer)
  const ranked = [...layers].sort((a, b) => worth(b) - worth(a))
  const [first, rest] = split(ranked, cost, search.allowance ?? Number.POSITIVE_INFINITY)
  let [low, high] = [0, first.length]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const { loss } = await measure(new Set([...first.slice(middle), ...rest]))
    if (loss.value <= tolerance) high = middle
    else low = middle
  }
  const chosen = new Set([...first.slice(high), ...rest])
  const untried = layers.length - harm.size
  return {
    chosen,
    notes: [
      `${high === 0 ? 'none' : high} left as float32: with all in int8 the loss was ${formatRatio(all.loss.value)} on ${all.samples} samples`,
      ...(untried > 0 ? [`${untried} were not tried by themselves for lack of time`] : []),
    ],
  }
}

async function tryEach({ layers, measure, budgetMs, onProgress }: Search): Promise<Map<string, number>> {
  const until = performance.now() + budgetMs
  const harm = new Map<string, number>()
  for (const layer of layers) {
    if (performance.now() > until) break
    onProgress?.(harm.size, layers.length)
    harm.set(layer, distortion(await measure(new Set([layer]), 'glance')))
  }
  return harm
}

/**
 * In order, those that the allowance holds, and the others. One stays with the others, however much is allowed: with
 * every layer left alone nothing would be quantised.
 */
function split(ranked: readonly string[], cost: (layer: string) => number, allowance: number) {
  const [held, others]: [string[], string[]] = [[], []]
  let spent = 0
  for (const layer of ranked) {
    const fits = spent + cost(layer) <= allowance && held.length < ranked.length - 1
    if (fits) spent += cost(layer)
    ;(fits ? held : others).push(layer)
  }
  return [held, others] as const
}

/** How far outputs move, finer than how many decisions change: of the output that moves most. */
function distortion({ outputs }: Accuracy): number {
  return Math.max(0, ...outputs.map(({ cosine, loss }) => (cosine ? 1 - cosine.value : loss.value)))
}
