import type { ReportOptions } from '../report/index.ts'

/** How wide stdout is, and whether it is to be coloured. */
export function terminalOptions(): ReportOptions {
  const width = process.stdout.columns ?? 80
  const color = process.stdout.hasColors?.() === true && !process.env.NO_COLOR
  return { width, color }
}
