import { decimal, formatUsd } from '../core/money.ts'
import type { SimulatedMonth } from '../core/simulated-month.ts'
import { formatMs, formatRatio, formatRps } from '../core/units.ts'

const NAMES = ['p50', 'p90', 'p95', 'p99', 'p999'] as const
const DAY = 24
/** Days shown of the month: a whole week. */
const DAYS = 7

/** A simulated month for a terminal. */
export function simulatedMonthReport(month: SimulatedMonth): string {
  const { traffic, requests, replicas, usage } = month
  return [
    `${month.candidate.name}: a month of ${month.scenario}`,
    `service times ${month.evidence === 'measured' ? 'measured' : 'modelled, at the central estimate,'} ${month.profile === undefined ? `in ${month.run}` : `from the profile ${month.profile}`}; seed ${month.seed}`,
    '',
    `traffic   ${formatRps(traffic.meanRps)} requests/s on average, ${formatRps(traffic.peakRps)} at most`,
    `requests  ${count(requests.arrived)}: ${count(requests.served)} served, ${count(requests.rejected)} rejected, ${count(requests.timedOut)} timed out; errors ${formatRatio(month.errorRatio)}`,
    `          ${count(requests.coldStarted)} waited for a replica to start`,
    `replicas  ${formatRps(replicas.mean)} on average, ${replicas.most} at most, ${count(usage.starts)} started; utilization ${formatRatio(month.utilization)}`,
    `simulated ${howSimulated(month)}`,
    '',
    `  ${''.padEnd(6)}${'all hours'.padStart(10)}${'busiest 5%'.padStart(12)}   99% interval of all hours`,
    ...NAMES.map((name) => latencyRow(month, name)),
    '',
    ...replicaRows(month),
    '',
    ...billRows(month),
    ...month.caveats.map((caveat) => `note: ${caveat}`),
    '',
  ].join('\n')
}

/** A simulated month as JSON; what nothing was served for is null. */
export function simulatedMonthJson(month: SimulatedMonth): string {
  return `${JSON.stringify({ schemaVersion: 1, ...month }, null, 2)}\n`
}

function howSimulated({ method, simulatedRequests }: SimulatedMonth): string {
  const some = `${count(simulatedRequests)} requests`
  return method === 'full'
    ? `${some}, all of them`
    : `the autoscaler all month, ${some} that stand for the rest`
}

function latencyRow({ responseMs, busiestMs }: SimulatedMonth, name: (typeof NAMES)[number]): string {
  const { low, value, high } = responseMs[name]
  const end = Number.isFinite(high) ? ` to ${formatMs(high)}` : ' or more'
  const range = Number.isNaN(value) ? '' : `${formatMs(low)}${end}`
  const label = name === 'p999' ? 'p99.9' : name
  return `  ${label.padEnd(6)}${cell(value).padStart(10)}${cell(busiestMs[name].value).padStart(12)}   ${range}`
}

/** Replicas hour by hour of the first week, a bar for each. */
function replicaRows({ hours }: SimulatedMonth): string[] {
  const most = hours.reduce((high, { replicas }) => Math.max(high, replicas), 0)
  const days = Array.from({ length: Math.min(DAYS, Math.ceil(hours.length / DAY)) }, (_, day) =>
    hours.slice(day * DAY, (day + 1) * DAY),
  )
  return [
    `replicas by hour, the first ${days.length} days of the month (full height: ${formatRps(most)})`,
    ...days.map((day, index) => `  day ${index + 1}  ${bars(day, most)}  ${span(day)}`),
  ]
}

const BARS = ' ▁▂▃▄▅▆▇█'

function bars(day: SimulatedMonth['hours'], most: number): string {
  return day.map(({ replicas }) => BARS[most === 0 ? 0 : Math.ceil((replicas / most) * 8)]).join('')
}

function span(day: SimulatedMonth['hours']): string {
  // A sharpened curve has nights of almost nothing.
  const shown = (value: number) => formatRps(value < 1e-6 ? 0 : value)
  const range = (values: readonly number[]) =>
    [Math.min(...values), Math.max(...values)].map(shown).join(' to ')
  return `${range(day.map(({ replicas }) => replicas))} at ${range(day.map(({ rps }) => rps))} requests/s`
}

function billRows({ bill, usage }: SimulatedMonth): string[] {
  const total =
    bill.usdTotal === null ? 'no total: a price is missing' : `${formatUsd(bill.usdTotal)} a month`
  return [
    `bill      ${total}; ${formatRps(usage.replicaHours.value)} replica-hours`,
    ...bill.lines.map(
      ({ description, quantity, unit, usd }) =>
        `  ${formatUsd(usd).padStart(10)}  ${description}, ${decimal(quantity).round(2).toFixed()} ${unit}`,
    ),
    ...bill.missing.map(({ message }) => `  missing: ${message}`),
  ]
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function cell(ms: number): string {
  return Number.isNaN(ms) ? '-' : formatMs(ms)
}
