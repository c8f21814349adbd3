import { type Line, lineWidth, span } from './line.ts'

export interface KeyHint {
  /** As a user reads it: `↑↓`, `Enter`, `q`. */
  readonly key: string
  readonly label: string
}

/** Keys and what they do, as many as padTo, those first that come first: ` ↑↓ move  Enter why  q quit`. */
export function keyBar(hints: readonly KeyHint[], width: number): Line {
  let bar: Line = []
  for (const { key, label } of hints) {
    const next = [...bar, span(bar.length > 0 ? '  ' : ''), span(key, 'heading'), span(` ${label}`)]
    if (lineWidth(next) > width) break
    bar = next
  }
  return bar
}
