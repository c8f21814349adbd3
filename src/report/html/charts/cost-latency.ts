import type { CustomSeriesRenderItemAPI } from 'echarts'
import { formatRange, formatUsdRange, shownPercentile } from '../../../advise/explain.ts'
import type { Advice, Verdict } from '../../../core/advice.ts'
import { formatMs } from '../../../core/units.ts'
import { label } from '../../figures.ts'
import { term } from '../glossary.ts'
import { table } from '../table.ts'
import type { Chart } from './figure.ts'
import { axisMs, axisUsd, type Cast, LABEL, logAxis, sloLines } from './look.ts'
import { type LogScale, logScale, place } from './scale.ts'

/** A verdict that has both. */
type Placed = Verdict & {
  readonly usdPerMonth: NonNullable<Verdict['usdPerMonth']>
  readonly latencyMs: NonNullable<Verdict['latencyMs']>
}

/** Told by shape and colour together. */
const MARKS = {
  meets: { name: 'meets the SLO', symbol: 'circle', color: 'var(--c1)', fill: 'var(--c1)' },
  undecided: { name: 'undecided', symbol: 'diamond', color: 'var(--c2)', fill: 'var(--paper)' },
  misses: {
    name: 'misses',
    symbol: 'path://M0,2L2,0L5,3L8,0L10,2L7,5L10,8L8,10L5,7L2,10L0,8L3,5Z',
    color: 'var(--c6)',
    fill: 'var(--c6)',
  },
} as const

/** What each candidate costs and how late it answers, with both ranges, the frontier and the limit. */
export function costLatencyChart(advice: Advice, cast: Cast): Chart {
  const percentile = shownPercentile(advice.slo)
  const limit = advice.slo.latencyMs[percentile] ?? Number.NaN
  const placed = advice.verdicts.filter(
    (verdict): verdict is Placed => verdict.usdPerMonth !== null && verdict.latencyMs !== null,
  )
  const usd = logScale(
    placed.flatMap(({ usdPerMonth: { low, value, high } }) => [low, value, high].map(Number)),
  )
  const finite = placed.flatMap(({ latencyMs }) => {
    const { low, value, high } = latencyMs[percentile]
    return [low, value, Math.min(high, value * 10)]
  })
  const ms = logScale([...finite, limit])
  const at = ({ usdPerMonth, latencyMs }: Placed) => [
    place(Number(usdPerMonth.value), usd),
    place(latencyMs[percentile].value, ms),
  ]
  /** Of two neighbours on the frontier the left one has its label above it, so that they keep apart. */
  const isLeft = ({ candidate }: Placed) =>
    candidate.name === advice.cheapest || cast.stars.indexOf(candidate.name) % 2 === 0
  const frontier = advice.frontier.flatMap(
    (name) => placed.find(({ candidate }) => candidate.name === name) ?? [],
  )
  const many = placed.length > 60
  const labelled = new Set(cast.stars)
  const described = (verdict: Placed) =>
    `${verdict.candidate.name}: ${formatUsdRange(verdict.usdPerMonth)} a month, ${percentile} ${formatRange(verdict.latencyMs[percentile], formatMs)}`
  return {
    id: 'chart-cost-latency',
    title: 'Cost against latency',
    lead: `Down and to the left is better. Bars are the ranges of cost and latency; the stepped line is the ${term('frontier')}; below the dashed line the ${term('slo')} on ${percentile} is met.`,
    description: `${placed.length} candidates by cost a month and ${percentile} response time. Cheapest that meets the SLO: ${advice.cheapest ?? 'none'}. Frontier: ${advice.frontier.join(', ') || 'none'}.`,
    legend: legend(),
    height: (narrow) => (narrow ? 400 : 520),
    option: (narrow) => ({
      grid: { left: narrow ? 62 : 76, right: narrow ? 14 : 30, top: 26, bottom: 56 },
      xAxis: logAxis(usd, { name: 'cost, USD a month', gap: 32, format: axisUsd }),
      yAxis: logAxis(ms, {
        name: `response time ${percentile}, ms or s`,
        gap: narrow ? 46 : 56,
        format: axisMs,
      }),
      series: [
        errorBars(placed, usd, ms, percentile, many),
        {
          type: 'line',
          name: 'frontier',
          step: 'end',
          silent: true,
          symbol: 'none',
          data: frontier.map(at),
          lineStyle: { color: 'var(--c3)', width: 2, type: 'solid' },
          ...(Number.isFinite(limit) && {
            markLine: sloLines([
              { label: `SLO: ${percentile} ≤ ${formatMs(limit)}`, at: { yAxis: place(limit, ms) } },
            ]),
          }),
        },
        ...Object.entries(MARKS).map(([outcome, { name, symbol, color, fill }]) => ({
          type: 'scatter',
          name,
          symbol,
          symbolSize: many ? 6 : 11,
          itemStyle: { color: fill, borderColor: color, borderWidth: 1.5, opacity: 1 },
          emphasis: { disabled: true },
          labelLayout: { hideOverlap: true, moveOverlap: 'shiftY' },
          data: placed
            .filter((verdict) => verdict.outcome === outcome)
            .map((verdict) => ({
              name: described(verdict),
              value: at(verdict),
              ...(verdict.candidate.name === advice.cheapest && { symbolSize: 18 }),
              label: {
                show:
                  labelled.has(verdict.candidate.name) &&
                  (!narrow || verdict.candidate.name === advice.cheapest),
                formatter: () => cast.short(verdict.candidate.name),
                position: isLeft(verdict) ? 'top' : 'bottom',
                distance: 7,
                align: (at(verdict)[0] ?? 0) < usd.min + 0.2 * (usd.max - usd.min) ? 'left' : 'center',
                ...LABEL,
                ...(verdict.candidate.name === advice.cheapest && { fontWeight: 700 }),
              },
            })),
        })),
      ],
    }),
    table: table(
      'Cost against latency',
      [
        { title: 'candidate' },
        { title: 'outcome' },
        { title: 'USD a month', number: true },
        { title: percentile, number: true },
      ],
      placed.map((verdict) => [
        verdict.candidate.name,
        label(verdict, advice),
        formatUsdRange(verdict.usdPerMonth),
        formatRange(verdict.latencyMs[percentile], formatMs),
      ]),
    ),
  }
}

