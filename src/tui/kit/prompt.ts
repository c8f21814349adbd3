import { clip, type Line, span, textWidth } from './line.ts'

/** What is being typed, its end in view and a cursor after it: `/vertex█`. */
export function promptLine(mark: string, text: string, width: number, hint = ''): Line {
  const room = Math.max(1, width - textWidth(mark) - 1)
  const shown = tail(text, room)
  const left = room - textWidth(shown)
  return [
    span(mark, 'heading'),
    span(shown),
    { text: ' ', inverse: true },
    ...(hint && left > 4 ? [span(clip(` ${hint}`, left), 'dim')] : []),
  ]
}

function tail(text: string, width: number): string {
  let shown = text
  while (textWidth(shown) > width) shown = shown.slice([...shown][0]?.length ?? 1)
  return shown
}
