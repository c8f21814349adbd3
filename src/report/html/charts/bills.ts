import type { Advice, Verdict } from '../../../core/advice.ts'
import type { Bill, BillLine } from '../../../core/bill.ts'
import { decimal, formatUsd, sum } from '../../../core/money.ts'
import { term } from '../glossary.ts'
import { table } from '../table.ts'
import type { Chart } from './figure.ts'
import { axis, axisUsd, type Cast } from './look.ts'
import { nameAxis, rowHeight } from './rows.ts'

/** More rows than these are in the table alone. */
const MOST_ROWS = 30

/** What lines of a bill are for, the first that fits; told by colour and hatching. */
const KINDS = [
  {
    name: 'GPU',
    of: /gpu\//,
    color: 'var(--c3)',
    decal: { rotation: -Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [3, 4] },
  },
  {
    name: 'network',
    of: /^network\//,
    color: 'var(--c6)',
    decal: { rotation: Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [2, 5] },
  },
  {
    name: 'disk',
    of: /disk\//,
    color: 'var(--c5)',
    decal: {
      symbol: 'circle',
      dashArrayX: [
        [6, 6],
        [0, 6, 6, 0],
      ],
      dashArrayY: [6, 0],
      symbolSize: 0.7,
    },
  },
  {
    name: 'memory',
    of: /memory/,
    color: 'var(--c4)',
    decal: { rotation: 0, dashArrayX: [1, 0], dashArrayY: [2, 5] },
  },
  {
    name: 'requests',
    of: /requests$|invocations$/,
    color: 'var(--c2)',
    decal: { rotation: Math.PI / 2, dashArrayX: [1, 0], dashArrayY: [2, 5] },
  },
  { name: 'compute', of: /./, color: 'var(--c1)', decal: { symbol: 'none' } },
] as const

type Billed = Verdict & { readonly bill: Bill }

/** The month's bill of each candidate as a bar of what it is for. */
export function billsChart(advice: Advice, cast: Cast): Chart {
  const billed = advice.verdicts.filter(
    (verdict): verdict is Billed => verdict.bill !== null && verdict.bill.usdTotal !== null,
  )
  const rows = billed.slice(0, MOST_ROWS).reverse()
  const names = rows.map(({ candidate }) => cast.short(candidate.name))
  const kinds = [...KINDS].reverse()
  return {
    id: 'chart-bills',
    title: 'The bill of a month, by what it is for',
    lead: `At the central estimate. Every line with its ${term('sku')} is under Bills.${billed.length > rows.length ? ` The first ${rows.length} of ${billed.length}; all are in the table.` : ''}`,
    description: `Bills of ${rows.length} candidates, stacked by compute (vCPUs and machines), requests, memory, disk, network and GPU.`,
    height: (narrow) => rows.length * rowHeight(narrow) + (narrow ? 140 : 110),
    option: (narrow) => ({
      aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
      legend: {
        top: 0,
        left: narrow ? 0 : 250,
        itemWidth: 22,
        itemHeight: 13,
        data: kinds.map(({ name }) => name),
        itemGap: 16,
        textStyle: { color: 'var(--ink)', fontSize: 12 },
        inactiveColor: 'var(--faint)',
        selectedMode: false,
      },
      grid: { left: narrow ? 12 : 250, right: narrow ? 24 : 60, top: narrow ? 76 : 42, bottom: 56 },
      xAxis: axis({ name: 'USD a month', gap: 32, format: axisUsd }),
      yAxis: nameAxis(names, narrow),
      series: kinds.map(({ name, color, decal }) => ({
        type: 'bar',
        name,
        stack: 'bill',
        barWidth: narrow ? 14 : 15,
        itemStyle: {
          color,
          borderColor: 'var(--paper)',
          borderWidth: 1,
          decal: { color: 'rgba(0,0,0,0.35)', ...decal },
        },
        emphasis: { disabled: true },
        data: rows.map(({ candidate, bill }) => {
          const usd = ofKind(bill, name)
          return {
            name: `${candidate.name}: ${name} ${formatUsd(usd)}`,
            value: usd.eq(0) ? null : Number(usd),
          }
        }),
      })),
    }),
    table: table(
      'The bill of a month by what it is for',
      [
        { title: 'candidate' },
        ...kinds.map(({ name }) => ({ title: name, number: true })),
        { title: 'USD a month', number: true },
      ],
      billed.map(({ candidate, bill }) => [
        candidate.name,
        ...kinds.map(({ name }) => {
          const usd = ofKind(bill, name)
          return usd.eq(0) ? '' : formatUsd(usd)
        }),
        formatUsd(bill.usdTotal ?? '0'),
      ]),
    ),
  }
}

function ofKind({ lines }: Bill, name: string) {
  return sum(lines.filter((line) => kindOf(line) === name).map(({ usd }) => decimal(usd)))
}

function kindOf({ resource }: BillLine): string {
  return KINDS.find(({ of }) => of.test(resource))?.name ?? ''
}
