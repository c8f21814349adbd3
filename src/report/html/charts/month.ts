import type { Advice, HourlyMonth } from '../../../core/advice.ts'
import { formatUsd } from '../../../core/money.ts'
import { HOURS_PER_MONTH } from '../../../core/operation.ts'
import { formatRps } from '../../../core/units.ts'
import { term } from '../glossary.ts'
import { table } from '../table.ts'
import type { Chart } from './figure.ts'
import { axis, type Cast, castLegend } from './look.ts'

/** Traffic, replicas and cost, hour by hour over the month. */
export function monthChart({ month }: Advice, hourly: HourlyMonth, cast: Cast): Chart {
  const shown = [...hourly.candidates].reverse()
  const names = hourly.candidates.map(({ candidate }) => candidate)
  const repeats = hourly.rps.length < HOURS_PER_MONTH
  const days = repeats
    ? ` ${hourly.rps.length} hours were simulated; the traffic repeats, and so does the month.`
    : ''
  const line = (name: string, values: readonly number[], grid: number) => {
    const { color, dash, width } = cast.look(name)
    return {
      type: 'line',
      name,
      xAxisIndex: grid,
      yAxisIndex: grid,
      step: 'start',
      symbol: 'none',
      emphasis: { disabled: true },
      data: overMonth(values),
      lineStyle: { color, width: Math.min(2, width), type: dash },
      itemStyle: { color },
      z: width === 1 ? 2 : 3,
    }
  }
  return {
    id: 'chart-month',
    title: 'A month by the hour: traffic, replicas and cost',
    lead: `What the traffic makes of each fleet, on its platform’s own autoscaler.${days} The cost of an hour is each line of the ${term('bill')} spread by what drives it: machines by the ${term('replica', 'replicas')} there, requests by those that come, the rest evenly.`,
    description: `Traffic of ${formatRps(month.meanRps)} requests/s on average and ${formatRps(month.peakRps)} at the peak; replicas and cost by the hour of ${names.length} candidates.`,
    legend: castLegend(cast, names),
    height: (narrow) => (narrow ? 620 : 700),
    option: (narrow) => {
      const [left, right] = narrow ? [60, 14] : [76, 30]
      const tops = narrow ? [16, 156, 366] : [16, 176, 416]
      const heights = narrow ? [110, 180, 200] : [130, 210, 230]
      const y = ['traffic, requests/s', 'replicas', 'cost, USD an hour']
      return {
        grid: tops.map((top, index) => ({ left, right, top, height: heights[index] })),
        xAxis: tops.map((_, gridIndex) => ({
          ...axis({ name: gridIndex === 2 ? 'day of the month' : '', gap: 28 }),
          gridIndex,
          min: 0,
          max: HOURS_PER_MONTH / 24,
          splitLine: { show: false },
          ...(gridIndex < 2 && { axisLabel: { show: false } }),
        })),
        yAxis: y.map((name, gridIndex) => ({
          ...axis({ name, gap: narrow ? 44 : 54 }),
          gridIndex,
          min: 0,
          splitNumber: 4,
        })),
        series: [
          {
            ...line('traffic', hourly.rps, 0),
            lineStyle: { color: 'var(--ink)', width: 1.5 },
            areaStyle: { color: 'var(--band)' },
          },
          ...shown.map(({ candidate, replicas }) => line(candidate, replicas, 1)),
          ends(
            shown.map(({ candidate, replicas }) => [candidate, replicas] as const),
            1,
            cast,
          ),
          ends(
            shown.flatMap(({ candidate, usd }) => (usd ? [[candidate, usd.map(Number)] as const] : [])),
            2,
            cast,
          ),
          ...shown.flatMap(({ candidate, usd }) => (usd ? [line(candidate, usd.map(Number), 2)] : [])),
        ],
      }
    },
    table: table(
      'A month by the hour',
      [
        { title: 'candidate' },
        { title: 'replicas, least', number: true },
        { title: 'mean', number: true },
        { title: 'most', number: true },
        { title: 'USD an hour, least', number: true },
        { title: 'most', number: true },
      ],
      hourly.candidates.map(({ candidate, replicas, usd }) => {
        const costs = usd?.map(Number).sort((a, b) => a - b)
        const mean = replicas.reduce((sum, each) => sum + each, 0) / Math.max(1, replicas.length)
        return [
          candidate,
          formatRps(Math.min(...replicas)),
          formatRps(mean),
          formatRps(Math.max(...replicas)),
          costs ? formatUsd(String(costs[0] ?? 0)) : '',
          costs ? formatUsd(String(costs.at(-1) ?? 0)) : '',
        ]
      }),
    ),
  }
}

/** A mark in its shape at the end of each line, so that lines are told apart without colour. */
function ends(
  lines: readonly (readonly [name: string, values: readonly number[]])[],
  grid: number,
  cast: Cast,
) {
  const unit = grid === 1 ? 'replicas' : 'USD'
  return {
    type: 'scatter',
    name: unit,
    xAxisIndex: grid,
    yAxisIndex: grid,
    clip: false,
    emphasis: { disabled: true },
    data: lines.map(([name, values]) => {
      const { color, symbol, width } = cast.look(name)
      const last = overMonth(values).at(-1)
      return {
        name: `${name}: ${last?.[1] ?? 0} ${unit} in the last hour`,
        value: last,
        symbol,
        symbolSize: width === 1 ? 5 : 10,
        itemStyle: { color, opacity: 1, borderColor: 'var(--paper)', borderWidth: 1 },
      }
    }),
    z: 4,
  }
}

/** By the day, repeated until the month is over; where nothing changes, only both ends. */
function overMonth(values: readonly number[]): [day: number, value: number][] {
  if (values.length === 0) return []
  const points: [number, number][] = []
  for (let hour = 0; hour < HOURS_PER_MONTH; hour++) {
    const value = Number((values[hour % values.length] ?? 0).toPrecision(4))
    if (points.at(-1)?.[1] !== value) points.push([hour / 24, value])
  }
  return [...points, [HOURS_PER_MONTH / 24, points.at(-1)?.[1] ?? 0]]
}
