import { explainCheck, formatRange, formatUsdRange, shownPercentile } from '../../../advise/explain.ts'
import type { Operation, SloCheck, Verdict } from '../../../core/advice.ts'
import type { BillLine } from '../../../core/bill.ts'
import { decimal, formatUsd } from '../../../core/money.ts'
import type { Percentile } from '../../../core/scenario.ts'
import { formatMs, formatRatio, formatRps } from '../../../core/units.ts'
import { label } from '../../../report/figures.ts'
import { intervalBar } from '../../kit/gauge.ts'
import { histogramLines } from '../../kit/histogram.ts'
import { type Line, padTo, type Size, span, wrapText } from '../../kit/line.ts'
import { OUTCOME_MARKS } from '../../kit/theme.ts'
import { serviceSamples } from '../samples.ts'
import { chosenRow, type State } from '../state.ts'
import { dayLines } from './day.ts'
import { scrolledLines } from './scrolling.ts'

const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p999'] as const satisfies readonly Percentile[]

/** Everything on the candidate under the cursor. */
export function whyView(state: State, { columns, rows }: Size): readonly Line[] {
  return scrolledLines(whyLines(state, columns), state.scroll, rows)
}

function whyLines(state: State, columns: number): Line[] {
  const row = chosenRow(state)
  if (!row) return [[span('there is no candidate', 'dim')]]
  const { verdict, candidate } = row
  if (!verdict || !state.advice)
    return [[span(candidate.name, 'heading')], [span('… being worked out', 'dim')]]
  const { symbol, role } = OUTCOME_MARKS[verdict.outcome]
  const title = label(verdict, state.advice)
  const cost = verdict.usdPerMonth ? `, ${formatUsdRange(verdict.usdPerMonth)} a month` : ''
  return [
    ...wrapText(`${symbol} ${candidate.name}`, columns, { role: 'heading', indent: 2 }),
    ...wrapText(`${title}, ${verdict.evidence}${cost}`, columns, { role, indent: 2 }),
    ...[...verdict.reasons, ...verdict.caveats].flatMap((reason) =>
      wrapText(`· ${reason}`, columns, { indent: 2 }),
    ),
    ...section(
      'SLO',
      verdict.checks.flatMap((check) => checkLines(check, columns)),
    ),
    ...section('Response time under the traffic of the month', latencyLines(verdict, state, columns)),
    ...section('Service time as measured', sampleLines(state, verdict, columns)),
    ...section(
      'Capacity and replicas',
      verdict.operation
        ? [
            ...operationLines(verdict.operation, state, columns),
            ...dayLines(state.advice, candidate.name, columns),
          ]
        : [],
    ),
    ...section(billTitle(verdict), billLines(verdict, columns)),
    ...section(
      'Assumptions',
      state.advice.assumptions.flatMap(({ name, value }) =>
        wrapText(`${name}: ${value}`, columns, { indent: 2 }),
      ),
    ),
  ]
}

function section(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[], [span(title, 'heading')], ...lines]
}

const CHECK_ROLES = { meets: 'good', misses: 'bad', undecided: 'open' } as const

function checkLines(check: SloCheck, columns: number): Line[] {
  const role = CHECK_ROLES[check.outcome]
  const { symbol } = OUTCOME_MARKS[check.outcome]
  const words = wrapText(`${symbol} ${explainCheck(check)}`, columns, { role, indent: 2 })
  const to = Math.max(check.limit * 1.25, Number.isFinite(check.found.value) ? check.found.value * 1.1 : 0)
  const width = Math.min(60, columns - 4)
  if (!(to > 0) || width < 12 || !Number.isFinite(check.found.low)) return words
  return [
    ...words,
    [span('  '), ...intervalBar(check.found, { from: 0, to, limit: check.limit, width, role })],
  ]
}

