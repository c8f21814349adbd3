import { formatUsdRange, shownPercentile } from '../../../advise/explain.ts'
import { decimal, formatUsd } from '../../../core/money.ts'
import { formatMs } from '../../../core/units.ts'
import { formatLatency } from '../../../report/figures.ts'
import { type Line, type Size, span, wrapText } from '../../kit/line.ts'
import { plotLines } from '../../kit/plot.ts'
import type { Row } from '../rows.ts'
import { chosenRow, plotRows, type State, usd } from '../state.ts'
import { roleOf, symbolOf } from './candidates.ts'

/** Cost against latency: every candidate that has both, the frontier joined, and what the cursor is on. */
export function frontierView(state: State, { columns, rows }: Size): Line[] {
  const { advice } = state
  if (!advice) return [[span('… being worked out', 'dim')]]
  const percentile = shownPercentile(advice.slo)
  const shown = plotRows(state)
  const chosen = chosenRow(state)
  const ms = ({ verdict }: Row) => verdict?.latencyMs?.[percentile].value ?? Number.NaN
  const limitY = advice.slo.latencyMs[percentile]
  const caption = captionLines(chosen, state, columns).slice(0, Math.max(1, rows - 8))
  const plot = plotLines(
    shown.map((row) => ({
      x: usd(row),
      y: ms(row),
      symbol: symbolOf(row),
      role: roleOf(row),
      isChosen: row.candidate.name === chosen?.candidate.name,
    })),
    {
      width: columns,
      height: rows - caption.length,
      formatX: (value) => formatUsd(decimal(value)).replace('.00', ''),
      formatY: formatMs,
      titleX: 'USD a month',
      titleY: percentile,
      path: plotRows({ ...state, onlyFrontier: true }).map((row) => ({ x: usd(row), y: ms(row) })),
      ...(limitY === undefined ? {} : { limitY }),
    },
  )
  return [...plot, ...caption]
}

function captionLines(row: Row | undefined, { advice }: State, columns: number): Line[] {
  if (!row?.verdict || !advice) return []
  const { verdict, candidate } = row
  const cost = verdict.usdPerMonth ? `${formatUsdRange(verdict.usdPerMonth)} a month` : 'without a price'
  const percentile = shownPercentile(advice.slo)
  const time = verdict.latencyMs ? `${percentile} ${formatLatency(verdict, percentile)}` : 'no latency known'
  const place = advice.frontier.includes(candidate.name)
    ? 'on the frontier'
    : 'beaten in both cost and latency, or not sure to meet'
  return [
    ...wrapText(`${symbolOf(row)} ${candidate.name}`, columns, { role: 'heading', indent: 2 }),
    ...wrapText(`${cost}; ${time}; ${place}`, columns),
  ]
}
