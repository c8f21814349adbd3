import type { ChangePoint, GateHistory, HistoryEntry } from '../../../gate/gate-result.ts'
import { historyMetrics, unitOf } from '../../../gate/history.ts'
import { changeSentence, changeShare, preciseFigure } from '../../gate/figures.ts'
import { plainText } from '../escape-html.ts'
import { term } from '../glossary.ts'
import { table } from '../table.ts'
import type { Chart } from './figure.ts'
import { axis, LABEL } from './look.ts'

/** More metrics than these are in the table alone; those that changed come first. */
const MOST_PANELS = 24
const PANEL = { name: 24, labels: 22, plot: 112, axis: 52 } as const
const PANEL_HEIGHT = PANEL.name + PANEL.labels + PANEL.plot + PANEL.axis
/** Width that the label of a change takes, px. */
const LABEL_WIDTH = 44

/** How a unit is drawn: its name, and by how much a figure is divided for it. */
const UNITS: Readonly<Record<string, { readonly name: string; readonly size: number }>> = {
  ratio: { name: '%', size: 0.01 },
  bytes: { name: 'MiB', size: 2 ** 20 },
}

/** One metric over the entries that have it. */
interface Panel {
  readonly metric: string
  readonly unit: string | undefined
  /** Of an entry among all of them, and the figure as it is drawn. */
  readonly points: readonly { readonly index: number; readonly y: number; readonly entry: HistoryEntry }[]
  readonly changes: readonly ChangePoint[]
}

