import type { SloCheck, UsdRange, Verdict } from '../core/advice.ts'
import { decimal, formatUsd } from '../core/money.ts'
import type { Percentile, Range, Slo } from '../core/scenario.ts'
import { formatMs, formatRatio } from '../core/units.ts'

/** The words for figures and margins that every report shares. */

/** `p95 310 ms, 55% over 200 ms`, `p95 87.2 ms (52.1 ms to 141 ms), 56% under 200 ms`, `errors 0% (0% to 0.9%), within 1%`. */
export function explainCheck({ metric, limit, found, outcome, marginRatio }: SloCheck): string {
  const format = metric === 'errors' ? formatRatio : formatMs
  if (!Number.isFinite(found.low))
    return `${metric} has no bound, over ${format(limit)}: too many requests fail`
  const value = `${metric} ${formatRange(found, format)}`
  if (outcome === 'undecided') return `${value}: the limit of ${format(limit)} lies in that range`
  if (!Number.isFinite(found.value)) return `${value}, over ${format(limit)}`
  if (metric === 'errors' && outcome === 'meets') return `${value}, within ${format(limit)}`
  const words = margin(marginRatio)
  const atLeast = found.low !== found.high && /^\d/.test(words) ? 'at least ' : ''
  return `${value}, ${atLeast}${words} ${format(limit)}`
}

/** A value and, where it is uncertain, its range: `87.2 ms (52.1 ms to 141 ms)`. */
export function formatRange({ low, value, high }: Range, format: (value: number) => string): string {
  const word = (end: number) => (Number.isFinite(end) ? format(end) : 'unbounded')
  const [from, middle, to] = [word(low), word(value), word(high)]
  if (from === to) return middle
  return Number.isFinite(value) ? `${middle} (${from} to ${to})` : `${from} to ${to}`
}

export function formatUsdRange({ low, value, high }: UsdRange): string {
  const ends = [formatUsd(low), formatUsd(high)]
  return ends[0] === ends[1] ? formatUsd(value) : `${formatUsd(value)} (${ends[0]} to ${ends[1]})`
}

/** How much dearer `other` is than `cheapest`, at their central estimates. */
export function usdDearer(other: UsdRange, cheapest: UsdRange): string {
  return formatUsd(decimal(other.value).minus(cheapest.value))
}

/** The check that decides: the first that misses, then the first undecided, then the one with the least room. */
export function decidingCheck({ checks }: Pick<Verdict, 'checks'>): SloCheck | undefined {
  const rank = { misses: 0, undecided: 1, meets: 2 }
  return [...checks].sort((a, b) => rank[a.outcome] - rank[b.outcome] || b.marginRatio - a.marginRatio)[0]
}

/** The percentile shown in tables: p95 where the SLO limits it, else the highest that it does. */
export function shownPercentile({ latencyMs }: Slo): Percentile {
  if (latencyMs.p95 !== undefined) return 'p95'
  return (Object.keys(latencyMs).at(-1) as Percentile | undefined) ?? 'p95'
}

function margin(ratio: number): string {
  const share = Math.abs(ratio)
  if (ratio > 0 && share >= 9) return `${(share + 1).toFixed(0)} times`
  const percent = share < 0.01 ? 'just' : share > 0.99 ? 'far' : `${(share * 100).toFixed(0)}%`
  return `${ratio > 0 && percent === 'far' ? `${(share * 100).toFixed(0)}%` : percent} ${ratio > 0 ? 'over' : 'under'}`
}
