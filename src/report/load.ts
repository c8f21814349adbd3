import wrapAnsi from 'wrap-ansi'
import type { Measurement, Percentiles } from '../core/measurement.ts'
import type { Percentile, Slo } from '../core/scenario.ts'
import { formatMs, formatRatio, formatRps } from '../core/units.ts'
import type { JudgedLoad } from '../load/probe-url.ts'
import type { CapacitySearch } from '../load/search/search-plan.ts'
import { formatSlo } from './figures.ts'

const SHOWN = ['p50', 'p90', 'p95', 'p99', 'p999'] as const satisfies readonly Percentile[]

/** One load of a URL for a terminal: whether it counts, what was asked and answered, how long it took. */
export function loadReport(
  { measurement, verdict, overSaturated, stoppedEarly }: JudgedLoad,
  width: number,
): string {
  const {
    counts,
    valid,
    invalidReasons,
    warnings = [],
    offeredRps,
    goodputRps,
    durationS,
    warmUp,
  } = measurement
  const failed = Object.entries(measurement.errors).map(
    ([kind, { count, example }]) => `${count} ${kind} (${example})`,
  )
  const lines = [
    ...(valid
      ? []
      : [
          `INVALID: ${invalidReasons.join('; ')}${counts.ok > 0 ? '; the figures say more of this client than of the server' : ''}`,
        ]),
    `${formatRps(offeredRps)} requests/s offered, ${formatRps(goodputRps)} answered, for ${durationS.toFixed(1)} s` +
      `${stoppedEarly ? ', until the SLO was decided' : ''}`,
    `${counts.due} due: ${counts.ok} ok, ${counts.error} error, ${counts.timeout} timeout, ${counts.dropped} dropped`,
    ...(failed.length > 0 ? [`failed: ${failed.join(', ')}`] : []),
    '',
    ...latencyTable(measurement),
    '',
    `send lag p50 ${formatMs(measurement.sendLagMs.p50)}, p99 ${formatMs(measurement.sendLagMs.p99)}, max ${formatMs(measurement.sendLagMs.max)}`,
    ...(warmUp ? [warmUpLine(warmUp)] : []),
    ...warnings.map((warning) => `Warning: ${warning}.`),
    ...(overSaturated ? [`over-saturated: ${overSaturated}`] : []),
    ...(verdict ? ['', ...verdictLines(verdict)] : []),
  ]
  return `${lines.flatMap((line) => wrapAnsi(line, Math.max(24, width), { hard: true, trim: false }).split('\n')).join('\n')}\n`
}

/** A search for a terminal: the capacity, what limited it, and every rate tried. */
export function searchReport(search: CapacitySearch, slo: Slo, width: number): string {
  const { capacityRps, reason, probes, requestsUsed, headroom } = search
  const rows = [...probes]
    .sort((a, b) => a.rps - b.rps)
    .map(
      ({ rps, verdict, requestsUsed: used }) =>
        `  ${formatRps(rps).padStart(10)}  ${verdict.padEnd(10)}  ${used}`,
    )
  const lines = [
    `${formatCapacity(capacityRps)} at ${formatSlo(slo)}`,
    reason,
    ...(headroom.warning ? [`Warning: ${headroom.warning}.`] : []),
    '',
    '  requests/s  verdict     requests used',
    ...rows,
    '',
    `${requestsUsed} requests in ${probes.length} probes`,
  ]
  return `${lines.flatMap((line) => wrapAnsi(line, Math.max(24, width), { hard: true, trim: false }).split('\n')).join('\n')}\n`
}

function warmUpLine({ requests, responseMs }: NonNullable<Measurement['warmUp']>): string {
  return (
    `Warm-up: the first ${requests} requests were slower, p50 ${formatMs(responseMs.p50)}, max ` +
    `${formatMs(responseMs.max)}. They are in the counts and in any verdict, and not in the table.`
  )
}

function formatCapacity({ value, low, high }: CapacitySearch['capacityRps']): string {
  // Nothing met, and nothing missed by the server's fault.
  if (value === 0 && high === null) return 'capacity not found'
  const upTo = high === null ? 'no upper end found' : formatRps(high)
  return `capacity ${formatRps(value)} requests/s (${formatRps(low)} to ${upTo})`
}

/** Response counts from when a request was due, service from when it was sent. */
function latencyTable({ responseMs, serviceMs, intervals, arrivals }: Measurement): string[] {
  const cell = (times: Percentiles, name: keyof Percentiles) =>
    Number.isFinite(times[name]) ? formatMs(times[name]) : '-'
  const rows = SHOWN.map((name) => {
    const interval = intervals[name]
    const range = interval ? `${formatMs(interval.low)} to ${formatMs(interval.high)}` : 'not resolvable'
    return row(name === 'p999' ? 'p99.9' : name, cell(responseMs, name), range, cell(serviceMs, name))
  })
  const title = arrivals === 'closed' ? 'response' : 'response, from due'
  return [
    row('', title, '95% interval', 'service'),
    ...rows,
    row('mean', cell(responseMs, 'mean'), '', cell(serviceMs, 'mean')),
    row('max', cell(responseMs, 'max'), '', cell(serviceMs, 'max')),
  ]
}

function row(name: string, response: string, interval: string, service: string): string {
  return `  ${name.padEnd(6)}${response.padStart(18)}  ${interval.padStart(20)}  ${service.padStart(9)}`.trimEnd()
}

function verdictLines({
  verdict,
  confidence,
  limits,
  requestsToDecide,
}: NonNullable<JudgedLoad['verdict']>): string[] {
  const sure = `at ${formatRatio(confidence)} confidence`
  const more =
    verdict === 'undecided' && requestsToDecide
      ? `; about ${requestsToDecide} more requests would decide`
      : ''
  return [
    `SLO: ${verdict} ${sure}${more}`,
    ...limits.map(({ metric, latencyMs, ratio, verdict: answer, seenRatio }) => {
      const limit =
        latencyMs === undefined ? `errors ≤ ${formatRatio(ratio)}` : `${metric} ≤ ${formatMs(latencyMs)}`
      const over = latencyMs === undefined ? 'failed' : 'later or failed'
      return `  ${limit}: ${answer}, ${formatRatio(Number.isFinite(seenRatio) ? seenRatio : 0)} ${over}, ${formatRatio(ratio)} allowed`
    }),
  ]
}
