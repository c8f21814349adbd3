import type { Advice, Verdict } from '../core/advice.ts'
import { capAnnotations, workflowCommand } from './workflow-command.ts'

/** What a run's annotations say of a candidate that did not make it; of the others the notice speaks. */
const LEVELS = { misses: 'warning', undecided: 'warning', unpriced: 'warning', untested: 'warning' } as const

/**
 * Lines that a GitHub runner turns into annotations: an error where nothing is sure to meet the SLO, else a notice of
 * what is cheapest; then the run's warnings and the candidates that fell short.
 */
export function annotationsReport(advice: Advice): string {
  const { cheapest, scenario, recommendation, warnings } = advice
  const title = `plimsoll: ${scenario.name}`
  const first = workflowCommand(cheapest === null ? 'error' : 'notice', title, recommendation.join(' '))
  const others = [
    ...warnings.map((warning) => workflowCommand('warning', title, warning)),
    ...advice.verdicts.flatMap((verdict) => shortOf(verdict)),
  ]
  const rest = (left: number) =>
    workflowCommand('warning', title, `${left} more: the other formats of the report have them all`)
  return `${[first, ...capAnnotations(others, rest)].join('\n')}\n`
}

function shortOf({ candidate, outcome, reasons }: Verdict): string[] {
  const level = (LEVELS as Partial<Record<Verdict['outcome'], 'warning'>>)[outcome]
  return level ? [workflowCommand(level, `plimsoll: ${candidate.name} ${outcome}`, reasons[0] ?? '')] : []
}
