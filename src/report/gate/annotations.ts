import type { GateResult, Judgement } from '../../gate/gate-result.ts'
import { OUTCOME_WORDS, rowOf } from './figures.ts'
import { plainText } from './plain-text.ts'

/** Lines that a GitHub runner turns into annotations when a step prints them. */
export function gateAnnotations(result: GateResult): string {
  const told = result.judgements.filter(({ outcome }) => outcome === 'failed' || outcome === 'inconclusive')
  const lines = told.map((judgement) => annotation(judgement, result))
  if (lines.length === 0) lines.push(`::notice title=plimsoll gate::${data(OUTCOME_WORDS[result.outcome])}`)
  return `${lines.join('\n')}\n`
}

function annotation(judgement: Judgement, { failOn }: GateResult): string {
  const { outcome, concern, reason } = judgement
  const level = outcome === 'failed' && failOn.includes(concern) ? 'error' : 'warning'
  return `::${level} title=${property(`plimsoll gate: ${rowOf(judgement).name} ${outcome}`)}::${data(reason)}`
}

function data(text: string): string {
  return plainText(text).replaceAll('%', '%25')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
