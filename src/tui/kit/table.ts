import { clip, inverted, type Line, padTo, type Span, span, textWidth } from './line.ts'

type Cell = string | Span

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => Cell
  readonly align?: 'left' | 'right'
  /** Which columns go first where the width does not do for all: those with the highest number. */
  readonly keep: number
  /** Takes what the others leave, but not less than this. */
  readonly least?: number
}

export interface TableOptions {
  readonly width: number
  /** Rows of the terminal, the heading among them. */
  readonly height: number
  /** Row with the cursor; none where absent. */
  readonly cursor?: number
  /** First row shown; moved so that the cursor is seen. */
  readonly offset?: number
  /** Title of the column that the rows are sorted by, and a mark for its direction. */
  readonly sorted?: { readonly title: string; readonly mark: string }
}

const GAP = 2

/** Rows beneath a heading, with as many columns as the width has room for, and the rows around the cursor. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, height, cursor, offset = 0, sorted }: TableOptions,
): Line[] {
  const cells = rows.map((row) => columns.map((column) => asSpan(column.cell(row))))
  const titles = columns.map(({ title }) => (title === sorted?.title ? `${title}${sorted.mark}` : title))
  const natural = titles.map((title, index) =>
    Math.max(textWidth(title), ...cells.map((row) => textWidth(row[index]?.text ?? ''))),
  )
  const shown = chooseColumns(columns, natural, width)
  const widths = spread(columns, natural, shown, width)
  const layout = (row: readonly Span[]): Line => joinCells(row, columns, shown, widths)
  const heading = layout(titles.map((title) => span(title, 'heading')))
  const room = Math.max(0, height - 1)
  const first = scrolled(offset, cursor ?? 0, rows.length, room)
  const body = cells.slice(first, first + room).map((row, index) => {
    const drawn = layout(row)
    return first + index === cursor ? inverted(padded(drawn, width)) : drawn
  })
  return height < 1 ? [] : [heading, ...body]
}

/** The first row to show so that the cursor is among the `room` rows shown, as near to `offset` as may be. */
export function scrolled(offset: number, cursor: number, count: number, room: number): number {
  const most = Math.max(0, count - room)
  const least = Math.max(0, cursor - room + 1)
  return Math.min(most, Math.max(least, Math.min(offset, cursor)))
}

/** Indices of the columns that padTo, in their order; the one kept first is always there. */
function chooseColumns<Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  width: number,
): number[] {
  const byKeep = columns
    .map((_, index) => index)
    .sort((a, b) => (columns[a]?.keep ?? 0) - (columns[b]?.keep ?? 0))
  const chosen: number[] = []
  let used = -GAP
  for (const index of byKeep) {
    const least = Math.min(columns[index]?.least ?? Number.POSITIVE_INFINITY, natural[index] ?? 0)
    if (chosen.length > 0 && used + GAP + least > width) break
    used += GAP + least
    chosen.push(index)
  }
  return chosen.sort((a, b) => a - b)
}

/** Widths of the columns that are shown: those that may shrink share what the others leave. */
function spread<Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  shown: readonly number[],
  width: number,
): ReadonlyMap<number, number> {
  let excess = shown.reduce((sum, index) => sum + (natural[index] ?? 0) + GAP, -GAP) - width
  const widths = new Map(shown.map((index) => [index, natural[index] ?? 0]))
  for (const index of shown) {
    const own = natural[index] ?? 0
    const least = shown.length === 1 ? 1 : Math.min(columns[index]?.least ?? own, own)
    const given = Math.min(Math.max(0, excess), own - least)
    widths.set(index, own - given)
    excess -= given
  }
  return widths
}

function joinCells<Row>(
  row: readonly Span[],
  columns: readonly Column<Row>[],
  shown: readonly number[],
  widths: ReadonlyMap<number, number>,
): Line {
  return shown.flatMap((index, place) => {
    const cell = row[index] ?? { text: '' }
    const width = widths.get(index) ?? 0
    const isLast = place === shown.length - 1
    const align = columns[index]?.align ?? 'left'
    const text = isLast && align === 'left' ? clip(cell.text, width) : padTo(cell.text, width, align)
    return [...(place > 0 ? [span(' '.repeat(GAP))] : []), { ...cell, text }]
  })
}

function padded(spans: Line, width: number): Line {
  const used = spans.reduce((sum, { text }) => sum + textWidth(text), 0)
  return used < width ? [...spans, span(' '.repeat(width - used))] : spans
}

function asSpan(cell: Cell): Span {
  return typeof cell === 'string' ? { text: cell } : cell
}
