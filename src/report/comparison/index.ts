import type { Comparison } from '../../gate/comparison.ts'
import { jsonText } from '../json-text.ts'
import { comparisonMarkdown } from './markdown.ts'
import { comparisonText } from './text.ts'

/** Every format of a comparison: a pure function of it. */
export const COMPARISON_REPORTS = {
  text: comparisonText,
  markdown: comparisonMarkdown,
  json: jsonText,
} as const satisfies Record<string, (comparison: Comparison, options: { readonly width: number }) => string>
