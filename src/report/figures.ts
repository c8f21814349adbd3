import { formatRange, formatUsdRange } from '../advise/explain.ts'
import type { Advice, Evidence, Verdict } from '../core/advice.ts'
import { decimal, formatUsd } from '../core/money.ts'
import type { Percentile, Range, Slo, Traffic } from '../core/scenario.ts'
import { formatMs, formatRatio, formatRps } from '../core/units.ts'

/** Figures as every format words them. */

/** `p95 ≤ 200 ms, p99 ≤ 400 ms, errors ≤ 0.1%` */
export function formatSlo({ latencyMs, errorRatio }: Slo): string {
  const limits = Object.entries(latencyMs).map(([percentile, ms]) => `${percentile} ≤ ${formatMs(ms)}`)
  return [...limits, `errors ≤ ${formatRatio(errorRatio)}`].join(', ')
}

/** `20 requests/s`, `6 requests/h`, `2 requests/s, 60 requests/s for 1 h a day` */
export function formatTraffic({ rps, burst }: Traffic): string {
  return burst
    ? `${perUnit(rps)}, ${perUnit(burst.rps)} for ${formatRps(burst.hoursPerDay)} h a day`
    : perUnit(rps)
}

/** In the unit that needs no leading zeros. */
function perUnit(rps: number): string {
  if (rps >= 1) return `${formatRps(rps)} requests/s`
  return rps >= 1 / 60 ? `${formatRps(rps * 60)} requests/min` : `${formatRps(rps * 3600)} requests/h`
}

/** The percentile shown in tables: p95 where the SLO limits it, else the highest that it does. */
export function shownPercentile({ latencyMs }: Slo): Percentile {
  if (latencyMs.p95 !== undefined) return 'p95'
  return (Object.keys(latencyMs).at(-1) as Percentile | undefined) ?? 'p95'
}

export function formatLatency(verdict: Verdict, percentile: Percentile): string {
  return verdict.latencyMs ? formatRange(verdict.latencyMs[percentile], formatMs) : ''
}

export function formatCost({ usdPerMonth }: Verdict): string {
  return usdPerMonth ? formatUsdRange(usdPerMonth) : ''
}

/** Cost for a narrow column, and its range for the next: `~146` and `105–168`. `~` marks what is modelled. */
export function briefCost({ usdPerMonth, costEvidence }: Verdict): [value: string, range: string] {
  if (!usdPerMonth) return ['', '']
  const { low, value, high } = usdPerMonth
  const brief = (usd: string) =>
    formatUsd(decimal(usd).gte(100) ? decimal(usd).round(0) : usd).replace(/^\$|\.00$/g, '')
  return [mark(costEvidence) + brief(value), brief(low) === brief(high) ? '' : `${brief(low)}–${brief(high)}`]
}

/** The same for a latency: `~76.5 ms` and `42.2–175`. */
export function briefLatency({ latencyMs, evidence }: Verdict, percentile: Percentile): [string, string] {
  if (!latencyMs) return ['', '']
  const { low, value, high } = latencyMs[percentile]
  if (!Number.isFinite(value)) return ['unbounded', '']
  const brief = (ms: number) => (Number.isFinite(ms) ? formatMs(ms) : '∞')
  const alike = [value, low, high].every((ms) => !Number.isFinite(ms) || (ms < 1000 && value < 1000))
  const range = [low, high].map((ms) => (alike ? brief(ms).replace(/ ms$/, '') : brief(ms))).join('–')
  return [mark(evidence) + formatMs(value), low === high ? '' : range]
}

function mark(evidence: Evidence): string {
  return evidence === 'modelled' ? '~' : ''
}

export function formatCount({ low, value, high }: Range): string {
  return low === high ? String(value) : `${value} (${low} to ${high})`
}

/** The region that all candidates share, or null: then each name carries its own. */
export function sharedRegion({ verdicts }: Advice): string | null {
  const regions = new Set(verdicts.map(({ candidate }) => candidate.region))
  return regions.size === 1 ? ([...regions][0] ?? null) : null
}

/** A candidate's name without the region that the heading already gives. */
export function shortName({ candidate }: Verdict, shared: string | null): string {
  return shared === null ? candidate.name : candidate.name.replace(` ${shared}`, '')
}

/** `cheapest` and `tie` set apart what merely meets. */
export function label(verdict: Verdict, advice: Advice): string {
  if (verdict.candidate.name === advice.cheapest) return 'cheapest'
  return advice.ties.includes(verdict.candidate.name) ? 'tie' : verdict.outcome
}

/** `Price book of 2026-09-24, built in: list prices read 2024-01 to 2026-09` */
export function formatBook({ date, origin, file, oldest, newest }: Advice['book']): string {
  const whence = { 'built-in': 'built in', synced: `synced in ${file}`, given: `from ${file}` }[origin]
  return `Price book of ${date}, ${whence}: list prices read ${oldest} to ${newest}`
}
