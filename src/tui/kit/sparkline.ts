import { type Span, span } from './line.ts'
import type { Role } from './theme.ts'

export const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/**
 * A row of bars, one for each value, the last `width` of them where there are more: `▁▂▄█▃`. What is not known (null
 * or not finite) is a blank. Heights are shares of `most`, or of the highest value.
 */
export function sparkline(
  values: readonly (number | null)[],
  { width = values.length, most, role = 'accent' }: { width?: number; most?: number; role?: Role } = {},
): Span {
  const shown = values.slice(-width)
  const top = most ?? Math.max(0, ...shown.filter((value): value is number => isKnown(value)))
  const bar = (value: number | null) => (isKnown(value) ? block(value, top) : ' ')
  return span(shown.map(bar).join(''), role)
}

function isKnown(value: number | null): value is number {
  return value !== null && Number.isFinite(value)
}

function block(value: number, top: number): string {
  const share = top > 0 ? Math.min(1, Math.max(0, value / top)) : 0
  return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(share * BLOCKS.length))] ?? ' '
}
