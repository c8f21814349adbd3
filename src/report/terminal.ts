import { styleText } from 'node:util'
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'
import { alternativeSentences } from '../advise/alternatives.ts'
import { shownPercentile } from '../advise/explain.ts'
import { outlookSentences } from '../advise/outlook.ts'
import type { Advice, Verdict } from '../core/advice.ts'
import { formatMs } from '../core/units.ts'
import { spendSentence } from './deployments.ts'
import { explainVariant } from './explain-variant.ts'
import {
  briefCost,
  briefLatency,
  formatBook,
  formatSlo,
  formatTraffic,
  label,
  sharedRegion,
  shortName,
} from './figures.ts'
import type { ReportOptions } from './index.ts'
import { plainTexts } from './plain-text.ts'
import { timedWhere } from './timed-where.ts'

type Style = Parameters<typeof styleText>[0]

/** Outcome told by symbol, word and colour, so that any one of them is enough. */
const MARKS: Readonly<Record<Verdict['outcome'], { symbol: string; style: Style }>> = {
  meets: { symbol: '✓', style: 'green' },
  undecided: { symbol: '?', style: 'yellow' },
  misses: { symbol: '✗', style: 'red' },
  unpriced: { symbol: '$', style: 'yellow' },
  refused: { symbol: '-', style: 'gray' },
  untested: { symbol: '·', style: 'gray' },
}

/** Columns that are read as numbers, aligned at their right end. */
const NUMBERS = new Set([2, 4])

/** Blanks between columns, and before the first for its symbol. */
const GAP = 2
/** A terminal that leaves less than this for names gets no columns. */
const LEAST_NAME = 22

type Layout =
  | { readonly kind: 'columns'; readonly widths: readonly number[] }
  | { readonly kind: 'stacked'; readonly percentile: string }

interface Page {
  readonly columns: number
  readonly paint: (style: Style, text: string) => string
}

/** The advice for a terminal: recommendation first, then a row and a reason for every candidate. */
export function terminalReport(given: Advice, { width, color }: ReportOptions): string {
  const advice = plainTexts(given)
  const paint: Page['paint'] = (style, text) =>
    color ? styleText(style, text, { validateStream: false }) : text
  const page = { columns: Math.max(24, Math.min(width, 110)), paint }
  return [
    ...heading(advice, page),
    '',
    ...recommendation(advice, page),
    '',
    ...table(advice, page),
    '',
    ...others(advice, page),
    ...(advice.variants?.length ? [...variantLines(advice.variants, page), ''] : []),
    ...footer(advice, page),
    '',
  ].join('\n')
}

function heading(advice: Advice, page: Page): string[] {
  const parts = [formatTraffic(advice.traffic), formatSlo(advice.slo), sharedRegion(advice)]
  return wrapped(`${page.paint('bold', advice.scenario.name)}  ${parts.filter(Boolean).join('  ')}`, page)
}

/** What else is worth a look, and what other traffic would change; each hangs. */
function others(advice: Advice, page: Page): string[] {
  const sentences = [
    ...(advice.cloud ? [spendSentence(advice.cloud)] : []),
    ...alternativeSentences(advice),
    ...(advice.outlook ? outlookSentences(advice.outlook, advice.cheapest) : []),
  ]
  const lines = sentences.flatMap((sentence) => hanging(sentence, page))
  return lines.length > 0 ? [...lines, ''] : []
}

/** The sentence that names the winner stands out; all of them hang, so that each can be told from the next. */
function recommendation(advice: Advice, page: Page): string[] {
  return advice.recommendation.flatMap((sentence, index) => {
    return hanging(index === 1 ? page.paint('bold', sentence) : sentence, page)
  })
}

function hanging(sentence: string, page: Page): string[] {
  const [first = '', ...rest] = wrapped(sentence, page, 2)
  return [first.slice(2), ...rest]
}

