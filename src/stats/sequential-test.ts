/** Requests seen, and how many of them were the event that a limit counts: late, or failed. May be fractions. */
export interface Tally {
  readonly events: number
  readonly count: number
}

/**
 * Alternatives on either side of a limit, as multiples of the odds of an event right at it. The near ones decide
 * close calls, the far ones decide clear calls fast.
 *
 * Chosen by measured sample counts (limit 0.01, confidence 0.95, 400 seeded runs each, 8,000 requests at most):
 *
 * | true ratio            | 0.0001 | 0.001 | 0.003 | 0.005 | 0.02  | 0.03 | 0.1 |
 * |-----------------------|--------|-------|-------|-------|-------|------|-----|
 * | this mixture, mean    | 399    | 503   | 959   | 2,197 | 1,072 | 329  | 33  |
 * | Pocock spending       | 582    | 740   | 1,231 | 2,226 | 1,089 | 404  | 54  |
 * | O'Brien-Fleming       | 720    | 923   | 2,020 | 3,525 | 3,313 | 1454 | 69  |
 *
 * The spending designs had exact binomial boundaries at 27 looks, each 1.25 times the one before.
 */
const oddsFactors = { under: [1 / 32, 1 / 8, 1 / 4, 1 / 2, 3 / 4], over: [4 / 3, 2, 4, 8, 32] } as const

/**
 * Evidence that the true ratio of events is under, or over, the limit: the natural logarithm of an e-value.
 *
 * A mixture of likelihood ratios of alternatives against the limit. While the truth is not on that side, each is
 * a supermartingale that starts at 1, so by Ville's inequality the evidence ever passes ln(1/a) with probability
 * at most a, however often one looks and whatever decides when to stop. 0 is no evidence; 3.0 is confidence 0.95.
 *
 * @param limitRatio in (0, 1)
 */
export function logEvidence({ events, count }: Tally, limitRatio: number, side: 'under' | 'over'): number {
  const ratios = oddsFactors[side].map(
    (factor) => events * Math.log(factor) - count * Math.log1p(limitRatio * (factor - 1)),
  )
  const most = Math.max(...ratios)
  const sum = ratios.reduce((total, ratio) => total + Math.exp(ratio - most), 0)
  return most + Math.log(sum / ratios.length)
}

/**
 * About how many more requests decide, if events go on at the ratio seen so far.
 *
 * @param neededEvidence what `logEvidence` has to reach
 * @returns 0 when it has been reached; undefined when more than `mostRequests` in all would be needed
 */
export function requestsToDecide(
  tally: Tally,
  limitRatio: number,
  side: 'under' | 'over',
  neededEvidence: number,
  mostRequests = 1e7,
): number | undefined {
  const ratio = tally.count > 0 ? tally.events / tally.count : 0
  const decides = (count: number) =>
    logEvidence(project(tally, ratio, count), limitRatio, side) >= neededEvidence
  if (decides(tally.count)) return 0
  let high = Math.max(1, tally.count)
  while (high <= mostRequests && !decides(high)) high *= 2
  if (high > mostRequests) return undefined
  return Math.ceil(findFirst(decides, tally.count, high) - tally.count)
}

function project(tally: Tally, ratio: number, count: number): Tally {
  return { events: tally.events + ratio * (count - tally.count), count }
}

/** First count in (low, high] that decides, to within one request in a thousand. */
function findFirst(decides: (count: number) => boolean, low: number, high: number): number {
  let [from, to] = [low, high]
  while (to - from > Math.max(0.5, to / 1000)) {
    const middle = (from + to) / 2
    if (decides(middle)) to = middle
    else from = middle
  }
  return to
}
