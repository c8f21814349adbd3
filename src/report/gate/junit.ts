import type { GateResult, Judgement } from '../../gate/gate-result.ts'
import { xmlText } from '../xml-text.ts'
import { rowOf } from './figures.ts'

/** One test case a metric: what failed is a failure, what could not be decided an error, what was not judged skipped. */
export function gateJunit(result: GateResult): string {
  const count = (outcome: Judgement['outcome']) =>
    result.judgements.filter((judgement) => judgement.outcome === outcome).length
  const counts = `tests="${result.judgements.length}" failures="${count('failed')}" errors="${count('inconclusive')}" skipped="${count('unjudged')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="plimsoll gate" ${counts}>`,
    `  <testsuite name="plimsoll gate" ${counts} timestamp="${xmlText(result.startedAt)}" time="${(result.measured?.seconds ?? 0).toFixed(3)}">`,
    ...result.judgements.map((judgement) => testCase(judgement)),
    `    <system-out>${xmlText(result.summary.join(' '))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function testCase(judgement: Judgement): string {
  const { name, base, head, worse } = rowOf(judgement)
  const open = `    <testcase classname="plimsoll.gate.${judgement.concern}" name="${xmlText(name)}"`
  const message = `message="${xmlText(judgement.reason)}"`
  const figures = xmlText(`base ${base}, head ${head}, worse by ${worse}`)
  switch (judgement.outcome) {
    case 'passed':
      return `${open}/>`
    case 'unjudged':
      return `${open}><skipped ${message}/></testcase>`
    case 'failed':
      return `${open}><failure type="${judgement.concern}" ${message}>${figures}</failure></testcase>`
    case 'inconclusive':
      return `${open}><error type="inconclusive" ${message}>${figures}</error></testcase>`
  }
}
