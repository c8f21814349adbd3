import type { Advice } from '../core/advice.ts'
import { jsonText } from './json-text.ts'

/** The advice itself. What is infinite (a queue that grows without end) is null, as JSON has no infinity. */
export function jsonReport(advice: Advice): string {
  return jsonText(advice)
}
