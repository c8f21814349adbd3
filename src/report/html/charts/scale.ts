/** An axis in equal ratios, as a straight axis of common logarithms: its ends and where its labels stand. */
export interface LogScale {
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
}

/** Logarithm within an axis: what is beyond its ends, or unbounded, lies at them. */
export function place(value: number, { min, max }: LogScale): number {
  if (value === Number.POSITIVE_INFINITY) return max
  return value > 0 ? Math.min(max, Math.max(min, Math.log10(value))) : min
}

/** From the least to the most of the finite values, over 0, with a little room, and round labels. */
export function logScale(values: readonly number[]): LogScale {
  const known = values.filter((value) => Number.isFinite(value) && value > 0)
  const [least, most] = [
    known.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY),
    known.reduce((high, value) => Math.max(high, value), 0),
  ]
  if (most === 0) return { min: 0, max: 1, ticks: [0, 1] }
  const min = Math.log10(least) - 0.06
  const max = Math.max(Math.log10(most) + 0.06, min + 0.4)
  const steps = max - min > 2.2 ? [1] : max - min > 1.2 ? [1, 3] : [1, 2, 5]
  const ticks: number[] = []
  for (let power = Math.floor(min); power <= max; power++)
    for (const step of steps) {
      const tick = power + Math.log10(step)
      if (tick >= min && tick <= max) ticks.push(tick)
    }
  return { min, max, ticks }
}
