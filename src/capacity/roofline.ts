/** Precision that products are computed in. */
export type Precision = 'fp32' | 'tf32' | 'fp16' | 'int8'

/** `framework`: operators run one by one. `compiled`: an engine built for the GPU, as TensorRT's. `cpu`: any. */
export type RuntimeClass = 'framework' | 'compiled' | 'cpu'

/** What one inference takes, as `plimsoll inspect` counts it. */
export interface InferenceWork {
  /** Multiply-adds of one item. */
  readonly macs: number
  /** Elements that one item's operators read and write, weights left out. */
  readonly activations: number
  /** Elements of the weights, read once a batch. */
  readonly parameters: number
  /** Operators that run at each inference. */
  readonly kernels: number
}

/** What hardware can do at most. */
export interface Peak {
  /** 10^12 operations a second, two for a multiply-add, of each precision that it has units for. */
  readonly tera: Readonly<Partial<Record<Precision, number>>>
  /** Memory bandwidth, 10^9 bytes a second. */
  readonly gigabytes: number
}

/** The fitted parameters, each the logarithm of a positive number. */
export type RooflineParameters = Readonly<Record<string, number>>

const ELEMENT_BYTES: Readonly<Record<Precision, number>> = { fp32: 4, tf32: 4, fp16: 2, int8: 1 }

/**
 * Time of one inference of a batch, ms: the call and launching each kernel, then the arithmetic or the memory traffic, whichever is
 * longer, at the shares of the hardware's peaks that the fit found for this kind of runtime and precision.
 */
export function rooflineMs(
  work: InferenceWork,
  peak: Peak,
  precision: Precision,
  runtime: RuntimeClass,
  batch: number,
  parameters: RooflineParameters,
): number {
  const of = (name: string) => Math.exp(parameters[name] ?? 0)
  const tera = peak.tera[precision] ?? peak.tera.fp32 ?? Number.NaN
  const launchMs =
    runtime === 'cpu' ? 0 : of(`call ${runtime}`) + (work.kernels * of(`launch ${runtime}`)) / 1000
  const arithmeticMs = (2 * work.macs * batch) / (tera * 1e9 * of(`${runtime} ${precision}`))
  const elements = work.activations * batch + work.parameters
  const memoryMs =
    runtime === 'cpu'
      ? 0
      : (elements * ELEMENT_BYTES[precision]) / (peak.gigabytes * 1e6 * of(`memory ${runtime}`))
  return launchMs + Math.max(arithmeticMs, memoryMs)
}

/** Names of the parameters that a prediction takes. */
function parameterNames(): string[] {
  return [
    'call framework',
    'launch framework',
    'framework fp32',
    'framework tf32',
    'framework fp16',
    'memory framework',
    'call compiled',
    'launch compiled',
    'compiled tf32',
    'compiled fp16',
    'compiled int8',
    'memory compiled',
    'cpu fp32',
    'cpu int8',
  ]
}

/** One published time and all that it is predicted from. */
export interface RooflineRow {
  readonly work: InferenceWork
  readonly peak: Peak
  readonly precision: Precision
  readonly runtime: RuntimeClass
  readonly batch: number
  readonly ms: number
  /** Weight in the fit: rows of one experiment share one voice. */
  readonly weight: number
}

function predict(row: RooflineRow, parameters: RooflineParameters): number {
  return rooflineMs(row.work, row.peak, row.precision, row.runtime, row.batch, parameters)
}

/** log(measured / predicted): positive where hardware is slower than predicted. */
export function residual(row: RooflineRow, parameters: RooflineParameters): number {
  return Math.log(row.ms / predict(row, parameters))
}

/** Where the fit starts: a launch takes 5 µs, and a third of a ms a call and of each peak is reached. */
const START = (name: string) => Math.log(name.startsWith('launch') ? 5 : 0.3)
/** How far parameters may stray from there without data: a factor of e, one standard deviation. */
const PRIOR = 0.05
const STEPS = 40

/**
 * Fits the parameters by least squares of the logarithms (Levenberg-Marquardt), with a weak pull to where it starts, so
 * that what no row tells stays plausible.
 */
export function fitRoofline(rows: readonly RooflineRow[]): RooflineParameters {
  const names = parameterNames()
  const start = names.map(START)
  let current = start
  let damping = 0.01
  let cost = costOf(rows, names, current, start)
  for (let step = 0; step < STEPS; step++) {
    const { matrix, gradient } = normalEquations(rows, names, current, start)
    const moved = solve(matrix, gradient, damping).map((delta, index) => (current[index] ?? 0) + clamp(delta))
    const next = costOf(rows, names, moved, start)
    if (next < cost) {
      const gained = cost - next
      current = moved
      cost = next
      damping /= 3
      if (gained < 1e-7) break
    } else damping *= 4
  }
  return toParameters(names, current)
}

function clamp(delta: number): number {
  return Math.max(-1, Math.min(1, delta))
}

function toParameters(names: readonly string[], values: readonly number[]): RooflineParameters {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0]))
}

function costOf(
  rows: readonly RooflineRow[],
  names: readonly string[],
  values: readonly number[],
  start: readonly number[],
): number {
  const parameters = toParameters(names, values)
  const misfit = rows.reduce((sum, row) => sum + row.weight * residual(row, parameters) ** 2, 0)
  return values.reduce((sum, value, index) => sum + PRIOR * (value - (start[index] ?? 0)) ** 2, misfit)
}

/** The slope of each residual by differences. */
function normalEquations(
  rows: readonly RooflineRow[],
  names: readonly string[],
  values: readonly number[],
  start: readonly number[],
) {
  const base = toParameters(names, values)
  const nudged = names.map((name) => ({ ...base, [name]: (base[name] ?? 0) + 1e-4 }))
  const matrix = names.map((_, at) => names.map((__, index): number => (at === index ? PRIOR : 0)))
  const gradient = values.map((value, index) => -PRIOR * (value - (start[index] ?? 0)))
  for (const row of rows) {
    const here = residual(row, base)
    const slopes = nudged.map((parameters) => (residual(row, parameters) - here) / 1e-4)
    slopes.forEach((slope, at) => {
      gradient[at] = (gradient[at] ?? 0) - row.weight * slope * here
      const line = matrix[at]
      if (!line) return
      for (const [index, other] of slopes.entries())
        line[index] = (line[index] ?? 0) + row.weight * slope * other
    })
  }
  return { matrix, gradient }
}

/** Gaussian elimination of the damped equations, which are positive definite. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[], damping: number): number[] {
  const rows = matrix.map((line, at) => [
    ...line.map((value, index) => (at === index ? value * (1 + damping) : value)),
    right[at] ?? 0,
  ])
  rows.forEach((pivot, at) => {
    for (const line of rows.slice(at + 1)) {
      const factor = (line[at] ?? 0) / (pivot[at] || 1)
      for (let index = at; index < pivot.length; index++)
        line[index] = (line[index] ?? 0) - factor * (pivot[index] ?? 0)
    }
  })
  const result = right.map(() => 0)
  for (let at = rows.length - 1; at >= 0; at--) {
    const line = rows[at] ?? []
    const known = result.reduce(
      (sum, value, index) => (index > at ? sum + value * (line[index] ?? 0) : sum),
      0,
    )
    result[at] = ((line.at(-1) ?? 0) - known) / (line[at] || 1)
  }
  return result
}
