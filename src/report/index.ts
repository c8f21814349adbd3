import type { Advice } from '../core/advice.ts'

export interface ReportOptions {
  /** Columns of the terminal. */
  readonly width: number
  readonly color: boolean
}

export type Report = (advice: Advice, options: ReportOptions) => string | Promise<string>

/** Every report format: a pure function of the advice, loaded when it is used. */
export const REPORTS = {
  terminal: async () => (await import('./terminal.ts')).terminalReport,
  markdown: async () => (await import('./markdown.ts')).markdownReport,
  json: async () => (await import('./json.ts')).jsonReport,
  /** Draws charts, and loads what draws them. */
  html: async () => (await import('./html/index.ts')).htmlReport,
  csv: async () => (await import('./csv.ts')).csvReport,
  junit: async () => (await import('./junit.ts')).junitReport,
  annotations: async () => (await import('./annotations.ts')).annotationsReport,
} as const satisfies Readonly<Record<string, () => Promise<Report>>>

export type ReportFormat = keyof typeof REPORTS

export async function writeReport(
  format: ReportFormat,
  advice: Advice,
  options: ReportOptions = { width: 100, color: false },
): Promise<string> {
  const report: Report = await REPORTS[format]()
  return report(advice, options)
}
