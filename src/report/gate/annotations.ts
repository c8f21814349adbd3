import type { GateResult, Judgement } from '../../gate/gate-result.ts'
import { capAnnotations, workflowCommand } from '../workflow-command.ts'
import { OUTCOME_WORDS, rowOf } from './figures.ts'

const TITLE = 'plimsoll gate'

/** Lines that a GitHub runner turns into annotations when a step prints them: errors first, and what counts. */
export function gateAnnotations(result: GateResult): string {
  const { judgements, failOn, outcome } = result
  const told = judgements.filter((each) => each.outcome === 'failed' || each.outcome === 'inconclusive')
  const counts = ({ concern }: Judgement) => failOn.includes(concern)
  const errors = told.filter((each) => each.outcome === 'failed' && counts(each))
  const warnings = told.filter((each) => !errors.includes(each))
  const ordered = [...warnings.filter(counts), ...warnings.filter((each) => !counts(each))]
  const lines = [
    ...capAnnotations(
      errors.map((each) => annotation('error', each)),
      rest('error'),
    ),
    // A gate may fail, or leave it open, on what no metric says by itself.
    ...(errors.length === 0 && outcome === 'failed' ? [workflowCommand('error', TITLE, answer(result))] : []),
    ...capAnnotations(
      ordered.map((each) => annotation('warning', each)),
      rest('warning'),
    ),
  ]
  if (lines.length === 0) {
    lines.push(workflowCommand(outcome === 'passed' ? 'notice' : 'warning', TITLE, answer(result)))
  }
  return `${lines.join('\n')}\n`
}

function answer({ outcome, summary }: GateResult): string {
  return [`${OUTCOME_WORDS[outcome]}.`, ...summary.slice(0, 1)].join(' ')
}

function rest(level: 'error' | 'warning') {
  return (left: number) =>
    workflowCommand(level, TITLE, `${left} more: the other formats of the report have them all`)
}

function annotation(level: 'error' | 'warning', judgement: Judgement): string {
  return workflowCommand(level, `${TITLE}: ${rowOf(judgement).name} ${judgement.outcome}`, judgement.reason)
}
