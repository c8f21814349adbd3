import type { Comparison } from '../../gate/comparison.ts'
import { markdownBullets, markdownDetails, markdownTable, markdownText } from '../markdown-text.ts'
import { plainTexts } from '../plain-text.ts'
import { type ComparisonPart, comparisonParts } from './parts.ts'

/** Runs side by side for a pull request: the answer first, the candidates folded away. */
export function comparisonMarkdown(comparison: Comparison): string {
  const parts = comparisonParts(plainTexts(comparison)).filter(
    (part) => part.kind === 'sentences' || part.rows.length > 0,
  )
  return `${['## Runs side by side', ...parts.map(partOf)].join('\n\n')}\n`
}

function partOf(part: ComparisonPart): string {
  if (part.kind === 'sentences') return markdownBullets(part.sentences.map(markdownText))
  const rows = part.rows.map((row) => row.map(markdownText))
  const table = markdownTable(part.head.map(markdownText), rows)
  return part.folded ? markdownDetails(part.title, [table]) : `### ${markdownText(part.title)}\n\n${table}`
}
