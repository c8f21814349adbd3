import type { GateResult } from '../../gate/gate-result.ts'
import type { ReportOptions } from '../index.ts'
import { gateAnnotations } from './annotations.ts'
import { gateJson } from './json.ts'
import { gateJunit } from './junit.ts'
import { gateMarkdown } from './markdown.ts'
import { gateTerminal } from './terminal.ts'

/** Every format of a gate: a pure function of its result. What draws charts is loaded when it is used. */
export const GATE_REPORTS = {
  terminal: gateTerminal,
  markdown: gateMarkdown,
  json: gateJson,
  junit: gateJunit,
  html: async (result) => (await import('./html.ts')).gateHtml(result),
  annotations: gateAnnotations,
} as const satisfies Record<string, (result: GateResult, options: ReportOptions) => string | Promise<string>>
