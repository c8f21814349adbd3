import type { OperatedMonth } from './operate.ts'
import type { AnsweredMonth } from './operated-figures.ts'
import { responseFigures } from './simulation/noise-interval.ts'
import { ResponseHistogram } from './simulation/response-histogram.ts'

/**
 * How all requests are answered where two fleets share them, at each point of the range: fast with fast, slow with
 * slow, since what errs in both (this machine's speed, the network) errs alike. Each time counts for the requests that
 * it stands for.
 * @param one of months with their responses, as `other`
 */
export function mergeMonths(one: readonly OperatedMonth[], other: readonly OperatedMonth[]): AnsweredMonth[] {
  const count = Math.max(one.length, other.length)
  return Array.from({ length: count }, (_, index) =>
    mergeMonth(pointAt(one, index, count), pointAt(other, index, count)),
  )
}

/** The point at the place in its own range that `index` has among `count`: ends with ends, middle with middle. */
function pointAt<T>(points: readonly T[], index: number, count: number): T {
  const place = count === 1 ? 0 : index / (count - 1)
  const point = points[Math.round(place * (points.length - 1))]
  if (point === undefined) throw new Error('a range has at least one point')
  return point
}

function mergeMonth(one: OperatedMonth, other: OperatedMonth): AnsweredMonth {
  const sum = (of: (requests: OperatedMonth['requests']) => number) => of(one.requests) + of(other.requests)
  return {
    requests: {
      arrived: sum(({ arrived }) => arrived),
      served: sum(({ served }) => served),
      rejected: sum(({ rejected }) => rejected),
      timedOut: sum(({ timedOut }) => timedOut),
      coldStarted: sum(({ coldStarted }) => coldStarted),
    },
    responseMs: responseFigures(mergeBatches(weighed(one), weighed(other))),
    networkMs: 0,
  }
}

/** Batches that together count for all requests that were served, network included. */
function weighed({ responses, requests, networkMs }: OperatedMonth): ResponseHistogram[] {
  if (!responses) throw new Error('a month that is merged has its responses')
  const filled = responses.filter(({ count }) => count > 0)
  const counted = filled.reduce((sum, { count }) => sum + count, 0)
  return filled.map((batch) => {
    const whole = new ResponseHistogram()
    whole.add(batch, requests.served / counted, networkMs)
    return whole
  })
}

/** As many batches as the one with fewer has; those of the other are taken together in turn. */
function mergeBatches(
  one: readonly ResponseHistogram[],
  other: readonly ResponseHistogram[],
): ResponseHistogram[] {
  const counts = [one.length, other.length].filter((count) => count > 0)
  const merged = Array.from({ length: Math.min(...counts, one.length + other.length) }, () => {
    return new ResponseHistogram()
  })
  for (const batches of [one, other]) {
    for (const [index, batch] of batches.entries()) merged[index % merged.length]?.add(batch)
  }
  return merged
}