/** A cross through each mark, as wide and as high as its ranges. */
function errorBars(
  placed: readonly Placed[],
  usd: LogScale,
  ms: LogScale,
  percentile: ReturnType<typeof shownPercentile>,
  many: boolean,
) {
  return {
    type: 'custom',
    silent: true,
    name: 'ranges',
    data: placed.map(({ usdPerMonth, latencyMs }) => {
      const { low, value, high } = latencyMs[percentile]
      return [
        ...[usdPerMonth.value, usdPerMonth.low, usdPerMonth.high].map((each) => place(Number(each), usd)),
        ...[value, low, high].map((each) => place(each, ms)),
      ]
    }),
    renderItem: (_: unknown, api: CustomSeriesRenderItemAPI) => {
      const [x, left, right, y, bottom, top] = [0, 1, 2, 3, 4, 5].map((each) => Number(api.value(each))) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      const [[x1 = 0, y1 = 0], [x2 = 0, y2 = 0], [cx = 0, cy = 0]] = [
        api.coord([left, bottom]),
        api.coord([right, top]),
        api.coord([x, y]),
      ]
      const d = `M${round(x1)} ${round(cy)}H${round(x2)}M${round(cx)} ${round(y1)}V${round(y2)}`
      return {
        type: 'path',
        shape: { pathData: d },
        style: { fill: 'none', stroke: 'var(--faint)', lineWidth: many ? 0.6 : 1.2 },
      }
    },
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function legend(): string {
  const items = Object.values(MARKS).map(
    ({ name, symbol, color, fill }) =>
      `<li><svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="${fill}" stroke="${color}" stroke-width="1.5">${shape(symbol)}</svg>${name}</li>`,
  )
  return `<ul class="legend">${items.join('')}<li><svg width="34" height="14" viewBox="0 0 34 14" aria-hidden="true"><path d="M0 7H34" stroke="var(--c3)" stroke-width="2"/></svg>frontier</li></ul>`
}

function shape(symbol: string): string {
  if (symbol === 'circle') return '<circle cx="7" cy="7" r="5"/>'
  if (symbol === 'diamond') return '<path d="M7 1L13 7L7 13L1 7Z"/>'
  return `<path d="${symbol.replace('path://', '')}" transform="translate(2 2)"/>`
}
