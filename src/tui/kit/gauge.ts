import { type Line, type Span, span } from './line.ts'
import type { Role } from './theme.ts'

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** How much of something is used up: `██████▌░░░░`, `width` columns, eighths of a column told apart. */
export function gauge(share: number, width: number, role: Role = 'accent'): Span[] {
  const bounded = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : share > 0 ? 1 : 0
  const eighths = Math.round(bounded * width * 8)
  const full = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
  return [span(full, role), span('░'.repeat(Math.max(0, width - Math.ceil(eighths / 8))), 'dim')]
}

export interface Interval {
  readonly low: number
  readonly value: number
  readonly high: number
}

/**
 * A value with its interval, and a limit, on an axis from `from` to `to`: `   ├──●───┤   ┃`. An end beyond the axis is
 * an arrow.
 */
export function intervalBar(
  { low, value, high }: Interval,
  { from, to, limit, width, role }: { from: number; to: number; limit?: number; width: number; role?: Role },
): Line {
  const place = (each: number) =>
    Math.round(Math.min(1, Math.max(0, (each - from) / (to - from || 1))) * (width - 1))
  const cells = Array.from({ length: width }, () => span(' '))
  const put = (index: number, text: string, as?: Role) => {
    if (index >= 0 && index < width) cells[index] = span(text, as)
  }
  for (let index = place(low); index <= place(high); index++) put(index, '─', role)
  put(place(low), low < from ? '◀' : '├', role)
  put(place(high), high > to ? '▶' : '┤', role)
  put(place(value), '●', role)
  if (limit !== undefined && limit >= from && limit <= to) put(place(limit), '┃', 'heading')
  return joined(cells)
}

/** Neighbours of one style in one span. */
export function joined(cells: readonly Span[]): Line {
  const spans: Span[] = []
  for (const cell of cells) {
    const last = spans.at(-1)
    if (last && last.role === cell.role && last.inverse === cell.inverse) {
      spans[spans.length - 1] = { ...last, text: last.text + cell.text }
    } else spans.push(cell)
  }
  return spans
}
