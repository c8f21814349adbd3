import stringWidth from 'string-width'
import type { Role } from './theme.ts'

/** A stretch of text in one style. */
export interface Span {
  readonly text: string
  readonly role?: Role
  /** Dark on light, or the reverse: the cursor. It needs no colours. */
  readonly inverse?: boolean
}

/** One row of the terminal: what every part of the kit draws. */
export type Line = readonly Span[]

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Of control and of direction: what would move the cursor, or turn text around. */
const UNPRINTABLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu
const PRINTABLE_ASCII = /^[ -~]*$/
const graphemes = new Intl.Segmenter()
/** Of texts that were measured: most of a frame is in the next one too. */
const widths = new Map<string, number>()
const MOST_WIDTHS = 10_000

export function span(text: string, role?: Role): Span {
  return role === undefined ? { text } : { text, role }
}

/** What came from outside, without anything that a terminal would obey; a line break is a blank. */
export function clean(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(/\s/g, ' ').replace(UNPRINTABLE, '')
}

/** Columns that the text takes: wide characters two, combining ones none. */
export function textWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  const known = widths.get(text)
  if (known !== undefined) return known
  const width = stringWidth(text)
  if (widths.size > MOST_WIDTHS) widths.clear()
  widths.set(text, width)
  return width
}

export function lineWidth(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + textWidth(text), 0)
}

export function lineText(spans: Line): string {
  return spans.map(({ text }) => text).join('')
}

/** At most `width` columns of the text; what is cut ends in an ellipsis. */
export function clip(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  return width < 1 ? '' : `${head(text, width - 1)}…`
}

/** The first graphemes that fit into `width` columns. */
function head(text: string, width: number): string {
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, width)
  let [taken, used] = ['', 0]
  for (const { segment } of graphemes.segment(text)) {
    used += textWidth(segment)
    if (used > width) break
    taken += segment
  }
  return taken
}

/** Exactly `width` columns. */
export function padTo(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const clipped = clip(text, width)
  const space = ' '.repeat(Math.max(0, width - textWidth(clipped)))
  return align === 'right' ? space + clipped : clipped + space
}

/** At most `width` columns of the line, its styles kept. */
export function clipLine(spans: Line, width: number): Line {
  if (lineWidth(spans) <= width) return spans
  let left = width
  const kept: Span[] = []
  for (const each of spans) {
    const taken = textWidth(each.text)
    // The span that reaches the end may fit by itself and still be followed by something.
    const isCut = taken > left || (taken === left && spans.indexOf(each) < spans.length - 1)
    kept.push(
      isCut ? { ...each, text: taken > left ? clip(each.text, left) : clip(`${each.text} `, left) } : each,
    )
    left -= taken
    if (left <= 0) break
  }
  return kept
}

/** Exactly `width` columns; the blanks are as the last span is where that is the cursor's. */
export function fitLine(spans: Line, width: number): Line {
  const clipped = clipLine(spans, width)
  const space = width - lineWidth(clipped)
  if (space <= 0) return clipped
  const inverse = clipped.at(-1)?.inverse
  return [...clipped, { text: ' '.repeat(space), ...(inverse ? { inverse } : {}) }]
}

/** The line as the cursor marks it. */
export function inverted(spans: Line): Line {
  return spans.map((each) => ({ ...each, inverse: true }))
}

/** Text broken at blanks into lines of `width` columns, further ones indented. A word that is too long is cut up. */
export function wrapText(
  text: string,
  width: number,
  { role, indent = 0 }: { role?: Role; indent?: number } = {},
): Line[] {
  const room = Math.max(1, width)
  const lines: string[] = []
  let current = /^ */.exec(text)?.[0] ?? ''
  for (const word of clean(text).trimStart().split(' ')) {
    for (const piece of pieces(word, Math.max(1, room - indent))) {
      const joined = current.trim() === '' ? current + piece : `${current} ${piece}`
      if (current.trim() !== '' && textWidth(joined) > room) {
        lines.push(current)
        current = ' '.repeat(indent) + piece
      } else current = textWidth(joined) > room ? piece : joined
    }
  }
  return [...lines, current].map((each) => [span(each, role)])
}

function pieces(word: string, width: number): string[] {
  const found: string[] = []
  let rest = word
  while (textWidth(rest) > width) {
    const piece = head(rest, width) || [...rest].slice(0, 1).join('')
    found.push(piece)
    rest = rest.slice(piece.length)
  }
  return [...found, rest]
}
