/** From a value to a place on an axis, 0 to 1, and the values worth a label on it. */
export interface Scale {
  readonly isLog: boolean
  readonly low: number
  readonly high: number
  /** Values beyond an end are at that end. */
  readonly at: (value: number) => number
  /** From an end to the other, at most `most` of them. */
  readonly ticks: (most: number) => readonly number[]
}

/** From here on small values would lie on top of each other: the highest over the lowest. */
const LOG_FROM_RATIO = 20

/** Values that differ by less, of their size or at all, are one: numbers have no room for a step between them. */
const SAME_RATIO = 1e-11
const LEAST_SPREAD = 1e-200

/** A scale that holds all values; logarithmic where they span more than a linear one shows. */
export function scaleOf(values: readonly number[], { isLog }: { readonly isLog?: boolean } = {}): Scale {
  const finite = values.filter(Number.isFinite)
  const [least, most] = [Math.min(...finite), Math.max(...finite)]
  if (finite.length === 0) return linear(0, 1)
  const log = least > 0 && (isLog ?? most / least >= LOG_FROM_RATIO)
  if (log) return logarithmic(least / 1.1, most * 1.1)
  const size = Math.max(Math.abs(least), Math.abs(most))
  const spread = most - least
  const margin =
    (spread > Math.max(LEAST_SPREAD, size * SAME_RATIO) ? spread : size > LEAST_SPREAD ? size : 1) * 0.05
  return linear(least >= 0 ? Math.max(0, least - margin) : least - margin, most + margin)
}

function linear(low: number, high: number): Scale {
  const at = (value: number) => bounded((value - low) / (high - low))
  return { isLog: false, low, high, at, ticks: (most) => linearTicks(low, high, most) }
}

function logarithmic(low: number, high: number): Scale {
  const span = Math.log(high / low)
  const at = (value: number) => bounded(Math.log(Math.max(value, low) / low) / span)
  return { isLog: true, low, high, at, ticks: (most) => logTicks(low, high, most) }
}

function bounded(share: number): number {
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : share > 0 ? 1 : 0
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(low: number, high: number, most: number): number[] {
  const power = 10 ** Math.floor(Math.log10((high - low) / Math.max(1, most)))
  const step =
    [1, 2, 5, 10].map((each) => each * power).find((each) => (high - low) / each <= most) ?? power * 10
  const first = Math.ceil(low / step)
  const count = Math.floor(high / step) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

/** 1, 2 and 5 of each decade, or 1 of each, or of every few: the most that may be shown. */
function logTicks(low: number, high: number, most: number): number[] {
  const decades = range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)))
  const within = (values: readonly number[]) => values.filter((value) => value >= low && value <= high)
  const fine = within(decades.flatMap((power) => [1, 2, 5].map((each) => Number(`${each}e${power}`))))
  if (fine.length <= most) return fine
  const coarse = within(decades.map((power) => Number(`1e${power}`)))
  const every = Math.ceil(coarse.length / Math.max(1, most))
  return coarse.filter((_, index) => index % every === 0)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
