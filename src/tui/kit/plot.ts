import { joined } from './gauge.ts'
import { labelLine, ticksOf } from './histogram.ts'
import { clip, type Line, padTo, type Span, span, textWidth } from './line.ts'
import { type Scale, scaleOf } from './scale.ts'
import type { Role } from './theme.ts'

export interface Mark {
  readonly x: number
  readonly y: number
  readonly symbol: string
  readonly role?: Role
  /** The cursor is on it: drawn over all others, in reverse. */
  readonly isChosen?: boolean
}

export interface PlotOptions {
  readonly width: number
  readonly height: number
  readonly formatX: (value: number) => string
  readonly formatY: (value: number) => string
  readonly titleX: string
  readonly titleY: string
  /** Points joined by a line, e.g. the frontier. */
  readonly path?: readonly { readonly x: number; readonly y: number }[]
  /** A value of y that splits good from bad. */
  readonly limitY?: number
}

/** Dots of a braille character: two columns of four. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const
const BRAILLE = 0x2800

/** Marks on two axes, each logarithmic where its values span far, and a path of braille dots beneath them. */
export function plotLines(marks: readonly Mark[], options: PlotOptions): Line[] {
  const { width, height, formatX, formatY, titleX, titleY, path = [], limitY } = options
  const usable = marks.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  if (usable.length === 0) return [[span(clip('nothing to plot', width), 'dim')]]
  const x = scaleOf(usable.map((mark) => mark.x))
  const y = scaleOf([...usable.map((mark) => mark.y), ...(limitY === undefined ? [] : [limitY])])
  const rows = Math.max(1, height - 3)
  const labels = labelsOfY(y, rows, formatY)
  const margin = Math.max(...[...labels.values()].map(textWidth)) + 1
  const columns = Math.max(1, width - margin - 1)
  const canvas = newCanvas(columns, rows)
  if (limitY !== undefined) drawLimit(canvas, y.at(limitY))
  drawPath(
    canvas,
    path.map((point) => [x.at(point.x), y.at(point.y)] as const),
  )
  for (const mark of [...usable].sort(byImportance)) putMark(canvas, x.at(mark.x), y.at(mark.y), mark)
  const body = canvas.cells.map((row, index) => {
    const label = labels.get(index) ?? ''
    return [span(`${padTo(label, margin, 'right')}${label ? '┤' : '│'}`, 'dim'), ...joined(row)]
  })
  return [
    [span(clip(`${titleY}${y.isLog ? ' (log)' : ''}`, width), 'dim')],
    ...body,
    axis(x, columns, margin),
    [span(' '.repeat(margin + 1)), ...labelWithTitle(x, columns, formatX, titleX)],
  ].slice(0, Math.max(1, height))
}

function byImportance(a: Mark, b: Mark): number {
  return Number(a.isChosen ?? false) - Number(b.isChosen ?? false)
}

interface Canvas {
  readonly columns: number
  readonly rows: number
  readonly cells: Span[][]
}

function newCanvas(columns: number, rows: number): Canvas {
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => span(' ')))
  return { columns, rows, cells }
}

function cellAt({ columns, rows }: Canvas, x: number, y: number): readonly [row: number, column: number] {
  const column = Math.min(columns - 1, Math.floor(x * columns))
  return [Math.max(0, rows - 1 - Math.min(rows - 1, Math.floor(y * rows))), column]
}

function putMark(canvas: Canvas, x: number, y: number, { symbol, role, isChosen }: Mark): void {
  const [row, column] = cellAt(canvas, x, y)
  const line = canvas.cells[row]
  if (line) line[column] = { ...span(symbol, role), ...(isChosen ? { inverse: true } : {}) }
}

function drawLimit(canvas: Canvas, y: number): void {
  const [row] = cellAt(canvas, 0, y)
  const line = canvas.cells[row] ?? []
  for (let column = 0; column < line.length; column++) line[column] = span('╌', 'bad')
}

/** Steps along each stretch of the path, a dot at a time. */
function drawPath(canvas: Canvas, points: readonly (readonly [number, number])[]): void {
  for (const [index, [x1, y1]] of points.slice(1).entries()) {
    const [x0, y0] = points[index] ?? [x1, y1]
    const dots = Math.max(Math.abs(x1 - x0) * canvas.columns * 2, Math.abs(y1 - y0) * canvas.rows * 4, 1)
    for (let step = 0; step <= dots; step++) {
      const share = step / dots
      putDot(canvas, x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
    }
  }
}

function putDot(canvas: Canvas, x: number, y: number): void {
  const [row, column] = cellAt(canvas, x, y)
  const line = canvas.cells[row]
  if (!line) return
  const dotX = Math.min(canvas.columns * 2 - 1, Math.floor(x * canvas.columns * 2)) % 2
  const dotY = 3 - (Math.min(canvas.rows * 4 - 1, Math.floor(y * canvas.rows * 4)) % 4)
  const before = line[column]?.text.codePointAt(0) ?? 0
  const dots = before >= BRAILLE && before < BRAILLE + 256 ? before - BRAILLE : 0
  const dot = DOTS[dotX as 0 | 1]?.[dotY as 0 | 1 | 2 | 3] ?? 0
  line[column] = span(String.fromCodePoint(BRAILLE + (dots | dot)), 'accent')
}

/** Labels by row; ticks that share one show the first. */
function labelsOfY(
  scale: Scale,
  rows: number,
  format: (value: number) => string,
): ReadonlyMap<number, string> {
  const labels = new Map<number, string>()
  for (const tick of scale.ticks(Math.max(2, Math.floor(rows / 2)))) {
    const row = rows - 1 - Math.min(rows - 1, Math.floor(scale.at(tick) * rows))
    if (!labels.has(row)) labels.set(row, format(tick))
  }
  if (labels.size === 0) labels.set(rows - 1, format(scale.low))
  return labels
}

function axis(scale: Scale, columns: number, margin: number): Line {
  const cells = Array.from({ length: columns }, () => '─')
  for (const tick of ticksOf(scale, columns))
    cells[Math.min(columns - 1, Math.floor(scale.at(tick) * columns))] = '┬'
  return [span(`${' '.repeat(margin)}└${cells.join('')}`, 'dim')]
}

/** Labels of the axis, and its title at the right end where there is room. */
function labelWithTitle(
  scale: Scale,
  columns: number,
  format: (value: number) => string,
  title: string,
): Line {
  const name = `${title}${scale.isLog ? ' (log)' : ''}`
  const labels = labelLine(scale, columns, format)
  const used = textWidth(labels[0]?.text ?? '')
  if (used + 2 + textWidth(name) > columns) return labels
  return [...labels, span(padTo(name, columns - used, 'right'), 'dim')]
}
