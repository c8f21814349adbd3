/** Whole numbers with a scale for each channel of no, one or two axes: a value is its whole number times its scales. */
export interface Quantized {
  readonly values: Int8Array
  readonly scales: readonly { readonly axis: number | null; readonly factors: Float32Array }[]
}

/**
 * Symmetric, so that 0 stays 0, with one scale for each channel of an axis, or one for all.
 * @param most largest whole number: 127, or 64 where sums of products must not saturate 16 bits
 */
export function quantizeAlong(
  weights: Float32Array,
  shape: readonly number[],
  axis: number | null,
  most = 127,
): Quantized {
  const channelOf = channels(shape, axis)
  const factors = largestOf(weights, shape, axis).map((largest) => (largest > 0 ? largest / most : 1))
  const values = new Int8Array(weights.length)
  for (let index = 0; index < weights.length; index++) {
    const whole = Math.round((weights[index] ?? 0) / (factors[channelOf(index)] ?? 1))
    values[index] = Math.max(-most, Math.min(most, whole))
  }
  return { values, scales: [{ axis, factors }] }
}

/** Weights per scale at least: with fewer, the scales eat what the whole numbers save. */
const LEAST_PER_SCALE = 8
/** How much of the size of a column is taken out before its rows are scaled: powers of its largest value. */
const POWERS = [0.25, 0.5, 0.75]

/** The scales that lose least of those that pay: for all values, for each channel of an axis, or of two axes. */
export function quantizeBest(
  weights: Float32Array,
  shape: readonly number[],
): Quantized & { readonly loss: number } {
  const axes = [...shape.keys()].filter((axis) => (shape[axis] ?? 1) > 1)
  const paying = axes.filter((axis) => (shape[axis] ?? 1) * LEAST_PER_SCALE <= weights.length)
  const single = [null, ...paying].map((axis) => quantizeAlong(weights, shape, axis))
  const pairs = paying.flatMap((row) =>
    paying.filter((column) => column !== row).map((column) => [row, column] as const),
  )
  const double = pairs.flatMap(([row, column]) =>
    POWERS.map((power) => quantizeBoth(weights, shape, row, column, power)),
  )
  const options = [...single, ...double].map((each) => ({
    ...each,
    loss: lossOf(weights, shape, each, axes),
  }))
  return options.reduce((best, each) => (each.loss < best.loss ? each : best))
}

/** Columns are divided by a power of their largest value, which is their scale, and rows scaled then. */
function quantizeBoth(
  weights: Float32Array,
  shape: readonly number[],
  row: number,
  column: number,
  power: number,
): Quantized {
  const columnOf = channels(shape, column)
  const columns = largestOf(weights, shape, column).map((largest) => (largest > 0 ? largest ** power : 1))
  const divided = weights.map((value, index) => value / (columns[columnOf(index)] ?? 1))
  const { values, scales } = quantizeAlong(divided, shape, row)
  return { values, scales: [...scales, { axis: column, factors: columns }] }
}

/**
 * Squared error relative to squared values, the mean over the channels of the axis where it is largest: an output
 * with small weights counts as much as one with large ones.
 */
function lossOf(
  weights: Float32Array,
  shape: readonly number[],
  { values, scales }: Quantized,
  axes: readonly number[],
): number {
  const factorOf = scales.map(({ axis, factors }) => ({ channelOf: channels(shape, axis), factors }))
  const tallies = (axes.length > 0 ? axes : [null]).map((axis) => {
    const count = axis === null ? 1 : (shape[axis] ?? 1)
    return {
      channelOf: channels(shape, axis),
      error: new Float64Array(count),
      power: new Float64Array(count),
    }
  })
  for (let index = 0; index < weights.length; index++) {
    const value = weights[index] ?? 0
    let restored = values[index] ?? 0
    for (const { channelOf, factors } of factorOf) restored *= factors[channelOf(index)] ?? 1
    for (const { channelOf, error, power } of tallies) {
      const channel = channelOf(index)
      error[channel] = (error[channel] ?? 0) + (value - restored) ** 2
      power[channel] = (power[channel] ?? 0) + value ** 2
    }
  }
  const means = tallies.map(({ error, power }) => {
    const ratios = error.map((each, channel) => each / (power[channel] || 1))
    return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
  })
  return Math.max(...means)
}

/** The channel of an element, along an axis. */
function channels(shape: readonly number[], axis: number | null): (index: number) => number {
  if (axis === null) return () => 0
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1)
  const count = shape[axis] ?? 1
  return (index) => Math.floor(index / inner) % count
}

/** Largest magnitude in each channel. */
function largestOf(weights: Float32Array, shape: readonly number[], axis: number | null): Float32Array {
  const channelOf = channels(shape, axis)
  const largest = new Float32Array(axis === null ? 1 : (shape[axis] ?? 1))
  for (let index = 0; index < weights.length; index++) {
    const channel = channelOf(index)
    largest[channel] = Math.max(largest[channel] ?? 0, Math.abs(weights[index] ?? 0))
  }
  return largest
}
