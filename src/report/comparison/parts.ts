import { formatRange, formatUsdRange } from '../../advise/explain.ts'
import { formatBytes, formatMs, formatRatio } from '../../core/units.ts'
import type { CandidateRow, Comparison, MeasuredRow, MeasuredValue } from '../../gate/comparison.ts'
import { nameOf } from '../../gate/conclude.ts'
import { percent } from '../../gate/decide.ts'

/** What every format shows of a comparison, in its order. */
export type ComparisonPart =
  | { readonly kind: 'sentences'; readonly sentences: readonly string[] }
  | {
      readonly kind: 'table'
      readonly title: string
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
      readonly folded: boolean
    }

export function comparisonParts(comparison: Comparison): ComparisonPart[] {
  const { runs, measured, candidates, differences } = comparison
  const letters = runs.map((_, index) => letterOf(index))
  const table = (title: string, first: string, rows: readonly (readonly string[])[], folded: boolean) =>
    ({ kind: 'table', title, head: [first, ...letters], rows, folded }) as const
  return [
    { kind: 'sentences', sentences: answer(comparison) },
    table('Runs', 'of each', runRows(comparison), false),
    table(
      'What differs',
      'setting',
      differences.map(({ what, field, values }) => [field === what ? field : `${what}: ${field}`, ...values]),
      false,
    ),
    table('Measured', 'figure', measured.map(measuredRow), false),
    table('Candidates', 'candidate', candidates.map(candidateRow), true),
    { kind: 'sentences', sentences: [footnote(comparison)] },
  ]
}

/** `A`, `B`, and after `Z` numbers. */
function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `#${index + 1}`
}

function answer({ comparable, because, runs, measured, differences }: Comparison): string[] {
  const changed = runs.slice(1).map((_, index) => {
    const of = (change: MeasuredValue['change']) =>
      measured.filter(({ values }) => values[index + 1]?.change === change).map((row) => nameOf(row))
    const list = (names: readonly string[]) => (names.length > 0 ? names.join(', ') : 'nothing')
    return `${letterOf(index + 1)} against A: shown to be worse ${list(of('worse'))}; better ${list(of('better'))}.`
  })
  return [
    comparable ? 'These runs can be compared.' : 'These runs cannot be compared as they are.',
    ...because,
    ...(differences.length === 0 ? ['They differ in no setting.'] : []),
    ...changed,
  ]
}

function runRows({ runs }: Comparison): string[][] {
  return [
    ['file', ...runs.map(({ file }) => file)],
    ['run', ...runs.map(({ id }) => id)],
    ['started', ...runs.map(({ startedAt }) => startedAt)],
    ['cheapest that meets', ...runs.map(({ cheapest }) => cheapest ?? 'none')],
    ['USD a month', ...runs.map(({ usdPerMonth }) => (usdPerMonth ? formatUsdRange(usdPerMonth) : 'none'))],
  ]
}

/** `12.4 ms (12.1 ms to 12.9 ms), +3.1% (-0.4% to 6.5%) not shown`. */
function measuredRow(row: MeasuredRow): string[] {
  const format = { ms: formatMs, bytes: formatBytes, ratio: formatRatio }[row.unit as 'ms'] ?? String
  return [
    nameOf(row),
    ...row.values.map(({ value, low, high, worsening, change }) => {
      if (value === null) return ''
      const range = low === null || high === null ? format(value) : formatRange({ low, value, high }, format)
      if (!worsening) return range
      const ends = [worsening.low, worsening.high].map(percent)
      const within = ends[0] === ends[1] ? '' : ` (${ends.join(' to ')})`
      const sign = worsening.value >= 0 ? '+' : ''
      return `${range}; ${sign}${percent(worsening.value)}${within} ${change === 'not shown' ? 'no change shown' : change}`
    }),
  ]
}

function candidateRow({ candidate, values }: CandidateRow): string[] {
  return [
    candidate,
    ...values.map((value) => {
      if (!value) return 'not in this run'
      const { outcome, evidence, usdPerMonth, latencyMs, percentile } = value
      return [
        outcome,
        usdPerMonth && formatUsdRange(usdPerMonth),
        latencyMs && `${percentile} ${formatRange(latencyMs, formatMs)}`,
        evidence,
      ]
        .filter(Boolean)
        .join(', ')
    }),
  ]
}

function footnote({ book }: Comparison): string {
  return (
    'In brackets 95% intervals, of a modelled figure its range. Changes are from A; positive is worse, and its near ' +
    `edge is at 99% over all figures, its far one at 95%. All are priced by the same book, of ${book}.`
  )
}