function latencyLines({ latencyMs }: Verdict, state: State, columns: number): Line[] {
  if (!latencyMs || !state.advice) return []
  const { slo } = state.advice
  const shown = shownPercentile(slo)
  const ends = PERCENTILES.flatMap((each) => [latencyMs[each].high, slo.latencyMs[each] ?? 0])
  const to =
    Math.max(...ends.filter((end) => Number.isFinite(end) && end < latencyMs[shown].value * 8)) * 1.05
  const width = Math.max(0, Math.min(48, columns - 42))
  return PERCENTILES.map((each): Line => {
    const range = latencyMs[each]
    const limit = slo.latencyMs[each]
    const text = padTo(`${padTo(each, 5)}${formatRange(range, formatMs)}`, 34)
    const hasBar = Number.isFinite(range.value)
    const bar =
      width >= 12 && hasBar
        ? intervalBar(range, { from: 0, to, ...(limit === undefined ? {} : { limit }), width })
        : []
    return [span(text, each === shown ? 'heading' : undefined), ...bar]
  })
}

/** The times that everything is predicted from, or those of the deployment itself. */
function sampleLines(state: State, verdict: Verdict, columns: number): Line[] {
  const samples = serviceSamples(state.record, verdict.candidate)
  if (!samples) return []
  const width = Math.min(72, columns)
  return [
    [span(`${samples.what}: ${samples.ms.length} requests`, 'dim')],
    ...histogramLines(samples.ms, { width, height: 6, format: formatMs }),
  ]
}

function operationLines(operation: Operation, state: State, columns: number): Line[] {
  const { replicas, meanReplicas, utilization, peakLoad, slotsPerReplica, coldStartRatio, busiestMs } =
    operation
  const shown = shownPercentile(state.advice?.slo ?? state.record.scenario.slo)
  const count = (value: number) => String(Number(value.toPrecision(3)))
  const facts: readonly (readonly [string, string])[] = [
    ['replicas on average', formatRange(meanReplicas, count)],
    ['most at a time', formatRange(replicas, count)],
    ['utilisation', formatRange(utilization, formatRatio)],
    ['peak over capacity', formatRange(peakLoad, formatRatio)],
    ['at a time in one', count(slotsPerReplica)],
    ['waited for a start', formatRatio(coldStartRatio)],
    [`${shown} at the busiest`, formatRange(busiestMs[shown], formatMs)],
    ['simulated', `${formatRps(operation.simulated.requests)} requests, ${operation.simulated.method}`],
  ]
  return [
    ...facts.flatMap(([name, value]) => wrapText(`${padTo(name, 21)}${value}`, columns, { indent: 21 })),
  ]
}

function billTitle({ bill }: Verdict): string {
  if (!bill) return ''
  return bill.usdTotal === null
    ? 'Bill of a month: no total, a price is missing'
    : `Bill of a month: ${formatUsd(bill.usdTotal)}`
}

function billLines({ bill }: Verdict, columns: number): Line[] {
  if (!bill) return []
  return [
    ...bill.lines.flatMap((line) => billLine(line, columns)),
    ...bill.missing.flatMap(({ message }) =>
      wrapText(`missing: ${message}`, columns, { role: 'bad', indent: 2 }),
    ),
  ]
}

function billLine(line: BillLine, columns: number): Line[] {
  const amount = formatUsd(line.usd)
  const room = Math.max(1, columns - amount.length - 2)
  const description = wrapText(line.description, room, { indent: 2 })
  const last = description.at(-1) ?? []
  return [
    ...description.slice(0, -1),
    [span(padTo(last.map(({ text }) => text).join(''), room)), span(`  ${amount}`)],
    ...wrapText(`  ${billArithmetic(line)}`, columns, { role: 'dim', indent: 4 }),
  ]
}

/** `730 vCPU-hour × $0.031611, x 0.8 sustained use; SKU 2E27-4F75-95CD, listed 2026-08` */
export function billArithmetic({
  quantity,
  unit,
  usdPerUnit,
  tier,
  discount,
  sku,
  basis,
  asOf,
}: BillLine): string {
  const short = (value: string) => decimal(decimal(value).toPrecision(6)).toFixed()
  const parts = [
    `${short(quantity)} ${unit} × $${usdPerUnit}`,
    tier,
    discount && `x ${short(discount.factor)} ${discount.kind}`,
  ]
  return `${parts.filter(Boolean).join(', ')}; ${sku ? `SKU ${sku}` : 'SKU unknown'}, ${basis} ${asOf}`
}
