import type { GateResult, Judgement } from '../../gate/gate-result.ts'
import { xmlText } from '../xml-text.ts'
import { OUTCOME_WORDS, rowOf } from './figures.ts'

/**
 * One test case a metric: what failed is a failure, what could not be decided an error; what was not judged, or does not
 * count (`--fail-on`), is skipped. And one for the answer, which no metric may show by itself.
 */
export function gateJunit(result: GateResult): string {
  const cases = [...result.judgements.map((judgement) => caseOf(judgement, result)), answer(result)]
  const count = (kind: TestCase['kind']) => cases.filter((each) => each.kind === kind).length
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="plimsoll gate" ${counts}>`,
    `  <testsuite name="plimsoll gate" ${counts} timestamp="${xmlText(result.startedAt)}" time="${(result.measured?.seconds ?? 0).toFixed(3)}">`,
    ...cases.map(testCase),
    `    <system-out>${xmlText(result.summary.join(' '))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

interface TestCase {
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped'
  readonly group: string
  readonly name: string
  readonly message: string
  readonly figures: string
}

function caseOf(judgement: Judgement, { failOn }: GateResult): TestCase {
  const { name, base, head, worse } = rowOf(judgement)
  const { concern, outcome, reason } = judgement
  const figures = `base ${base}, head ${head}, worse by ${worse}`
  const of = { group: concern, name, message: reason, figures }
  if (outcome === 'passed') return { kind: 'passed', ...of }
  if (outcome === 'unjudged') return { kind: 'skipped', ...of }
  if (!failOn.includes(concern))
    return { kind: 'skipped', ...of, message: `not counted (--fail-on): ${outcome}, ${reason}` }
  return { kind: outcome === 'failed' ? 'failure' : 'error', ...of }
}

function answer({ outcome, summary }: GateResult): TestCase {
  const kind = outcome === 'failed' ? 'failure' : outcome === 'inconclusive' ? 'error' : 'passed'
  return { kind, group: 'answer', name: 'gate', message: OUTCOME_WORDS[outcome], figures: summary[0] ?? '' }
}

function testCase({ kind, group, name, message, figures }: TestCase): string {
  const open = `    <testcase classname="plimsoll.gate.${group}" name="${xmlText(name)}"`
  const said = `message="${xmlText(message)}"`
  switch (kind) {
    case 'passed':
      return `${open}/>`
    case 'skipped':
      return `${open}><skipped ${said}/></testcase>`
    case 'failure':
      return `${open}><failure type="${group}" ${said}>${xmlText(figures)}</failure></testcase>`
    case 'error':
      return `${open}><error type="inconclusive" ${said}>${xmlText(figures)}</error></testcase>`
  }
}
