import { percentile, sortAscending } from '../stats/percentile.ts'
import { findWarmUp } from '../stats/warm-up.ts'
import { Histogram } from './histogram.ts'
import type { KeptSamples, LoadRecord } from './load-record.ts'

/** The times of a load, those of its warm-up apart. */
export interface SteadyTimes {
  /** ok requests after the warm-up. */
  readonly response: Histogram
  readonly service: Histogram
  /** Places in the kept samples, in order of sending: of the warm-up, and of the others. */
  readonly warmUp: readonly number[]
  readonly steady: readonly number[]
  /** Requests of a warm-up that is too much of the load to be left out: it is in all figures. 0 when there is none. */
  readonly uncut: number
}

/** A warm-up of fewer requests shifts no percentile that so few could resolve. */
const fewestToCut = 20
/** How much slower than the rest a warm-up is at least, and its start, at their medians. */
const notablySlower = 1.1
/** Of the rest: more than half of a warm-up's first requests are slower. */
const rarelySlower = 0.9

/** The most of a load that is left out: what is slow for longer is more than its start. */
const mostToCut = 0.25

/** @param cuts whether to look for a warm-up: not in a closed loop, whose warm-up was left out beforehand */
export function findSteadyTimes(record: LoadRecord, cuts: boolean): SteadyTimes {
  const { kept, laterResponse, laterService } = record
  const inOrder = sortByIndex(kept)
  const found = cuts ? countWarmUp(inOrder.map((at) => kept.responseMs[at] ?? 0)) : 0
  const cut = found <= mostToCut * (inOrder.length + laterResponse.count) ? found : 0
  const steady = inOrder.slice(cut)
  const response = Histogram.of(steady.map((at) => kept.responseMs[at] ?? 0))
  const service = Histogram.of(steady.map((at) => kept.serviceMs[at] ?? 0))
  response.merge(laterResponse)
  service.merge(laterService)
  return { response, service, warmUp: inOrder.slice(0, cut), steady, uncut: found - cut }
}

/**
 * How many of the first requests a cold server made slow; 0 where that is not clear.
 *
 * MSER alone would also cut up to a stall in the first half of a load, or to a crowd in a queue, and so hide what
 * clients felt. A warm-up is slow from the very start: the first quarter of what would be cut must be clearly slower
 * than what follows the cut, and all of it notably.
 *
 * @param responseMs of ok requests in order of sending
 */
export function countWarmUp(responseMs: readonly number[]): number {
  const { cut, settled } = findWarmUp(responseMs)
  if (!settled || cut < fewestToCut) return 0
  const [start, all, rest] = [
    responseMs.slice(0, Math.ceil(cut / 4)),
    responseMs.slice(0, cut),
    responseMs.slice(cut),
  ].map(sortAscending) as [Float64Array, Float64Array, Float64Array]
  const notable = notablySlower * percentile(rest, 0.5)
  const isSlow = percentile(all, 0.5) > notable
  return isSlow && percentile(start, 0.5) > Math.max(notable, percentile(rest, rarelySlower)) ? cut : 0
}

function sortByIndex({ index }: KeptSamples): number[] {
  return index.map((_, at) => at).sort((a, b) => (index[a] ?? 0) - (index[b] ?? 0))
}
