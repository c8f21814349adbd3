import type { GateResult, Judgement } from '../../gate/gate-result.ts'
import { workflowCommand } from '../workflow-command.ts'
import { OUTCOME_WORDS, rowOf } from './figures.ts'

/** Lines that a GitHub runner turns into annotations when a step prints them. */
export function gateAnnotations(result: GateResult): string {
  const told = result.judgements.filter(({ outcome }) => outcome === 'failed' || outcome === 'inconclusive')
  const lines = told.map((judgement) => annotation(judgement, result))
  if (lines.length === 0)
    lines.push(workflowCommand('notice', 'plimsoll gate', OUTCOME_WORDS[result.outcome]))
  return `${lines.join('\n')}\n`
}

function annotation(judgement: Judgement, { failOn }: GateResult): string {
  const { outcome, concern, reason } = judgement
  const level = outcome === 'failed' && failOn.includes(concern) ? 'error' : 'warning'
  return workflowCommand(level, `plimsoll gate: ${rowOf(judgement).name} ${outcome}`, reason)
}
