import { mean } from 'simple-statistics'
import { ResponseHistogram } from '../src/capacity/simulation/response-histogram.ts'

const SHOWN = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const
/** Share of the CPU time that others may take during a load. */
export const UNDISTURBED = 0.1

/** One share of the capacity for one number of workers. */
export interface Row {
  readonly workers: number
  readonly share: number
  readonly rps: number
  readonly real: readonly number[]
  /** Of each part: mean time inside the model under load over what the profile has. */
  readonly speedRatios: readonly number[]
  readonly sendLagMs: number
  /** Share of the CPU time that others took during the loads. */
  readonly othersRatio: number
  /** That share of each part that was done again because of it. */
  readonly discarded: readonly number[]
  /** Of the arrivals that were sent, one per simulation. */
  readonly replays: readonly ResponseHistogram[]
  /** Of any other Poisson arrivals. */
  readonly others: readonly ResponseHistogram[]
}

export function table(rows: readonly Row[], capacities: readonly string[]): string {
  const head = SHOWN.map(([name]) => `${name}: pred.    real   error chance`).join('   ')
  return [
    `capacity, requests/s, predicted from low load and measured, by workers: ${capacities.join('; ')}`,
    `                       requests  ${head}   send lag p99   others took`,
    ...rows.map(rowLine),
    `worst, were the arrivals not known but for their rate: ${worstLine(rows, ({ others }) => others)}; of which chance:`,
    ...rows.map(({ workers, share, others }) => {
      const cells = SHOWN.map(([name, ratio]) => `${name} ±${percent(chance(others, ratio))}`)
      return `  ${named(workers, share)}   ${cells.join('   ')}`
    }),
    'time inside the model under load against the profile, which no queue changes: what the machine did in between',
    ...rows.map(({ workers, share, speedRatios }) => {
      const each = speedRatios.map((ratio) => signed(ratio - 1)).join(' ')
      return `  ${named(workers, share)}   ${signed(mean([...speedRatios]) - 1)} (parts: ${each})`
    }),
    discardedLine(rows),
    ...worstOfUndisturbed(rows),
    `worst: ${worstLine(rows, ({ replays }) => replays)} (aim: p95 within 10%, p99 within 20%; ms from when each request was due)`,
  ].join('\n')
}

function rowLine(row: Row): string {
  const { workers, share, rps, real, replays, sendLagMs, othersRatio } = row
  const cells = SHOWN.map(([, ratio]) => {
    const [predicted, measured] = [predictedAt(replays, ratio), percentileOf(real, ratio)]
    const error = signed(predicted / measured - 1).padStart(7)
    return `     ${ms(predicted)} ${ms(measured)} ${error} ±${percent(chance(replays, ratio)).padStart(5)}`
  })
  return `  ${named(workers, share)} ${rps.toFixed(0).padStart(4)}/s ${String(real.length).padStart(8)}  ${cells.join('   ')}   ${sendLagMs.toFixed(2).padStart(9)} ms ${percent(othersRatio).padStart(13)}${othersRatio > UNDISTURBED ? '  DISTURBED' : ''}`
}

/** Parts during which others took too much, which were done again and are in no figure. */
function discardedLine(rows: readonly Row[]): string {
  const parts = rows.flatMap(({ workers, share, discarded }) =>
    discarded.map((ratio) => `${named(workers, share)} (others took ${percent(ratio)})`),
  )
  return `discarded as disturbed: ${parts.length === 0 ? 'no part' : parts.join('; ')}`
}

function worstOfUndisturbed(rows: readonly Row[]): string[] {
  const undisturbed = rows.filter(({ othersRatio }) => othersRatio <= UNDISTURBED)
  if (undisturbed.length === rows.length || undisturbed.length === 0) return []
  return [`worst of rows that are not DISTURBED: ${worstLine(undisturbed, ({ replays }) => replays)}`]
}

function worstLine(rows: readonly Row[], of: (row: Row) => readonly ResponseHistogram[]): string {
  return SHOWN.map(([name, ratio]) => {
    const errors = rows.map((row) => predictedAt(of(row), ratio) / percentileOf(row.real, ratio) - 1)
    return `${name} ${signed(errors.reduce((worst, each) => (Math.abs(each) > Math.abs(worst) ? each : worst), 0))}`
  }).join(', ')
}

/** Over all simulations together. */
function predictedAt(simulations: readonly ResponseHistogram[], ratio: number): number {
  return merge(simulations).percentile(ratio)
}

export function merge(histograms: readonly (ResponseHistogram | undefined)[]): ResponseHistogram {
  const all = new ResponseHistogram()
  for (const each of histograms) if (each) all.add(each)
  return all
}

/** Half width of the 95% interval in which a load of this length lies by chance, were the prediction exact. */
function chance(simulations: readonly ResponseHistogram[], ratio: number): number {
  const values = simulations.map((each) => each.percentile(ratio))
  const middle = mean(values)
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
  return (1.96 * Math.sqrt(variance)) / middle
}

function percentileOf(sorted: readonly number[], ratio: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(ratio * sorted.length) - 1)] ?? Number.NaN
}

function named(workers: number, share: number): string {
  return `${workers} worker${workers > 1 ? 's' : ' '} ${(share * 100).toFixed(0)}%`
}

function ms(value: number): string {
  return value.toFixed(1).padStart(7)
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`
}

export function signed(ratio: number): string {
  return `${ratio >= 0 ? '+' : ''}${percent(ratio)}`
}
