import { quantileSorted } from 'simple-statistics'

/** Throughput over concurrency as the Universal Scalability Law has it: X(N) = γN / (1 + σ(N − 1) + κN(N − 1)). */
interface Scalability {
  /** Throughput of one, per second. */
  readonly gamma: number
  /** Share that is done one at a time, 0 to 1. */
  readonly sigma: number
  /** Cost of keeping each in step with each other. */
  readonly kappa: number
}

export interface ScalabilityFit extends Scalability {
  /** 95% intervals over resampled measurements; wide where the concurrencies do not reach the knee. */
  readonly intervals: Readonly<Record<keyof Scalability, { readonly low: number; readonly high: number }>>
  /** Concurrency of the highest throughput, √((1 − σ)/κ); null where there is no peak. */
  readonly peak: number | null
}

/** One measured throughput. */
export interface ScalabilityPoint {
  readonly concurrency: number
  readonly perSecond: number
}

export function throughputAt({ gamma, sigma, kappa }: Scalability, concurrency: number): number {
  return (gamma * concurrency) / (1 + sigma * (concurrency - 1) + kappa * concurrency * (concurrency - 1))
}

const RESAMPLES = 200

/**
 * Fits the law to measurements at two concurrencies or more, with intervals from resampling the measurements of each
 * concurrency (a bootstrap).
 *
 * N/X is linear in 1, N − 1 and N(N − 1) with coefficients 1/γ, σ/γ and κ/γ, so relative errors are fitted by
 * least squares over which of the bounds of σ (0 and 1) and κ (0) are met: exact, for three unknowns.
 * @param random uniform in [0, 1)
 * @returns null with fewer than two concurrencies
 */
export function fitScalability(
  points: readonly ScalabilityPoint[],
  random: () => number,
): ScalabilityFit | null {
  const usable = points.filter(({ perSecond }) => perSecond > 0)
  const levels = [...new Set(usable.map(({ concurrency }) => concurrency))]
  if (levels.length < 2) return null
  const fit = fitOnce(usable)
  const groups = levels.map((level) => usable.filter(({ concurrency }) => concurrency === level))
  const again = Array.from({ length: RESAMPLES }, () =>
    fitOnce(groups.flatMap((group) => group.map((one) => group[Math.floor(random() * group.length)] ?? one))),
  )
  const interval = (name: keyof Scalability) => {
    const sorted = again.map((each) => each[name]).sort((a, b) => a - b)
    return { low: quantileSorted(sorted, 0.025), high: quantileSorted(sorted, 0.975) }
  }
  const intervals = { gamma: interval('gamma'), sigma: interval('sigma'), kappa: interval('kappa') }
  const peak = fit.kappa > 0 && fit.sigma < 1 ? Math.sqrt((1 - fit.sigma) / fit.kappa) : null
  return { ...fit, intervals, peak }
}

/** Which of the three terms are in; 1/γ always is. */
const SUBSETS: readonly (readonly boolean[])[] = [
  [true, true, true],
  [true, true, false],
  [true, false, true],
  [true, false, false],
]
const SERIAL_SUBSETS: readonly (readonly boolean[])[] = [
  [true, false, true],
  [true, false, false],
]

function fitOnce(points: readonly ScalabilityPoint[]): Scalability {
  const rows = points.map(({ concurrency: n, perSecond }) => {
    // Divided by its left side, each equation's error is relative.
    const scale = perSecond / n
    return [1, n - 1, n * (n - 1)].map((term) => term * scale)
  })
  // All of it one at a time: 1 and N − 1 have one coefficient.
  const serialRows = rows.map(([one = 0, others = 0, pairs = 0]) => [one + others, 0, pairs])
  const fits = [
    ...SUBSETS.map((used) => leastSquares(rows, used)),
    ...SERIAL_SUBSETS.map((used) => leastSquares(serialRows, used)).map(([all = 0, , pairs = 0]) => [
      all,
      all,
      pairs,
    ]),
  ].filter(([one = 0, others = 0, pairs = 0]) => one >= others && others >= 0 && pairs >= 0)
  const error = (values: readonly number[]) =>
    rows.reduce(
      (sum, row) => sum + (row.reduce((total, term, at) => total + term * (values[at] ?? 0), 0) - 1) ** 2,
      0,
    )
  const [inverse = 1, serial = 0, crosstalk = 0] = fits.reduce((best, each) =>
    error(each) < error(best) ? each : best,
  )
  return { gamma: 1 / inverse, sigma: serial / inverse, kappa: crosstalk / inverse }
}

/** Solves the normal equations for right sides of 1, with only some of the columns. */
function leastSquares(rows: readonly (readonly number[])[], used: readonly boolean[]): number[] {
  const columns = [0, 1, 2].filter((column) => used[column])
  const matrix = columns.map((a) => [
    ...columns.map((b) => rows.reduce((sum, row) => sum + (row[a] ?? 0) * (row[b] ?? 0), 0)),
    rows.reduce((sum, row) => sum + (row[a] ?? 0), 0),
  ])
  for (const [at, pivot] of matrix.entries()) {
    for (const line of matrix.slice(at + 1)) {
      const factor = (line[at] ?? 0) / (pivot[at] || Number.NaN)
      for (let index = at; index < pivot.length; index++)
        line[index] = (line[index] ?? 0) - factor * (pivot[index] ?? 0)
    }
  }
  const solved = new Array<number>(columns.length).fill(0)
  for (let at = columns.length - 1; at >= 0; at--) {
    const line = matrix[at] ?? []
    const rest = solved.reduce(
      (sum, value, index) => (index > at ? sum + value * (line[index] ?? 0) : sum),
      0,
    )
    solved[at] = ((line.at(-1) ?? 0) - rest) / (line[at] || Number.NaN)
  }
  const result = [0, 0, 0]
  columns.forEach((column, index) => {
    result[column] = solved[index] ?? Number.NaN
  })
  return result.map((value) => (Number.isNaN(value) ? -1 : value))
}
