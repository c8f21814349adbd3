import type { Line } from '../../kit/line.ts'

/** As many lines as there is room for, from `scroll` on, but never beyond the end. */
export function scrolledLines(lines: readonly Line[], scroll: number, rows: number): readonly Line[] {
  const most = Math.max(0, lines.length - rows)
  const first = Math.min(scroll, most)
  return lines.slice(first, first + Math.max(0, rows))
}
