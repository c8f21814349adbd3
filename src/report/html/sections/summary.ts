import { alternativeSentences } from '../../../advise/alternatives.ts'
import {
  decidingCheck,
  explainCheck,
  formatRange,
  formatUsdRange,
  shownPercentile,
} from '../../../advise/explain.ts'
import { outlookSentences } from '../../../advise/outlook.ts'
import type { Advice, Verdict } from '../../../core/advice.ts'
import { formatMs } from '../../../core/units.ts'
import { formatCount, formatMonth, formatSlo, formatTraffic } from '../../figures.ts'
import { isolated } from '../escape-html.ts'
import { term } from '../glossary.ts'
import { splitRange } from '../split-range.ts'

/** What was asked, and by which run. */
export function heading({ scenario, run, traffic, slo }: Advice): string {
  const incomplete = run.complete ? '' : ' <strong class="warn">The run was interrupted.</strong>'
  return `<header><h1>${isolated(scenario.name)}: where to run the model, and what it costs</h1>
<p class="sub">${isolated(formatTraffic(traffic))}; ${term('slo')} ${isolated(formatSlo(slo))}. Run ${isolated(run.id)} of ${isolated(run.startedAt.slice(0, 10))}.${incomplete}</p>
<nav aria-label="Contents"><a href="#charts">Charts</a><a href="#candidates">Candidates</a><a href="#bills">Bills</a><a href="#traffic">Other traffic</a><a href="#assumptions">Assumptions</a><a href="#made">How it was made</a><a href="#words">Words</a></nav></header>`
}

/** The recommendation with its evidence, first of all. */
export function recommendation(advice: Advice): string {
  const best = advice.verdicts.find(({ candidate }) => candidate.name === advice.cheapest)
  const [evidence = '', verdict = '', ...rest] = advice.recommendation
  const warnings = advice.warnings.map(
    (each) => `<li><strong class="warn">Warning:</strong> ${isolated(each)}</li>`,
  )
  return `<section class="verdict${best ? '' : ' none'}" aria-labelledby="verdict"><h2 id="verdict" class="hidden">Recommendation</h2>
${best ? tag(best) : ''}<p class="who">${best ? isolated(best.candidate.name) : isolated(verdict)}</p>
${best ? facts(best, advice) : ''}</section>
<p>${isolated(evidence)}</p>
<ul class="plain">${[...(best ? [verdict] : []), ...rest].map((each) => `<li>${isolated(each)}</li>`).join('')}${warnings.join('')}</ul>`
}

function tag({ evidence, costEvidence }: Verdict): string {
  const word =
    evidence === costEvidence ? term(evidence) : `latency ${term(evidence)}, cost ${term(costEvidence)}`
  return `<p>Cheapest that meets the ${term('slo')} <span class="tag ${evidence === 'measured' ? 'good' : 'warn'}">${word}</span></p>`
}

function facts(best: Verdict, { slo }: Advice): string {
  const percentile = shownPercentile(slo)
  const check = decidingCheck(best)
  const latency = best.latencyMs?.[percentile]
  const rows: [string, string, string][] = [
    ...(best.usdPerMonth ? [split('Cost a month', formatUsdRange(best.usdPerMonth))] : []),
    ...(best.usdPerMillionRequests
      ? [split('per million requests', formatUsdRange(best.usdPerMillionRequests))]
      : []),
    ...(latency ? [split(`Response time ${percentile}`, formatRange(latency, formatMs))] : []),
    ...(best.operation ? [split('Replicas', formatCount(best.operation.replicas))] : []),
  ]
  const list = rows.map(
    ([name, value, range]) =>
      `<div><dt>${isolated(name)}</dt><dd>${isolated(value)}${range ? `<small>${isolated(range)}</small>` : ''}</dd></div>`,
  )
  return `<dl class="facts">${list.join('')}</dl>${check ? `<p class="sub" style="margin:14px 0 0">What decides: ${isolated(explainCheck(check))}.</p>` : ''}`
}

function split(name: string, figure: string): [string, string, string] {
  const { value, range } = splitRange(figure)
  return [name, value, range]
}

/** Alternatives, and what other traffic would change. */
export function otherTraffic(advice: Advice): string {
  const sentences = [
    `A month of this traffic: ${formatMonth(advice.month)}.`,
    ...alternativeSentences(advice),
    ...(advice.outlook ? outlookSentences(advice.outlook, advice.cheapest) : []),
  ]
  return `<ul class="plain">${sentences.map((each) => `<li>${isolated(each)}</li>`).join('')}</ul>`
}
