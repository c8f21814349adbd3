import { clipLine, type Line, lineWidth, type Span, span } from './line.ts'

/** What is at the left, and at the right where there is room for both. */
export function statusLine(left: Line, right: Line, width: number): Line {
  const space = width - lineWidth(left) - lineWidth(right)
  return space < 1 ? clipLine(left, width) : [...left, span(' '.repeat(space)), ...right]
}

/** Names of views with the current one marked, by brackets too: `[1 Candidates] 2 Why`. Short where they must be. */
export function tabs(names: readonly string[], current: number, width: number): Line {
  const tab = (name: string, index: number): Span =>
    index === current ? { text: `[${index + 1} ${name}]`, role: 'heading' } : span(` ${index + 1} ${name} `)
  const full = names.map(tab)
  if (lineWidth(full) <= width) return full
  const brief = names.map((name, index) =>
    index === current ? tab(name, index) : span(` ${index + 1} `, 'dim'),
  )
  return clipLine(brief, width)
}
