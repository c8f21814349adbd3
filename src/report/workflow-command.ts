import { plainText } from './plain-text.ts'

/** A line that a GitHub runner turns into an annotation when a step prints it. */
export function workflowCommand(level: 'error' | 'warning' | 'notice', title: string, text: string): string {
  return `::${level} title=${property(title)}::${data(text)}`
}

/** As the runner's toolkit escapes: of line ends none is left, but a percent sign would be read as the start of one. */
function data(text: string): string {
  return plainText(text).replaceAll('%', '%25')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
