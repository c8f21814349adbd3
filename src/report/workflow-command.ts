import { plainText } from './plain-text.ts'

const MOST_OF_LEVEL = 10

/** A line that a GitHub runner turns into an annotation when a step prints it. */
export function workflowCommand(level: 'error' | 'warning' | 'notice', title: string, text: string): string {
  return `::${level} title=${property(title)}::${data(text)}`
}

/**
 * GitHub shows ten annotations of each level in a step; what is beyond would be lost without a word.
 *
 * @param lines of one level, the most important first
 * @param rest the line that says how many more there are
 */
export function capAnnotations(lines: readonly string[], rest: (left: number) => string): string[] {
  if (lines.length <= MOST_OF_LEVEL) return [...lines]
  const shown = lines.slice(0, MOST_OF_LEVEL - 1)
  return [...shown, rest(lines.length - shown.length)]
}

/** As the runner's toolkit escapes: of line ends none is left, but a percent sign would be read as the start of one. */
function data(text: string): string {
  return plainText(text).replaceAll('%', '%25')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
