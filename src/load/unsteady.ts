import { checkSteadyState } from '../stats/steady-state.ts'
import { findWarmUp } from '../stats/warm-up.ts'

/** A warm-up of fewer requests shifts no percentile that so few could resolve. */
const fewestToCut = 20
/** Growth from end to end that is worth a word, either way. */
const notableGrowth = 1.1

/**
 * What the figures of a load hide when its server was not in a steady state, in sentences.
 *
 * @param responseMs of ok requests, in order of due
 */
export function warnOfUnsteady(responseMs: readonly number[]): string[] {
  const { cut, settled } = findWarmUp(responseMs)
  const warmUp =
    settled && cut >= fewestToCut
      ? [
          `the first ${cut} requests were a warm-up and are in the figures: leave them out with a warm-up of ${cut}`,
        ]
      : []
  const { state, growth } = checkSteadyState(responseMs.slice(settled ? cut : 0))
  if (state !== 'trend' || Math.max(growth, 1 / growth) < notableGrowth) return warmUp
  const [change, by] = growth > 1 ? ['rose', growth] : ['fell', 1 / growth]
  return [
    ...warmUp,
    `response times ${change} by ${((by - 1) * 100).toFixed(0)}% from start to end: not a steady state`,
  ]
}
