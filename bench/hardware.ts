import { calibrate, type GroupedRow, holds } from '../src/capacity/calibrate.ts'
import published from '../src/capacity/published/inference-times.json' with { type: 'json' }
import { groupRows, type PublishedRow } from '../src/capacity/published-rows.ts'

const ROWS = published.rows as unknown as readonly PublishedRow[]

/**
 * How often the predicted intervals hold published times that were not used to fit them: each hardware, and then each
 * source, is held back whole, and fit and intervals are made anew from the others.
 */
export async function hardwareBench(): Promise<string> {
  const rows = groupRows(ROWS)
  const { parameters, spread } = calibrate(rows)
  const fitted = Object.entries(parameters).map(
    ([name, value]) => `    ${name.padEnd(18)} ${Math.exp(value).toPrecision(3)}`,
  )
  const spreads = Object.entries(spread).map(([name, factor]) => `${name} ${factor.toFixed(2)}`)
  return [
    `${rows.length} published times from ${published.sources.length} sources`,
    '  fitted to all (launch in µs per operator, the rest as shares of the peak):',
    ...fitted,
    `  intervals: predicted time divided and multiplied by: ${spreads.join(', ')}`,
    '',
    ...coverage(rows, 0, 'hardware and precision, the hardware held back'),
    '',
    ...coverage(rows, 1, 'hardware and precision, the source held back'),
  ].join('\n')
}

function coverage(rows: readonly GroupedRow[], grouping: number, title: string): string[] {
  const tallies = new Map<string, { held: number; of: number }>()
  const add = (name: string, held: boolean) => {
    const known = tallies.get(name) ?? { held: 0, of: 0 }
    tallies.set(name, { held: known.held + Number(held), of: known.of + 1 })
  }
  const total = { held: 0, of: 0 }
  for (const group of new Set(rows.map(({ groups }) => groups[grouping]))) {
    const fit = calibrate(rows.filter(({ groups }) => groups[grouping] !== group))
    for (const { row, groups } of rows.filter((each) => each.groups[grouping] === group)) {
      const held = holds(fit, row)
      add(`${groups[0]} ${row.precision}`, held)
      total.held += Number(held)
      total.of++
    }
  }
  const lines = [...tallies]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { held, of }]) => {
      return `    ${name.padEnd(18)} ${String(held).padStart(3)} of ${String(of).padStart(3)}  ${((100 * held) / of).toFixed(0)}%`
    })
  const share = ((100 * total.held) / total.of).toFixed(1)
  return [
    `  ${title}:`,
    ...lines,
    `  held-back rows inside: ${total.held} of ${total.of}, ${share}% (aim: 90%)`,
  ]
}
