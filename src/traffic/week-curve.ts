import type { DayShape, Traffic } from '../core/scenario.ts'
import { hoursAheadOfUtc } from './time-zone.ts'

/** Resolution of a curve, s: finer than any autoscaler's window. */
export const CURVE_STEP_S = 300
const STEPS_PER_HOUR = 3600 / CURVE_STEP_S
const HOURS_PER_WEEK = 168

// Relative rates of the hours of a day. The shapes are ours: a working day, and an evening's entertainment.
const HOURLY: Readonly<Record<Exclude<DayShape, 'sine'>, readonly number[]>> = {
  office: [
    0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.1, 0.3, 0.65, 0.95, 1, 1, 0.9, 0.9, 1, 1, 0.95, 0.8, 0.5, 0.3, 0.2,
    0.15, 0.1, 0.05,
  ],
  evening: [
    0.35, 0.2, 0.12, 0.08, 0.06, 0.08, 0.15, 0.28, 0.4, 0.48, 0.52, 0.56, 0.6, 0.58, 0.56, 0.58, 0.62, 0.7,
    0.8, 0.9, 1, 0.98, 0.8, 0.55,
  ],
}

type Curve = NonNullable<Traffic['curve']>

/**
 * Rates of a week in UTC from Monday 00:00, one for every `CURVE_STEP_S`: their mean is `meanRps` and their highest
 * the curve's peak. A shape that is too pointed for them is lifted evenly, one that is too flat is sharpened (its
 * values raised to one power). Null where no power is enough.
 */
export function weekRates(meanRps: number, curve: Curve): Float64Array | null {
  const { peakRps, weekendFactor: weekend } = curve
  const values = relativeValues(curve)
  const days = values.length / (24 * STEPS_PER_HOUR)
  // Of a day that repeats, the mean of working days is what the weekend leaves for them.
  const mean = days === 1 ? (meanRps * 7) / (5 + 2 * weekend) : meanRps
  const peak = days === 1 ? peakRps / Math.max(1, weekend) : peakRps
  const fitted = fitMean(values, mean / peak)
  if (!fitted) return null
  const stepsPerDay = 24 * STEPS_PER_HOUR
  const local = Float64Array.from({ length: HOURS_PER_WEEK * STEPS_PER_HOUR }, (_, step) => {
    const factor = days === 1 && step >= 5 * stepsPerDay ? weekend : 1
    return peak * factor * (fitted[step % fitted.length] ?? 0)
  })
  const ahead = Math.round((hoursAheadOfUtc(curve.timeZone) ?? 0) * STEPS_PER_HOUR)
  return local.map((_, step) => local[(step + ahead + local.length) % local.length] ?? 0)
}

/** Highest mean that a curve can have: that of its peak all week, lower on weekends where the factor says so. */
export function greatestMeanRps({ peakRps, weekendFactor }: Curve): number {
  return ((peakRps / Math.max(1, weekendFactor)) * (5 + 2 * weekendFactor)) / 7
}

/** The peak over the mean of a list of relative rates at the curve's resolution. */
export function peakOverMean(shape: readonly number[], weekendFactor: number): number {
  const values = relativeValues({ shape })
  const mean = average(values)
  if (shape.length === HOURS_PER_WEEK) return 1 / mean
  return (Math.max(1, weekendFactor) * 7) / (mean * (5 + 2 * weekendFactor))
}

/** A day or a week of relative rates, the highest of them 1. */
function relativeValues({ shape }: Pick<Curve, 'shape'>): Float64Array {
  const hourly = typeof shape === 'string' ? (shape === 'sine' ? undefined : HOURLY[shape]) : shape
  const steps = (hourly?.length ?? 24) * STEPS_PER_HOUR
  const values = Float64Array.from({ length: steps }, (_, step) => {
    const hour = step / STEPS_PER_HOUR
    return hourly ? between(hourly, hour) : (1 - Math.cos((2 * Math.PI * (hour - 2)) / 24)) / 2
  })
  const highest = values.reduce((most, value) => Math.max(most, value), 0)
  return values.map((value) => value / highest)
}

/** Straight between the middles of the hours. */
function between(hourly: readonly number[], hour: number): number {
  const at = (hour - 0.5 + hourly.length) % hourly.length
  const [before, after] = [Math.floor(at), (Math.floor(at) + 1) % hourly.length]
  return (hourly[before] ?? 0) + ((hourly[after] ?? 0) - (hourly[before] ?? 0)) * (at - before)
}

/**
 * Rates in the same order and with the same mean, whose highest is `peakFactor` times that: lifted or sharpened as
 * curves are. Null where no power is enough, or where all are 0.
 */
export function sharpen(rates: readonly number[], peakFactor: number): number[] | null {
  const highest = rates.reduce((most, rate) => Math.max(most, rate), 0)
  if (highest === 0) return null
  const mean = average(Float64Array.from(rates))
  const fitted = fitMean(
    Float64Array.from(rates, (rate) => rate / highest),
    1 / peakFactor,
  )
  return fitted && Array.from(fitted, (value) => value * mean * peakFactor)
}

/** Values from 0 to 1 with this mean, in the order of `values`. */
function fitMean(values: Float64Array, mean: number): Float64Array | null {
  const own = average(values)
  if (mean >= own) {
    const floor = own >= 1 ? 1 : (mean - own) / (1 - own)
    return values.map((value) => floor + (1 - floor) * value)
  }
  const raised = (power: number) => values.map((value) => value ** power)
  let [low, high] = [1, 1024]
  if (average(raised(high)) > mean) return null
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (average(raised(middle)) > mean) low = middle
    else high = middle
  }
  return raised(high)
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
