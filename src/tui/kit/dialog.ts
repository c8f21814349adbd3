import { clipLine, fitLine, type Line, lineWidth, type Size, span } from './line.ts'

/** Text in a box, no larger than the terminal: its title in the upper edge, what to press in the lower one. */
export function dialogLines(title: string, body: readonly Line[], hint: string, size: Size): Line[] {
  const inner = Math.min(
    Math.max(1, size.columns - 4),
    Math.max(title.length + 2, hint.length + 2, ...body.map(lineWidth)),
  )
  const shown = body.slice(0, Math.max(0, size.rows - 2))
  const edge = (text: string, left: string, right: string): Line => {
    const label = clipLine([span(text ? ` ${text} ` : '', 'heading')], inner)
    return [
      span(`${left}─`),
      ...label,
      span(`${'─'.repeat(Math.max(0, inner + 1 - lineWidth(label)))}${right}`),
    ]
  }
  return [
    edge(title, '┌', '┐'),
    ...shown.map((line): Line => [span('│ '), ...fitLine(line, inner), span(' │')]),
    edge(hint, '└', '┘'),
  ]
}

/** The lines with a box in their middle: what is beneath the box, and beside it, is blank. */
export function overlay(lines: readonly Line[], box: readonly Line[], { columns, rows }: Size): Line[] {
  const top = Math.max(0, Math.floor((rows - box.length) / 2))
  const left = Math.max(0, Math.floor((columns - Math.max(0, ...box.map(lineWidth))) / 2))
  return Array.from({ length: rows }, (_, row) => {
    const inBox = box[row - top]
    if (inBox) return clipLine([span(' '.repeat(left)), ...inBox], columns)
    return lines[row] ?? []
  })
}
