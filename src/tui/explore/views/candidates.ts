import { shownPercentile } from '../../../advise/explain.ts'
import type { Advice } from '../../../core/advice.ts'
import type { Scenario } from '../../../core/scenario.ts'
import { briefCost, briefLatency, label, sharedRegion } from '../../../report/figures.ts'
import { type Line, type Size, span, wrapText } from '../../kit/line.ts'
import { type Column, tableLines } from '../../kit/table.ts'
import { OUTCOME_MARKS } from '../../kit/theme.ts'
import { changeOf, counterparts, marginText, type Row, type Sort } from '../rows.ts'
import { cursorIndex, type State, visibleRows } from '../state.ts'

/** Which title a sort is marked at. */
const SORTED: Readonly<Record<Sort, string>> = {
  cost: 'USD/month',
  latency: 'latency',
  margin: 'margin',
  name: 'candidate',
}

/** The table, and beneath it the first reason of the candidate under the cursor where there is room. */
export function candidatesView(state: State, { columns, rows }: Size): Line[] {
  const shown = visibleRows(state)
  if (shown.length === 0) return [[span('no candidate has these words: Esc shows all', 'dim')]]
  const cursor = cursorIndex(shown, state.chosen)
  const reason = reasonLines(shown[cursor], { columns, rows: Math.min(3, Math.max(0, rows - 8)) })
  const percentile = shownPercentile((state.advice ?? state.record.scenario).slo)
  const title = state.sort === 'latency' ? percentile : SORTED[state.sort]
  const table = tableLines(columnsOf(state), shown, {
    width: columns,
    height: rows - reason.length,
    cursor,
    offset: Math.max(0, cursor - rows + reason.length + 3),
    sorted: { title, mark: state.isReversed ? '▼' : '▲' },
  })
  return [...table, ...reason]
}

function reasonLines(row: Row | undefined, { columns, rows }: Size): Line[] {
  const verdict = row?.verdict
  if (!verdict || rows < 2) return []
  const [reason = '', ...more] = verdict.reasons
  const text = [reason, ...(rows > 2 ? more.slice(0, 1) : [])].join('; ')
  const lines = wrapText(`${verdict.candidate.name}: ${text}`, columns, { role: 'dim' }).slice(0, rows - 1)
  return [[], ...Array.from({ length: rows - 1 }, (_, index) => lines[index] ?? [])]
}

/** Columns of a table of candidates; the first are kept longest. Changes against the run as it is where `before` is given. */
export function columnsOf(state: State, before: Advice | null = null): Column<Row>[] {
  const { advice, record, marked, open } = state
  const percentile = shownPercentile((advice ?? record.scenario).slo)
  const region = commonRegion(record.scenario, advice)
  const isShared = advice !== null && sharedRegion(advice) !== null
  const known = advice && before ? counterparts(advice, before) : null
  const waiting = open !== null
  const change = ({ verdict }: Row) =>
    verdict && known ? changeOf(verdict, known.get(verdict.candidate.name)) : undefined
  const figure = (row: Row, text: string) => {
    if (waiting) return span(text === '' ? '…' : `${text} …`, 'dim')
    return change(row) ? span(text, 'changed') : text
  }
  return [
    { title: '', keep: 0, cell: (row) => span(symbolOf(row), roleOf(row)) },
    {
      title: 'candidate',
      keep: 0,
      least: 22,
      cell: ({ candidate }) => {
        const name = candidate.region === region ? candidate.name.replace(` ${region}`, '') : candidate.name
        return candidate.name === marked ? `${name} ◆` : name
      },
    },
    {
      title: 'outcome',
      keep: 3,
      cell: (row) =>
        span(
          outcomeText(row, advice, known !== null, change(row)),
          change(row) === 'outcome' ? 'changed' : roleOf(row),
        ),
    },
    {
      title: 'USD/month',
      keep: 1,
      align: 'right',
      cell: (row) => figure(row, row.verdict ? briefCost(row.verdict)[0] : ''),
    },
    ...(known ? [{ title: '', keep: 1, cell: (row: Row) => span(arrow(change(row)), 'changed') }] : []),
    { title: 'range', keep: 6, cell: ({ verdict }) => span(verdict ? briefCost(verdict)[1] : '', 'dim') },
    {
      title: percentile,
      keep: 2,
      align: 'right',
      cell: ({ verdict }) => (verdict ? briefLatency(verdict, percentile)[0] : ''),
    },
    {
      title: 'range ',
      keep: 7,
      cell: ({ verdict }) => span(verdict ? briefLatency(verdict, percentile)[1] : '', 'dim'),
    },
    { title: 'margin', keep: 4, align: 'right', cell: ({ verdict }) => (verdict ? marginText(verdict) : '') },
    { title: 'evidence', keep: 8, cell: ({ verdict }) => (verdict?.latencyMs ? verdict.evidence : '') },
    ...(isShared ? [] : [{ title: 'region', keep: 9, cell: ({ candidate }: Row) => candidate.region }]),
  ]
}

/** The region of most candidates, which their names need not repeat. */
function commonRegion(scenario: Pick<Scenario, 'candidates'>, advice: Advice | null): string | undefined {
  const candidates = advice ? advice.verdicts.map(({ candidate }) => candidate) : scenario.candidates
  const counts = Map.groupBy(candidates, ({ region }) => region)
  return [...counts].sort(([, a], [, b]) => b.length - a.length)[0]?.[0]
}

export function symbolOf({ verdict }: Row): string {
  return verdict ? OUTCOME_MARKS[verdict.outcome].symbol : '…'
}

export function roleOf({ verdict }: Row) {
  return verdict ? OUTCOME_MARKS[verdict.outcome].role : 'dim'
}

function outcomeText(
  { verdict }: Row,
  advice: Advice | null,
  marks: boolean,
  change: string | undefined,
): string {
  if (!verdict || !advice) return '…'
  return `${label(verdict, advice)}${marks && change === 'outcome' ? ' *' : ''}`
}

function arrow(change: string | undefined): string {
  return change === 'up' ? '↑' : change === 'down' ? '↓' : change === undefined ? '' : '*'
}
