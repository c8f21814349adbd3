import { formatRange, formatUsdRange } from '../advise/explain.ts'
import type { Advice, Evidence, TrafficMonth, Verdict } from '../core/advice.ts'
import { decimal, formatUsd } from '../core/money.ts'
import type { Percentile, Range, Slo, Traffic } from '../core/scenario.ts'
import { formatMs, formatRatio, formatRps } from '../core/units.ts'

/** Figures as every format words them. */

/** `p95 ≤ 200 ms, p99 ≤ 400 ms, errors ≤ 0.1%` */
export function formatSlo({ latencyMs, errorRatio }: Slo): string {
  const limits = Object.entries(latencyMs).map(([percentile, ms]) => `${percentile} ≤ ${formatMs(ms)}`)
  return [...limits, `errors ≤ ${formatRatio(errorRatio)}`].join(', ')
}

/**
 * `20 requests/s`; `2 requests/s, 60 requests/s for 1 h a day`; `20 requests/s on average, 60 at the peak (office hours,
 * Europe/Berlin, weekends x 0.4), growing 20% over the month, x 5 for 10 min every 6 h`.
 */
export function formatTraffic({ rps, curve, trace, burst, bursts, growthRatio }: Traffic): string {
  const base = curve
    ? `${perUnit(rps)} on average, ${perUnit(curve.peakRps)} at the peak (${formatCurve(curve)})`
    : trace
      ? `${perUnit(rps)} on average as in ${trace.file}`
      : perUnit(rps)
  return [
    base,
    burst && `${perUnit(burst.rps)} for ${formatRps(burst.hoursPerDay)} h a day`,
    bursts && formatBursts(bursts),
    growthRatio === undefined
      ? undefined
      : `${growthRatio < 0 ? 'falling' : 'growing'} ${formatRatio(Math.abs(growthRatio))} over the month`,
  ]
    .filter(Boolean)
    .join(', ')
}

function formatCurve({ shape, timeZone, weekendFactor }: NonNullable<Traffic['curve']>): string {
  const named = typeof shape === 'string' ? shape : `${shape.length} hours given`
  return [named, timeZone, weekendFactor === 1 ? '' : `weekends x ${formatRps(weekendFactor)}`]
    .filter(Boolean)
    .join(', ')
}

function formatBursts({ factor, lengthS, everyS, process }: NonNullable<Traffic['bursts']>): string {
  const often = `x ${formatRps(factor)} for ${formatSpan(lengthS)} every ${formatSpan(everyS)}`
  return process === 'markov' ? `${often} at random` : often
}

function formatSpan(seconds: number): string {
  if (seconds < 120) return `${formatRps(seconds)} s`
  return seconds < 7200 ? `${formatRps(seconds / 60)} min` : `${formatRps(seconds / 3600)} h`
}

/** `mean 20 requests/s, peak 60 requests/s, 52.6 million requests` */
export function formatMonth({ meanRps, peakRps, requests }: TrafficMonth): string {
  return `mean ${perUnit(meanRps)}, peak ${perUnit(peakRps)}, ${formatRequests(requests)}`
}

/** `52.6 million requests`, `4,380 requests` */
function formatRequests(count: number): string {
  const sizes = [
    [1e12, 'trillion'],
    [1e9, 'billion'],
    [1e6, 'million'],
  ] as const
  const size = sizes.find(([least]) => count >= least)
  if (size) return `${Number((count / size[0]).toPrecision(3))} ${size[1]} requests`
  return `${Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')} requests`
}

/** In the unit that needs no leading zeros. */
function perUnit(rps: number): string {
  if (rps >= 1) return `${formatRps(rps)} requests/s`
  return rps >= 1 / 60 ? `${formatRps(rps * 60)} requests/min` : `${formatRps(rps * 3600)} requests/h`
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
