import type { Advice, CostThere, Outlook } from '../../../core/advice.ts'
import { formatUsd } from '../../../core/money.ts'
import { formatRps } from '../../../core/units.ts'
import { term } from '../glossary.ts'
import { table } from '../table.ts'
import type { Chart } from './figure.ts'
import { axisUsd, type Cast, castLegend, LABEL, logAxis } from './look.ts'
import { logScale, place } from './scale.ts'

interface TrafficCosts {
  readonly meanRps: number
  readonly costs: readonly CostThere[]
}

/** What each candidate costs at less and more traffic, and where the cheapest changes. */
export function trafficCostChart(advice: Advice, outlook: Outlook, cast: Cast): Chart {
  const shown = new Set(outlook.scaled.flatMap(({ costs }) => costs.map(({ candidate }) => candidate)))
  const now: TrafficCosts = {
    meanRps: advice.month.meanRps,
    costs: advice.verdicts.map(({ candidate, outcome, usdPerMonth }) => ({
      candidate: candidate.name,
      outcome,
      usdPerMonth: usdPerMonth?.value ?? null,
    })),
  }
  const steps: TrafficCosts[] = [...outlook.scaled, now].sort((a, b) => a.meanRps - b.meanRps)
  const names = advice.verdicts.map(({ candidate }) => candidate.name).filter((name) => shown.has(name))
  const costOf = (name: string, step: TrafficCosts) => step.costs.find(({ candidate }) => candidate === name)
  const all = names.flatMap((name) =>
    steps.map((step) => Number(costOf(name, step)?.usdPerMonth ?? Number.NaN)),
  )
  const usd = logScale(all)
  const rps = logScale(steps.map(({ meanRps }) => meanRps))
  const evens = outlook.breakEvens.filter(({ usdPerMonth }) => usdPerMonth !== null)
  const ordered = [...names].sort((a, b) => cast.look(a).width - cast.look(b).width)
  return {
    id: 'chart-traffic',
    title: 'Cost against traffic',
    lead: `The same candidates at a tenth of the traffic, at it, at twice and ten times. Filled marks meet the ${term('slo')} there; hollow ones do not, or are undecided. Labelled marks are ${term('breakEven', 'break-even points')}: there the cheapest that meets the SLO changes.`,
    description: `Cost a month of ${names.length} candidates at ${steps.map(({ meanRps }) => formatRps(meanRps)).join(', ')} requests/s on average. Break-even at ${outlook.breakEvens.map(({ meanRps, below, above }) => `${formatRps(meanRps)} requests/s from ${below} to ${above}`).join('; ') || 'no traffic'}.`,
    legend: castLegend(cast, names),
    height: (narrow) => (narrow ? 400 : 480),
    option: (narrow) => ({
      grid: { left: narrow ? 62 : 76, right: narrow ? 18 : 40, top: 34, bottom: 56 },
      xAxis: logAxis(rps, { name: 'traffic, requests/s on average', gap: 32 }),
      yAxis: logAxis(usd, { name: 'cost, USD a month', gap: narrow ? 46 : 56, format: axisUsd }),
      series: [
        ...ordered.map((name) => {
          const { color, symbol, dash, width } = cast.look(name)
          return {
            type: 'line',
            name,
            symbol,
            symbolSize: width === 1 ? 5 : 10,
            showAllSymbol: true,
            lineStyle: { color, width, type: dash },
            itemStyle: { color, opacity: 1 },
            emphasis: { disabled: true },
            data: steps.flatMap((step) => {
              const cost = costOf(name, step)
              if (!cost || cost.usdPerMonth === null) return []
              return [
                {
                  name: `${name}: ${formatUsd(cost.usdPerMonth)} a month at ${formatRps(step.meanRps)} requests/s, ${cost.outcome}`,
                  value: [place(step.meanRps, rps), place(Number(cost.usdPerMonth), usd)],
                  itemStyle: {
                    color: cost.outcome === 'meets' ? color : 'var(--paper)',
                    borderColor: color,
                    borderWidth: 1.5,
                    opacity: 1,
                  },
                },
              ]
            }),
          }
        }),
        {
          type: 'scatter',
          name: 'break-even',
          symbol: 'path://M4,0H6V4H10V6H6V10H4V6H0V4H4Z',
          symbolSize: 18,
          itemStyle: { color: 'var(--ink)', borderColor: 'var(--paper)', borderWidth: 1, opacity: 1 },
          emphasis: { disabled: true },
          data: evens.map(({ below, above, meanRps, usdPerMonth }) => ({
            name: `break-even at ${formatRps(meanRps)} requests/s: ${below} below, ${above} above`,
            value: [place(meanRps, rps), place(Number(usdPerMonth), usd)],
            label: {
              show: true,
              formatter: () => `${formatRps(meanRps)}/s`,
              position: 'top',
              ...LABEL,
              fontWeight: 700,
            },
          })),
          z: 5,
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: 'var(--line)', type: [3, 3] },
            data: [
              {
                xAxis: place(now.meanRps, rps),
                label: { show: true, formatter: () => 'this traffic', position: 'end', ...LABEL },
              },
            ],
          },
        },
      ],
    }),
    table: table(
      'Cost against traffic',
      [
        { title: 'candidate' },
        ...steps.map(({ meanRps }) => ({
          title: `USD a month at ${formatRps(meanRps)} requests/s`,
          number: true,
        })),
      ],
      names.map((name) => [
        name,
        ...steps.map((step) => {
          const cost = costOf(name, step)
          if (!cost || cost.usdPerMonth === null) return ''
          return cost.outcome === 'meets'
            ? formatUsd(cost.usdPerMonth)
            : `${formatUsd(cost.usdPerMonth)}, ${cost.outcome}`
        }),
      ]),
    ),
  }
}
