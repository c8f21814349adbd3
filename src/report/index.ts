import type { Advice } from '../core/advice.ts'
import { jsonReport } from './json.ts'
import { markdownReport } from './markdown.ts'
import { terminalReport } from './terminal.ts'

export interface ReportOptions {
  /** Columns of the terminal. */
  readonly width: number
  readonly color: boolean
}

/** Every report format: a pure function of the advice. */
export const REPORTS = {
  terminal: terminalReport,
  markdown: markdownReport,
  json: jsonReport,
  /** Draws charts, and loads what draws them only then. */
  html: async (advice: Advice): Promise<string> => (await import('./html/index.ts')).htmlReport(advice),
} as const satisfies Record<string, (advice: Advice, options: ReportOptions) => string | Promise<string>>