/** The history of every metric, one above the other over the same entries, with the places where its level changes. */
export function historyChart(history: GateHistory, changePoints: readonly ChangePoint[]): Chart {
  const panels = panelsOf(history, changePoints)
  const shown = [...panels]
    .sort((a, b) => Math.sign(b.changes.length) - Math.sign(a.changes.length))
    .slice(0, MOST_PANELS)
  const { entries, others } = history
  const count = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`
  const left = panels.length - shown.length
  return {
    id: 'chart-history',
    title: 'History of the head, metric by metric',
    lead: `${term('history', 'Entries')} by date (UTC) and commit, evenly spaced and the newest at the right. A dashed line and a diamond mark a ${term('changePoint')}; heavy lines are the medians of the levels around it. The axes do not begin at 0.${others > 0 ? ` Left out: ${others} that ${others === 1 ? 'is' : 'are'} older or of another machine or way of measuring.` : ''}${left > 0 ? ` ${left} more metrics are in the table.` : ''}`,
    description: `${count} of ${panels.length} metrics. ${changePoints.slice(0, 12).map(changeSentence).join(' ') || 'No change of level was found.'}`,
    height: () => 8 + shown.length * PANEL_HEIGHT,
    option: (narrow) => {
      const [start, end] = narrow ? [58, 40] : [70, 46]
      const perEntry = ((narrow ? 368 : 920) - start - end) / Math.max(1, entries.length)
      return {
        grid: shown.map((_, at) => ({
          left: start,
          right: end,
          top: at * PANEL_HEIGHT + PANEL.name + PANEL.labels,
          height: PANEL.plot,
        })),
        xAxis: shown.map((_, at) => entryAxis(entries, at, narrow ? 3 : 6)),
        yAxis: shown.map((panel, at) => metricAxis(panel, at, narrow ? 40 : 110)),
        series: shown.flatMap((panel, at) => panelSeries(panel, at, perEntry)),
      }
    },
    table: entriesTable(history, panels),
  }
}

function panelsOf(history: GateHistory, changePoints: readonly ChangePoint[]): Panel[] {
  return historyMetrics(history).map((metric) => {
    const unit = unitOf(metric, history)
    const size = UNITS[unit ?? '']?.size ?? 1
    return {
      metric,
      unit,
      points: history.entries.flatMap((entry, index) => {
        const value = entry.figures[metric]
        return value === undefined ? [] : [{ index, y: value / size, entry }]
      }),
      changes: changePoints.filter((change) => change.metric === metric),
    }
  })
}

function entryAxis(entries: readonly HistoryEntry[], gridIndex: number, most: number) {
  const last = entries.length - 1
  const steps = Math.max(1, Math.min(most - 1, last))
  const ticks = [
    ...new Set(Array.from({ length: steps + 1 }, (_, step) => Math.round((step * last) / steps))),
  ]
  const sameDay = new Set(entries.map(({ at }) => at.slice(0, 10))).size === 1
  const linear = axis({ name: '', gap: 0 })
  return {
    ...linear,
    gridIndex,
    min: -0.5,
    max: last + 0.5,
    splitLine: { show: false },
    axisTick: { ...linear.axisTick, customValues: ticks },
    axisLabel: {
      ...linear.axisLabel,
      customValues: ticks,
      formatter: (index: number) => {
        const { at = '', commit = '' } = entries[index] ?? {}
        const when = sameDay ? `${at.slice(11, 16)} UTC` : at.slice(0, 10)
        return [when, plainText(commit).slice(0, 10)].filter(Boolean).join('\n')
      },
    },
  }
}

function metricAxis({ metric, unit }: Panel, gridIndex: number, longest: number) {
  const name = plainText(metric)
  const short = name.length > longest ? `${name.slice(0, longest - 1)}…` : name
  const linear = axis({
    name: [short, unitName(unit)].join(', '),
    gap: PANEL.labels + 4,
    format: (value) => Number(value.toPrecision(6)).toLocaleString('en-US', { maximumFractionDigits: 6 }),
  })
  return {
    ...linear,
    gridIndex,
    nameLocation: 'end',
    nameTextStyle: { ...linear.nameTextStyle, align: 'left', fontWeight: 650 },
    scale: true,
    splitNumber: 3,
  }
}

function unitName(unit: string | undefined): string {
  if (unit === undefined) return 'unit not recorded'
  return UNITS[unit]?.name ?? plainText(unit)
}

function panelSeries(panel: Panel, at: number, perEntry: number) {
  const { metric, unit, points, changes } = panel
  const common = { xAxisIndex: at, yAxisIndex: at, emphasis: { disabled: true } }
  return [
    {
      ...common,
      type: 'line',
      name: metric,
      symbol: 'circle',
      symbolSize: 5,
      showAllSymbol: true,
      lineStyle: { color: 'var(--faint)', width: 1 },
      itemStyle: { color: 'var(--c1)', opacity: 1 },
      data: points.map(({ index, y, entry }) => ({
        name: `${metric}: ${preciseFigure(entry.figures[metric] ?? Number.NaN, unit)}, ${entryLabel(entry)}`,
        value: [index, y],
      })),
      z: 3,
    },
    {
      ...common,
      type: 'line',
      name: `${metric}: levels`,
      symbol: 'none',
      lineStyle: { color: 'var(--c2)', width: 3 },
      data: levels(panel),
      z: 2,
    },
    {
      ...common,
      type: 'scatter',
      name: `${metric}: change points`,
      symbol: 'diamond',
      symbolSize: 13,
      itemStyle: { color: 'var(--c2)', borderColor: 'var(--paper)', borderWidth: 1.5, opacity: 1 },
      data: changes.flatMap((change) => {
        const first = points[change.index]
        return first ? [{ name: changeSentence(change), value: [first.index, first.y] }] : []
      }),
      markLine: changeLines(panel, perEntry),
      z: 4,
    },
  ]
}

/** Each stretch between changes at its median, apart from the next. */
function levels({ points, unit, changes }: Panel): (readonly [number, number] | null)[] {
  const size = UNITS[unit ?? '']?.size ?? 1
  const starts = [0, ...changes.map(({ index }) => index)]
  if (changes.length === 0) return []
  return starts.flatMap((from, stretch) => {
    const to = (starts[stretch + 1] ?? points.length) - 1
    const level = stretch === 0 ? changes[0]?.before : changes[stretch - 1]?.after
    const [first, last] = [points[from], points[to]]
    if (!first || !last || level === undefined) return []
    return [[first.index, level / size], [last.index, level / size], null] as const
  })
}

/** By how much it changed is written above each line that is not too near to the one before. */
function changeLines({ points, changes }: Panel, perEntry: number) {
  let labelled = Number.NEGATIVE_INFINITY
  const data = changes.flatMap((change) => {
    const first = points[change.index]
    if (!first) return []
    const show = (first.index - labelled) * perEntry >= LABEL_WIDTH
    if (show) labelled = first.index
    const label = { show, formatter: () => changeShare(change), position: 'end', ...LABEL, fontWeight: 700 }
    return [{ xAxis: first.index - 0.5, label }]
  })
  return { silent: true, symbol: 'none', lineStyle: { color: 'var(--ink)', type: [5, 4], width: 1.25 }, data }
}

function entryLabel({ at, commit, head }: HistoryEntry): string {
  return [at.replace('T', ' ').slice(0, 16), commit ?? head].join(' ')
}

function entriesTable({ entries }: GateHistory, panels: readonly Panel[]): string {
  const changed = new Map(
    panels.map(({ metric, points, changes }) => [
      metric,
      new Map(changes.map((change) => [points[change.index]?.index, changeShare(change)])),
    ]),
  )
  const rows = entries.map((entry, index) => [
    entry.at.replace('T', ' ').slice(0, 19),
    entry.commit ?? '',
    entry.head,
    ...panels.map(({ metric, unit }) => {
      const value = entry.figures[metric]
      const share = changed.get(metric)?.get(index)
      if (value === undefined) return ''
      return share ? `${preciseFigure(value, unit)} (level ${share})` : preciseFigure(value, unit)
    }),
  ])
  return table(
    'History',
    [
      { title: 'date (UTC)', tight: true },
      { title: 'commit', tight: true },
      { title: 'head' },
      ...panels.map(({ metric }) => ({ title: metric, number: true })),
    ],
    rows,
  )
}
