import { formatUsd } from '../../core/money.ts'
import type { ChangePoint, GateHistory, GateResult } from '../../gate/gate-result.ts'
import { figure } from '../html/charts/figure.ts'
import { historyChart } from '../html/charts/history.ts'
import { escapeHtml, isolated } from '../html/escape-html.ts'
import { GATE_TERMS, glossarySection, term } from '../html/glossary.ts'
import { page } from '../html/page.ts'
import { table } from '../html/table.ts'
import { changeSentence, describeMeasured, OUTCOME_WORDS, rowOf } from './figures.ts'
import type { HistoryTold } from './history.ts'

/** The gate as one page by itself: the answer, every metric, what it costs, and the history with its changes. */
export function gateHtml(result: GateResult): string {
  const { history, changePoints, billChanges } = result
  const has = { bill: billChanges.length > 0, history: (history?.entries.length ?? 0) > 0 }
  return page(`${OUTCOME_WORDS[result.outcome]}: ${result.head}`, [
    `<header><h1>${OUTCOME_WORDS[result.outcome]}</h1>
<p class="sub">${isolated(result.head)} against ${isolated(result.base)}, ${isolated(result.startedAt)}</p>
<nav aria-label="Contents"><a href="#metrics">Metrics</a>${has.bill ? '<a href="#bill">Bill</a>' : ''}${has.history ? '<a href="#history">History</a>' : ''}<a href="#made">How it was judged</a><a href="#words">Words</a></nav></header>`,
    '<main>',
    answer(result),
    metrics(result),
    ...(has.bill ? [bill(result)] : []),
    ...(history && has.history ? [historySection(history, changePoints)] : []),
    made(result),
    glossarySection(GATE_TERMS),
    '</main>',
    footer(result.plimsoll),
  ])
}

/** A history alone, as `plimsoll gate --history` without anything to judge. */
export function historyHtml({ history, changePoints, plimsoll }: HistoryTold): string {
  return page('History of the gate', [
    `<header><h1>History of the gate</h1><p class="sub">${isolated(history.series || 'no entries')}</p>
<nav aria-label="Contents"><a href="#history">History</a><a href="#words">Words</a></nav></header>`,
    '<main>',
    history.entries.length > 0 ? historySection(history, changePoints) : '<p>There are no entries yet.</p>',
    glossarySection(GATE_TERMS),
    '</main>',
    footer(plimsoll),
  ])
}

function answer({ outcome, summary }: GateResult): string {
  const look = { passed: '', failed: ' failed', inconclusive: ' none' }[outcome]
  return `<section class="verdict${look}" aria-labelledby="verdict"><h2 id="verdict" class="hidden">Answer</h2>
<p class="who">${OUTCOME_WORDS[outcome]}</p>${bullets(summary)}</section>`
}

function metrics({ judgements }: GateResult): string {
  const looks = { passed: 'good', failed: 'bad', inconclusive: 'warn', unjudged: 'dim' } as const
  const rows = judgements.map((judgement) => {
    const { name, outcome, base, head, worse, allowed, detectable } = rowOf(judgement)
    const tag = { html: `<span class="tag ${looks[outcome]}">${outcome}</span>` }
    return [name, tag, base, head, worse, allowed, detectable, judgement.reason]
  })
  const columns = [
    { title: 'metric' },
    { title: 'answer', tight: true },
    { title: 'base', number: true },
    { title: 'head', number: true },
    { title: { html: term('worse') }, number: true },
    { title: { html: term('allowed') }, number: true },
    { title: { html: term('canTell') }, number: true },
    { title: 'why' },
  ]
  const body = rows.length > 0 ? table('Metrics', columns, rows) : '<p>Nothing was compared.</p>'
  return `<section id="metrics"><h2>Metrics</h2>${body}</section>`
}

function bill({ billChanges }: GateResult): string {
  const rows = billChanges.map(({ description, resource, baseUsd, headUsd, usd }) => [
    description,
    resource,
    formatUsd(baseUsd),
    formatUsd(headUsd),
    `${usd.startsWith('-') ? '' : '+'}${formatUsd(usd)}`,
  ])
  const columns = [
    { title: 'line of the monthly bill' },
    { title: 'resource' },
    ...['base', 'head', 'change'].map((title) => ({ title, number: true })),
  ]
  return `<section id="bill"><h2>Lines of the bill that differ</h2>${table('Lines of the bill that differ', columns, rows)}</section>`
}

function historySection(history: GateHistory, changePoints: readonly ChangePoint[]): string {
  const found = changePoints.map(changeSentence)
  return `<section id="history"><h2>History</h2>${bullets(found.length > 0 ? found : ['No change of level was found.'])}
<p class="sub">Compared: ${isolated(history.series)}.</p>${figure(historyChart(history, changePoints))}</section>`
}

function made(result: GateResult): string {
  const measured = describeMeasured(result)
  const failOn = result.failOn.length > 0 ? result.failOn.join(', ') : 'nothing'
  return `<section id="made"><h2>How it was judged</h2>${bullets([
    `Base: ${result.base}`,
    `Head: ${result.head}`,
    `Fails on: ${failOn}.`,
    ...(measured ? [measured] : []),
    ...result.notes,
  ])}</section>`
}

function bullets(lines: readonly string[]): string {
  return `<ul class="plain">${lines.map((line) => `<li>${isolated(line)}</li>`).join('')}</ul>`
}

function footer(version: string): string {
  return `<footer><p>Plimsoll ${escapeHtml(version)}. The JSON report has every figure here, in full.</p></footer>`
}
