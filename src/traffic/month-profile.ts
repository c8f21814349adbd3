import { HOURS_PER_MONTH } from '../core/operation.ts'
import { seededRandom } from '../core/random.ts'
import type { RateStep, Traffic } from '../core/scenario.ts'
import { CURVE_STEP_S, weekRates } from './week-curve.ts'

const MONTH_S = HOURS_PER_MONTH * 3600
const DAY_S = 86_400

/** A month of traffic, step by step. */
export interface MonthProfile {
  /** In the order of time; their durations add up to 730 h. */
  readonly steps: readonly RateStep[]
  readonly meanRps: number
  readonly peakRps: number
  readonly requests: number
  /** Hours after which the rates repeat; null where they never do. Of a flat rate, any: 1. */
  readonly periodHours: number | null
}

/** Rates that repeat. */
interface Period {
  readonly stepS: number
  readonly rates: Float64Array
}

/** An open stretch of time, s from the start of the month. */
interface Span {
  readonly fromS: number
  readonly toS: number
}

/**
 * The rate over a month of 730 h: the week's curve or the trace repeated, growing, with its bursts. Pure: the same
 * traffic and seed give the same month. The month starts where its 730 h hold their fair share of weekends and peaks,
 * so that without growth and bursts its mean is the traffic's own.
 */
export function monthProfile(traffic: Traffic, seed: number): MonthProfile {
  const { steps, burstS } = baseSteps(traffic)
  const grown = traffic.growthRatio === undefined ? steps : grow(steps, traffic.growthRatio)
  const { burst, bursts } = traffic
  const daily = burst ? dailySpans(burst.hoursPerDay * 3600, burstS) : []
  const risen = burst ? within(grown, daily, (rps) => Math.max(rps, burst.rps)) : grown
  const whole = bursts ? within(risen, burstSpans(bursts, seed), (rps) => rps * bursts.factor) : risen
  const requests = whole.reduce((sum, { rps, durationS }) => sum + rps * durationS, 0)
  const peakRps = whole.reduce((most, { rps }) => Math.max(most, rps), 0)
  // Sums of thousands of steps are exact to twelve digits.
  const exact = (value: number) => Number(value.toPrecision(12))
  return {
    steps: merge(whole),
    meanRps: exact(requests / MONTH_S),
    peakRps,
    requests: exact(requests),
    periodHours: periodHours(traffic),
  }
}

function periodHours(traffic: Traffic): number | null {
  const { curve, trace, burst, bursts, growthRatio } = traffic
  if (bursts || growthRatio !== undefined || (trace && burst)) return null
  if (trace) return (trace.stepS * trace.rps.length) / 3600
  if (!curve) return burst ? 24 : 1
  return curve.weekendFactor === 1 && curve.shape.length !== 168 ? 24 : 168
}

/** Without growth and bursts; `burstS` is when a daily burst has its middle, s from the start. */
function baseSteps(traffic: Traffic): { steps: RateStep[]; burstS: number } {
  const period = periodOf(traffic)
  if (!period) {
    // So that the odd hours after 30 days hold their share of it.
    const oddS = MONTH_S % DAY_S
    const burstS = oddS + (traffic.burst?.hoursPerDay ?? 0) * 3600 * (0.5 - oddS / DAY_S)
    return { steps: [{ rps: traffic.rps, durationS: MONTH_S }], burstS }
  }
  const start = fairStart(period)
  const { stepS, rates } = period
  const count = Math.ceil(MONTH_S / stepS)
  const steps = Array.from({ length: count }, (_, index) => ({
    rps: rates[(start + index) % rates.length] ?? 0,
    durationS: Math.min(stepS, MONTH_S - index * stepS),
  }))
  const mean = steps.reduce((sum, { rps, durationS }) => sum + rps * durationS, 0) / MONTH_S
  const peak = rates.indexOf(rates.reduce((most, rate) => Math.max(most, rate), 0))
  const burstS = ((((peak - start) * stepS) % DAY_S) + DAY_S) % DAY_S
  return { steps: steps.map((step) => ({ ...step, rps: (step.rps * traffic.rps) / mean })), burstS }
}

