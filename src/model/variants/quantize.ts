/** Whole numbers with a scale for each channel of one axis, or one scale for all. */
export interface Quantized {
  readonly values: Int8Array
  readonly scales: Float32Array
  /** Axis of the channels; null where one scale serves all. */
  readonly axis: number | null
  /** Sum of squared errors over that of squared values. */
  readonly relativeError: number
}

/**
 * Symmetric: a value is its whole number times the scale of its channel, and 0 stays 0.
 * @param most largest whole number: 127, or 64 where sums of products must not saturate 16 bits
 */
export function quantizeAlong(
  weights: Float32Array,
  shape: readonly number[],
  axis: number | null,
  most = 127,
): Quantized {
  const channels = axis === null ? 1 : (shape[axis] ?? 1)
  const inner = axis === null ? weights.length : shape.slice(axis + 1).reduce((product, size) => product * size, 1)
  const channelOf = (index: number) => Math.floor(index / inner) % channels
  const scales = new Float32Array(channels)
  weights.forEach((value, index) => {
    const channel = channelOf(index)
    scales[channel] = Math.max(scales[channel] ?? 0, Math.abs(value))
  })
  for (const [channel, largest] of scales.entries()) scales[channel] = largest > 0 ? largest / most : 1
  const values = new Int8Array(weights.length)
  let [error, power] = [0, 0]
  weights.forEach((value, index) => {
    const scale = scales[channelOf(index)] ?? 1
    const whole = Math.max(-most, Math.min(most, Math.round(value / scale)))
    values[index] = whole
    error += (value - whole * scale) ** 2
    power += value ** 2
  })
  return { values, scales, axis, relativeError: power > 0 ? error / power : 0 }
}

/** Weights per scale at least: with fewer, the scales eat what the whole numbers save. */
const LEAST_PER_SCALE = 8

/** The axis whose channels lose least, among those that pay: one scale for all where none does. */
export function quantizeBest(weights: Float32Array, shape: readonly number[], most = 127): Quantized {
  const paying = [...shape.keys()].filter((axis) => (shape[axis] ?? 1) * LEAST_PER_SCALE <= weights.length)
  const options = [null, ...paying].map((axis) => quantizeAlong(weights, shape, axis, most))
  return options.reduce((best, each) => (each.relativeError < best.relativeError ? each : best))
}
