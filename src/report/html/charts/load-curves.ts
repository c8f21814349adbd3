import { shownPercentile } from '../../../advise/explain.ts'
import type { Advice, LoadCurve } from '../../../core/advice.ts'
import { formatMs, formatRps } from '../../../core/units.ts'
import { term } from '../glossary.ts'
import { table } from '../table.ts'
import type { Chart } from './figure.ts'
import { axisMs, type Cast, castLegend, LABEL, logAxis, sloLines } from './look.ts'
import { logScale, place } from './scale.ts'

/** How late one replica of each candidate answers as its goodput rises, and where its capacity lies. */
export function loadCurvesChart(advice: Advice, curves: readonly LoadCurve[], cast: Cast): Chart {
  const percentile = shownPercentile(advice.slo)
  const limit = advice.slo.latencyMs[percentile] ?? Number.NaN
  const most = limit * 8
  const shown = curves.map((curve) => ({
    ...curve,
    points: curve.points.filter(
      ({ latencyMs }) => (latencyMs[percentile] ?? Number.POSITIVE_INFINITY) <= most,
    ),
  }))
  const rps = logScale(shown.flatMap(({ points }) => points.map(({ goodputRps }) => goodputRps)))
  const ms = logScale([
    ...shown.flatMap(({ points }) => points.map(({ latencyMs }) => latencyMs[percentile] ?? 0)),
    limit,
  ])
  const ordered = [...shown].sort((a, b) => cast.look(a.candidate).width - cast.look(b.candidate).width)
  const names = shown.map(({ candidate }) => candidate)
  return {
    id: 'chart-capacity',
    title: 'Goodput of one replica against latency',
    lead: `How late one ${term('replica')} answers as it is loaded more. The large mark on each line is its ${term('capacity')}: the highest ${term('goodput')} that keeps to every limit on latency. A fleet carries as many times that as it has replicas.`,
    description: `${shown.length} candidates. ${shown
      .slice(0, 12)
      .map(({ candidate, capacityRps }) => `${candidate}: ${capacityOf(capacityRps)}`)
      .join('; ')}.`,
    legend: castLegend(cast, names),
    height: (narrow) => (narrow ? 380 : 460),
    option: (narrow) => ({
      grid: { left: narrow ? 62 : 76, right: narrow ? 16 : 30, top: 26, bottom: 56 },
      xAxis: logAxis(rps, { name: 'goodput of one replica, requests/s', gap: 32 }),
      yAxis: logAxis(ms, {
        name: `response time ${percentile}, ms or s`,
        gap: narrow ? 46 : 56,
        format: axisMs,
      }),
      series: ordered.flatMap(({ candidate, points, capacityRps }, index) => {
        const { color, symbol, dash, width } = cast.look(candidate)
        const value = ({ goodputRps, latencyMs }: LoadCurve['points'][number]) => [
          place(goodputRps, rps),
          place(latencyMs[percentile] ?? Number.POSITIVE_INFINITY, ms),
        ]
        const capacity = points.find(({ offeredRps }) => offeredRps === capacityRps)
        return [
          {
            type: 'line',
            name: candidate,
            symbol,
            symbolSize: width === 1 ? 3 : 5,
            data: points.map((point) => ({
              name: `${candidate}: ${formatRps(point.goodputRps)} requests/s, ${percentile} ${formatMs(point.latencyMs[percentile] ?? Number.NaN)}`,
              value: value(point),
            })),
            lineStyle: { color, width, type: dash },
            itemStyle: { color, opacity: 1 },
            emphasis: { disabled: true },
            ...(index === 0 &&
              Number.isFinite(limit) && {
                markLine: sloLines(
                  [{ label: `SLO: ${percentile} ≤ ${formatMs(limit)}`, at: { yAxis: place(limit, ms) } }],
                  'Start',
                ),
              }),
          },
          {
            type: 'scatter',
            name: `${candidate}: capacity`,
            symbol,
            symbolSize: width === 1 ? 8 : 15,
            itemStyle: { color, opacity: 1, borderColor: 'var(--paper)', borderWidth: 1.5 },
            emphasis: { disabled: true },
            labelLayout: { hideOverlap: true },
            data: capacity
              ? [{ name: `${candidate}: capacity ${capacityOf(capacityRps)}`, value: value(capacity) }]
              : [],
            label: {
              show: width > (narrow ? 2 : 1),
              formatter: () => `${formatRps(capacityRps)}/s`,
              position: 'bottom',
              distance: 8,
              ...LABEL,
            },
            z: 4,
          },
        ]
      }),
    }),
    table: table(
      'Capacity of one replica',
      [
        { title: 'candidate' },
        { title: 'capacity', number: true },
        { title: `goodput and ${percentile} on the way` },
      ],
      curves.map(({ candidate, capacityRps, points }) => [
        candidate,
        capacityOf(capacityRps),
        points
          .map(({ goodputRps, latencyMs }) => {
            const late = latencyMs[percentile]
            return `${formatRps(goodputRps)}/s ${late === null ? 'unbounded' : formatMs(late)}`
          })
          .join(', '),
      ]),
    ),
  }
}

function capacityOf(rps: number): string {
  return rps === 0 ? 'none within the SLO' : `${formatRps(rps)} requests/s`
}
