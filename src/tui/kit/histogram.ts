import { clip, type Line, padTo, type Span, span, textWidth } from './line.ts'
import { scaleOf } from './scale.ts'
import { BLOCKS } from './sparkline.ts'

export interface HistogramOptions {
  readonly width: number
  /** Rows, that of the axis and that of its labels among them. */
  readonly height: number
  readonly format: (value: number) => string
  /** A value that splits good from bad, e.g. the SLO: bars beyond it are drawn as bad, and it is marked. */
  readonly limit?: number
}

/** How often values of each size came, as bars from the least to the highest; a log axis where they span far. */
export function histogramLines(values: readonly number[], options: HistogramOptions): Line[] {
  const { width, height, format, limit } = options
  const bars = Math.max(1, height - 2)
  if (values.length === 0) return [[span(clip('nothing yet', width), 'dim')]]
  const scale = scaleOf(limit === undefined ? values : [...values, limit])
  const counts = new Array<number>(width).fill(0)
  const column = (value: number) => Math.min(width - 1, Math.floor(scale.at(value) * width))
  for (const value of values) counts[column(value)] = (counts[column(value)] ?? 0) + 1
  const most = Math.max(...counts)
  const limitColumn = limit === undefined ? undefined : column(limit)
  const rows = Array.from({ length: bars }, (_, row) =>
    counts.map((count, index) => barCell(count / most, bars - 1 - row, bars, index, limitColumn)),
  )
  return [...rows.map(groupCells), axisLine(scale, width, limitColumn), labelLine(scale, width, format)]
}

function barCell(
  share: number,
  fromBottom: number,
  bars: number,
  index: number,
  limit: number | undefined,
): Span {
  const eighths = Math.round(share * bars * 8) - fromBottom * 8
  const least = share > 0 && fromBottom === 0 ? 1 : 0
  const filled = Math.min(8, Math.max(least, eighths))
  const text = filled > 0 ? (BLOCKS[filled - 1] ?? ' ') : index === limit ? '┃' : ' '
  if (filled === 0) return index === limit ? span(text, 'heading') : span(text)
  return span(text, limit !== undefined && index > limit ? 'bad' : 'accent')
}

function groupCells(cells: readonly Span[]): Line {
  const spans: Span[] = []
  for (const cell of cells) {
    const last = spans.at(-1)
    if (last && last.role === cell.role) spans[spans.length - 1] = { ...last, text: last.text + cell.text }
    else spans.push(cell)
  }
  return spans
}

type Ticked = Pick<ReturnType<typeof scaleOf>, 'ticks' | 'at'>

function axisLine(scale: Ticked, width: number, limit: number | undefined): Line {
  const cells = Array.from({ length: width }, () => '─')
  for (const tick of ticksOf(scale, width))
    cells[Math.min(width - 1, Math.floor(scale.at(tick) * width))] = '┴'
  if (limit !== undefined) cells[limit] = '┃'
  return [span(cells.join(''), 'dim')]
}

/** Labels beneath their ticks; one that would touch the one before it is left out. */
export function labelLine(scale: Ticked, width: number, format: (value: number) => string): Line {
  let text = ''
  for (const tick of ticksOf(scale, width)) {
    const label = format(tick)
    const start = Math.round(scale.at(tick) * width - textWidth(label) / 2)
    const place = Math.max(0, Math.min(width - textWidth(label), start))
    if (place < textWidth(text) + (text === '' ? 0 : 1)) continue
    text = padTo(text, place) + label
  }
  return [span(clip(text, width), 'dim')]
}

export function ticksOf({ ticks }: Ticked, width: number): readonly number[] {
  return ticks(Math.max(2, Math.floor(width / 12)))
}
