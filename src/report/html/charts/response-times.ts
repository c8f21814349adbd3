import type { CustomSeriesRenderItemAPI } from 'echarts'
import { formatRange, shownPercentile } from '../../../advise/explain.ts'
import type { Advice, Verdict } from '../../../core/advice.ts'
import type { Percentile } from '../../../core/scenario.ts'
import { formatMs } from '../../../core/units.ts'
import { label } from '../../figures.ts'
import { term } from '../glossary.ts'
import { table } from '../table.ts'
import type { Chart } from './figure.ts'
import { axisMs, type Cast, LABEL, logAxis, sloLines } from './look.ts'
import { nameAxis, rowHeight } from './rows.ts'
import { logScale, place } from './scale.ts'

type Known = Verdict & { readonly latencyMs: NonNullable<Verdict['latencyMs']> }

/** More rows than these are in the table alone. */
const MOST_ROWS = 40

const POINTS = [
  { percentile: 'p50', symbol: 'circle', color: 'var(--c1)' },
  { percentile: 'p95', symbol: 'diamond', color: 'var(--c2)' },
  { percentile: 'p99', symbol: 'triangle', color: 'var(--c3)' },
  { percentile: 'p999', symbol: 'rect', color: 'var(--c6)' },
] as const satisfies readonly { percentile: Percentile; symbol: string; color: string }[]

const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p999'] as const

/** The upper half of the response times of each candidate, with the limits. */
export function responseTimesChart(advice: Advice, cast: Cast): Chart {
  const decisive = shownPercentile(advice.slo)
  const known = advice.verdicts.filter((verdict): verdict is Known => verdict.latencyMs !== null)
  const rows = known.slice(0, MOST_ROWS).reverse()
  const limits = Object.entries(advice.slo.latencyMs) as [Percentile, number][]
  const scale = logScale([
    ...rows.flatMap(({ latencyMs }) => PERCENTILES.map((each) => latencyMs[each].value)),
    ...rows.map(({ latencyMs }) => latencyMs[decisive].low),
    ...limits.map(([, limit]) => limit),
  ])
  const names = rows.map(({ candidate }) => cast.short(candidate.name))
  return {
    id: 'chart-response-times',
    title: 'Response times of each candidate',
    lead: `From the median to the slowest in a thousand, of all requests of the month, by ${term('percentile')}. The wide band is the range of ${decisive}; it has to lie left of its dashed line.${known.length > rows.length ? ` The first ${rows.length} of ${known.length}; all are in the table.` : ''}`,
    description: `Response times p50, p95, p99 and p99.9 of ${rows.length} candidates, with limits ${limits.map(([each, limit]) => `${each} ${formatMs(limit)}`).join(', ')}.`,
    legend: `<ul class="legend">${POINTS.map(({ percentile, symbol, color }) => `<li><svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="${color}">${SHAPES[symbol]}</svg>${percentile === 'p999' ? 'p99.9' : percentile}</li>`).join('')}<li><svg width="34" height="14" viewBox="0 0 34 14" aria-hidden="true"><path d="M0 2H34V12H0Z" fill="var(--band)"/></svg>range of ${decisive}</li></ul>`,
    height: (narrow) => rows.length * rowHeight(narrow) + 104,
    option: (narrow) => ({
      grid: { left: narrow ? 12 : 250, right: narrow ? 20 : 30, top: 46, bottom: 58 },
      xAxis: logAxis(scale, { name: 'response time, ms or s', gap: 32, format: axisMs }),
      yAxis: nameAxis(names, narrow),
      series: [
        {
          type: 'custom',
          name: `range of ${decisive}`,
          silent: true,
          data: rows.map(({ latencyMs }, row) => [
            place(latencyMs[decisive].low, scale),
            place(latencyMs[decisive].high, scale),
            row,
            place(latencyMs.p50.value, scale),
            place(latencyMs.p999.value, scale),
          ]),
          encode: { x: [0, 1, 3, 4], y: 2 },
          renderItem: (_: unknown, api: CustomSeriesRenderItemAPI) => bandAndLine(api, narrow),
          markLine: sloLines(
            limits.map(([each, limit]) => ({
              label: `${each} ≤ ${formatMs(limit)}`,
              at: { xAxis: place(limit, scale) },
            })),
          ),
        },
        ...POINTS.map(({ percentile, symbol, color }) => ({
          type: 'scatter',
          name: percentile,
          symbol,
          symbolSize: 10,
          symbolOffset: [0, narrow ? 8 : 0],
          itemStyle: { color, opacity: 1, borderColor: 'var(--paper)', borderWidth: 1 },
          emphasis: { disabled: true },
          data: rows.map(({ candidate, latencyMs }, row) => ({
            name: `${candidate.name}: ${percentile} ${formatRange(latencyMs[percentile], formatMs)}`,
            value: [place(latencyMs[percentile].value, scale), row],
          })),
          label: { ...LABEL, show: false },
        })),
      ],
    }),
    table: table(
      'Response times of each candidate',
      [
        { title: 'candidate' },
        { title: 'outcome' },
        ...PERCENTILES.map((each) => ({ title: each === 'p999' ? 'p99.9' : each, number: true })),
      ],
      known.map((verdict) => [
        verdict.candidate.name,
        label(verdict, advice),
        ...PERCENTILES.map((each) => formatRange(verdict.latencyMs[each], formatMs)),
      ]),
    ),
  }
}

const SHAPES = {
  circle: '<circle cx="7" cy="7" r="5"/>',
  diamond: '<path d="M7 1L13 7L7 13L1 7Z"/>',
  triangle: '<path d="M7 1L13 12H1Z"/>',
  rect: '<path d="M2 2H12V12H2Z"/>',
} as const

function bandAndLine(api: CustomSeriesRenderItemAPI, narrow: boolean) {
  const row = Number(api.value(2))
  const x = (dimension: number) => api.coord([api.value(dimension), row])[0] ?? 0
  const y = (api.coord([api.value(0), row])[1] ?? 0) + (narrow ? 8 : 0)
  return {
    type: 'group' as const,
    children: [
      {
        type: 'rect' as const,
        shape: { x: x(0), y: y - 6, width: Math.max(1, x(1) - x(0)), height: 12 },
        style: { fill: 'var(--band)' },
      },
      {
        type: 'line' as const,
        shape: { x1: x(3), y1: y, x2: x(4), y2: y },
        style: { stroke: 'var(--line)', lineWidth: 1.5 },
      },
    ],
  }
}
