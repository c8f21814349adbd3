import wrapAnsi from 'wrap-ansi'
import type { Comparison } from '../../gate/comparison.ts'
import { plainTexts } from '../plain-text.ts'
import { type ComparisonPart, comparisonParts } from './parts.ts'

/** Runs side by side for a terminal: the answer, then every figure with a line of each run. */
export function comparisonText(comparison: Comparison, { width }: { readonly width: number }): string {
  const fold = (text: string, indent = 0) =>
    wrapAnsi(text, Math.max(24, width - indent), { hard: true })
      .split('\n')
      .map((line, index) => ' '.repeat(index === 0 ? indent : indent + 2) + line)
  const lines = comparisonParts(plainTexts(comparison)).flatMap((part) => partLines(part, fold))
  return `${lines.join('\n').trimEnd()}\n`
}

function partLines(part: ComparisonPart, fold: (text: string, indent?: number) => string[]): string[] {
  if (part.kind === 'sentences') return [...part.sentences.flatMap((sentence) => fold(sentence)), '']
  const rows = part.rows.flatMap(([name = '', ...values]) => [
    ...fold(name, 2),
    ...values.flatMap((value, index) => (value ? fold(`${part.head[index + 1]}  ${value}`, 4) : [])),
  ])
  return part.rows.length === 0 ? [] : [part.title, ...rows, '']
}
