import { checkSteadyState } from '../stats/steady-state.ts'

/** Growth from end to end that is worth a word, either way. */
const notableGrowth = 1.1

/**
 * That the figures of a load are of no steady state, in a sentence; empty when they may be of one.
 *
 * @param responseMs of ok requests after the warm-up, in order of sending
 */
export function warnOfTrend(responseMs: readonly number[]): string[] {
  const { state, growth } = checkSteadyState(responseMs)
  if (state !== 'trend' || Math.max(growth, 1 / growth) < notableGrowth) return []
  const [change, by] = growth > 1 ? ['rose', growth] : ['fell', 1 / growth]
  return [`response times ${change} by ${((by - 1) * 100).toFixed(0)}% from start to end: not a steady state`]
}
