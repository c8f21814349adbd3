import { clipLine, type Line, lineWidth, span } from './line.ts'

const GAP = '  '

/** Pieces side by side, as many in a line as fit; what follows the first line is indented. */
export function flowLines(pieces: readonly Line[], width: number, indent = 0): Line[] {
  const lines: Line[] = []
  let current: Line = []
  for (const piece of pieces.filter((each) => lineWidth(each) > 0)) {
    const joined = current.length === 0 ? piece : [...current, span(GAP), ...piece]
    if (lineWidth(joined) <= width) current = joined
    else {
      if (current.length > 0) lines.push(current)
      current = current.length > 0 || lines.length > 0 ? [span(' '.repeat(indent)), ...piece] : piece
    }
  }
  return [...lines, current].map((each) => clipLine(each, width))
}
