import type { TensorSpec } from '../../src/core/measurement.ts'
import type { Feed, Model } from '../../src/serving/feed.ts'

/** A model that gives back its first input as output `y`, and remembers what it was fed. */
export function echoModel(inputs: readonly TensorSpec[]): Model & { readonly fed: Feed[] } {
  const fed: Feed[] = []
  const [first] = inputs
  return {
    inputs,
    outputs: first ? [{ ...first, name: 'y' }] : [],
    fed,
    run: async (feed) => {
      fed.push(feed)
      const tensor = feed.get(first?.name ?? '')
      return { outputs: tensor ? new Map([['y', tensor]]) : new Map(), inferenceMs: 1 }
    },
  }
}