function table(advice: Advice, page: Page): string[] {
  const percentile = shownPercentile(advice.slo)
  const region = sharedRegion(advice)
  const head = ['candidate', 'outcome', 'USD/month', '', percentile, '']
  const rows = advice.verdicts.map((verdict) => [
    shortName(verdict, region),
    label(verdict, advice),
    ...briefCost(verdict),
    ...briefLatency(verdict, percentile),
  ])
  const widths = head.map((title, index) => widest([title, ...rows.map((row) => row[index] ?? '')]))
  const figures = widths.slice(1).reduce((total, each) => total + each + GAP, GAP)
  const nameWidth = Math.min(widths[0] ?? 0, page.columns - figures)
  const layout: Layout =
    nameWidth >= LEAST_NAME
      ? { kind: 'columns', widths: [nameWidth, ...widths.slice(1)] }
      : { kind: 'stacked', percentile }
  const lines = advice.verdicts.flatMap((verdict, index) => {
    const { symbol, style } = MARKS[verdict.outcome]
    const row = layoutRow(symbol, rows[index] ?? [], layout, page)
    return [...row.map((line) => page.paint(style, line)), ...reasons(verdict, advice, page)]
  })
  const title = layout.kind === 'columns' ? [page.paint('bold', `  ${joinCells(head, layout.widths)}`)] : []
  const legend = lines.some((line) => line.includes('~'))
    ? ['', ...wrapped('~ modelled, not measured; ranges beside it', page)]
    : []
  return [...title, ...lines, ...legend]
}

/** The first reason; the recommendation has already given those of the cheapest. */
function reasons(verdict: Verdict, advice: Advice, page: Page): string[] {
  if (verdict.candidate.name === advice.cheapest) return []
  return wrapped(verdict.reasons[0] ?? '', page, 4).map((line) => page.paint('dim', line))
}

/** In columns where they fit, a name that is too long on a line of its own; else the figures beneath the name. */
function layoutRow(symbol: string, cells: readonly string[], layout: Layout, page: Page): string[] {
  const [name = '', ...figures] = cells
  const named = wrapped(name, page, GAP).map((line, index) => (index === 0 ? symbol + line.slice(1) : line))
  if (layout.kind === 'stacked')
    return [...named, ...wrapped(stackedFigures(figures, layout.percentile), page, GAP)]
  if (stringWidth(name) <= (layout.widths[0] ?? 0)) return [`${symbol} ${joinCells(cells, layout.widths)}`]
  const rest = figures.some(Boolean) ? [`  ${joinCells(['', ...figures], layout.widths)}`] : []
  return [...named, ...rest]
}

/** `meets  ~$146 a month (104–171)  p95 ~81.9 ms (52.6–148)`: without columns, each figure says what it is. */
function stackedFigures(figures: readonly string[], percentile: string): string {
  const [outcome = '', cost, costRange, latency, latencyRange] = figures
  const within = (range: string | undefined) => (range ? ` (${range})` : '')
  const money = cost ? `${cost.replace(/^(~?)/, '$1$$')} a month${within(costRange)}` : ''
  const time = latency ? `${percentile} ${latency}${within(latencyRange)}` : ''
  return [outcome, money, time].filter(Boolean).join('  ')
}

function joinCells(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, index) => {
    const space = ' '.repeat((widths[index] ?? 0) - stringWidth(cell))
    return NUMBERS.has(index) ? space + cell : cell + space
  })
  return padded.join(' '.repeat(GAP)).trimEnd()
}

/** A line or two for each: never a speed without its accuracy. */
function variantLines(variants: NonNullable<Advice['variants']>, page: Page): string[] {
  return [
    page.paint('bold', 'Variants of the model'),
    ...variants.flatMap((each) => wrapped(explainVariant(each), page, 2)),
  ]
}

function footer({ profile, book, warnings, assumptions }: Advice, page: Page): string[] {
  const settings = profile?.settings.map(({ threads, serviceMs }) => {
    return `${formatMs(serviceMs.p50)} with ${threads} thread${threads === 1 ? '' : 's'}`
  })
  const startUp = formatMs(profile?.startUpMs.median.totalMs ?? 0)
  const measured = profile
    ? `${timedWhere(profile)}: service time p50 ${settings?.join(', ')}; start-up ${startUp}.`
    : undefined
  const rest = `${formatBook(book)}; ${assumptions.length} assumptions, bills and SKUs are in the report.`
  return [...warnings.map((warning) => `Warning: ${warning}.`), measured, rest].flatMap((line) =>
    line === undefined ? [] : wrapped(line, page),
  )
}

function widest(cells: readonly string[]): number {
  return Math.max(...cells.map((cell) => stringWidth(cell)))
}

function wrapped(text: string, { columns }: Page, indent = 0): string[] {
  const lines = wrapAnsi(text, columns - indent, { hard: true }).split('\n')
  return lines.map((line) => ' '.repeat(indent) + line)
}