function periodOf({ rps, curve, trace }: Traffic): Period | undefined {
  if (trace) return { stepS: trace.stepS, rates: Float64Array.from(trace.rps) }
  if (!curve) return undefined
  const rates = weekRates(rps, curve)
  if (!rates) throw new Error('a curve that cannot have its mean passed the scenario’s checks')
  return { stepS: CURVE_STEP_S, rates }
}

/** The step from which the month's odd hours, over whole periods, have the mean of the period most nearly. */
function fairStart({ stepS, rates }: Period): number {
  const odd = Math.floor(MONTH_S / stepS) % rates.length
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  let sum = 0
  for (let index = 0; index < odd; index++) sum += rates[index] ?? 0
  let [best, least] = [0, Number.POSITIVE_INFINITY]
  for (let start = 0; start < rates.length; start++) {
    const off = Math.abs(sum - odd * mean)
    // Earlier starts win unless a later one is clearly better.
    if (off < least * 0.999) [best, least] = [start, off]
    sum += (rates[(start + odd) % rates.length] ?? 0) - (rates[start] ?? 0)
  }
  return best
}

/** In a straight line over the month; a flat step becomes one an hour. */
function grow(steps: readonly RateStep[], ratio: number): RateStep[] {
  let atS = 0
  const fine = steps.flatMap(({ rps, durationS }) => {
    const parts = Math.ceil(durationS / 3600)
    return Array.from({ length: parts }, () => ({ rps, durationS: durationS / parts }))
  })
  return fine.map(({ rps, durationS }) => {
    const middleS = atS + durationS / 2
    atS += durationS
    return { rps: rps * (1 + (ratio * middleS) / MONTH_S), durationS }
  })
}

function dailySpans(lengthS: number, middleS: number): Span[] {
  const days = Math.ceil(MONTH_S / DAY_S) + 1
  return Array.from({ length: days + 1 }, (_, day) => {
    const fromS = (day - 1) * DAY_S + middleS - lengthS / 2
    return { fromS, toS: fromS + lengthS }
  }).filter(({ fromS, toS }) => toS > 0 && fromS < MONTH_S)
}

/** Regular ones have their first half a period in; random ones start as the chain's long run has them. */
function burstSpans({ lengthS, everyS, process }: NonNullable<Traffic['bursts']>, seed: number): Span[] {
  const random = seededRandom(seed)
  const exponential = (mean: number) => -Math.log(1 - random()) * mean
  const gapS = everyS - lengthS
  const isRandom = process === 'markov'
  const spans: Span[] = []
  let atS = isRandom ? (random() < lengthS / everyS ? 0 : exponential(gapS)) : gapS / 2
  while (atS < MONTH_S) {
    const toS = atS + (isRandom ? exponential(lengthS) : lengthS)
    spans.push({ fromS: atS, toS })
    atS = toS + (isRandom ? exponential(gapS) : gapS)
  }
  return spans
}

/** Steps with their rate changed inside the spans, which are in order and apart. */
function within(
  steps: readonly RateStep[],
  spans: readonly Span[],
  change: (rps: number) => number,
): RateStep[] {
  const result: RateStep[] = []
  let [startS, next] = [0, 0]
  for (const { rps, durationS } of steps) {
    const endS = startS + durationS
    let atS = startS
    while (atS < endS) {
      while (next < spans.length && (spans[next]?.toS ?? 0) <= atS) next++
      const span = spans[next]
      const inside = span !== undefined && span.fromS <= atS
      const untilS = Math.min(endS, (inside ? span.toS : span?.fromS) ?? endS)
      result.push({ rps: inside ? change(rps) : rps, durationS: untilS - atS })
      atS = untilS
    }
    startS = endS
  }
  return result
}

/** Neighbours with one rate as one step. */
function merge(steps: readonly RateStep[]): RateStep[] {
  const merged: { rps: number; durationS: number }[] = []
  for (const { rps, durationS } of steps) {
    const last = merged.at(-1)
    if (last && last.rps === rps) last.durationS += durationS
    else merged.push({ rps, durationS })
  }
  return merged
}
