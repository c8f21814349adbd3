import { explainCheck } from '../advise/explain.ts'
import type { Advice, SloCheck, Verdict } from '../core/advice.ts'
import { formatSlo } from './figures.ts'
import { xmlText } from './xml-text.ts'

type Kind = 'passed' | 'failure' | 'error' | 'skipped'

interface TestCase {
  readonly candidate: string
  readonly name: string
  readonly kind: Kind
  readonly type: string
  readonly message: string
  readonly detail: string
}

/**
 * One suite a candidate and one test case of it for each line of the SLO. What misses is a failure; what could not be
 * decided, tried or priced is an error; what the platform refuses is skipped.
 */
export function junitReport(advice: Advice): string {
  const suites = advice.verdicts.map((verdict) => ({ verdict, cases: casesOf(verdict, advice) }))
  const all = suites.flatMap(({ cases }) => cases)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xmlText(advice.scenario.name)}" ${counts(all)}>`,
    ...suites.flatMap(({ verdict, cases }) => suite(verdict, cases, advice)),
    '</testsuites>',
    '',
  ].join('\n')
}

function suite({ candidate }: Verdict, cases: readonly TestCase[], { run }: Advice): string[] {
  return [
    `  <testsuite name="${xmlText(candidate.name)}" ${counts(cases)} timestamp="${xmlText(run.startedAt)}">`,
    ...cases.map(element),
    '  </testsuite>',
  ]
}

function casesOf(verdict: Verdict, { slo }: Advice): TestCase[] {
  const { candidate, outcome, checks, reasons, usdPerMonth } = verdict
  const common = { candidate: candidate.name, detail: reasons.join(' ') }
  if (outcome === 'refused' || outcome === 'untested' || checks.length === 0) {
    const kind = outcome === 'refused' ? 'skipped' : 'error'
    return [{ ...common, name: formatSlo(slo), kind, type: outcome, message: reasons[0] ?? outcome }]
  }
  const lines = checks.map((check): TestCase => {
    const name = `${check.metric === 'errors' ? 'errors' : check.metric} within the SLO`
    return { ...common, name, kind: KINDS[check.outcome], type: check.outcome, message: explainCheck(check) }
  })
  const missing = verdict.bill?.missing.map(({ message }) => message) ?? []
  if (usdPerMonth !== null || missing.length === 0) return lines
  const price: TestCase = {
    ...common,
    name: 'priced',
    kind: 'error',
    type: 'unpriced',
    message: missing.join('; '),
  }
  return [...lines, price]
}

const KINDS: Readonly<Record<SloCheck['outcome'], Kind>> = {
  meets: 'passed',
  misses: 'failure',
  undecided: 'error',
}

function element({ candidate, name, kind, type, message, detail }: TestCase): string {
  const open = `    <testcase classname="${xmlText(candidate)}" name="${xmlText(name)}"`
  const attributes = `message="${xmlText(message)}"`
  if (kind === 'passed') return `${open}><system-out>${xmlText(message)}</system-out></testcase>`
  if (kind === 'skipped') return `${open}><skipped ${attributes}/></testcase>`
  return `${open}><${kind} type="${type}" ${attributes}>${xmlText(detail)}</${kind}></testcase>`
}

function counts(cases: readonly TestCase[]): string {
  const count = (kind: Kind) => cases.filter((each) => each.kind === kind).length
  return `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`
}
