import { percentileRatios } from '../stats/percentile.ts'

/**
 * The percentiles that blocks are judged by. p10 is what a request takes that nothing disturbed: whatever else keeps
 * the machine busy lengthens the others and scatters them, and leaves the fastest tenth nearly alone, so that a change
 * in the work of every request still shows there.
 */
export const latencyRatios = { p10: 0.1, ...percentileRatios } as const
