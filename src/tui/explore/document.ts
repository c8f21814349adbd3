import { explainCheck, formatRange, formatUsdRange, shownPercentile } from '../../advise/explain.ts'
import { mixSentence } from '../../advise/mix-sentence.ts'
import { outlookSentences } from '../../advise/outlook.ts'
import type { Advice, Verdict } from '../../core/advice.ts'
import { formatUsd } from '../../core/money.ts'
import { formatMs } from '../../core/units.ts'
import {
  formatBook,
  formatCost,
  formatLatency,
  formatSlo,
  formatTraffic,
  label,
} from '../../report/figures.ts'
import { OUTCOME_WORDS, rowOf } from '../../report/gate/figures.ts'
import { comparisonOf } from './comparison.ts'
import { shownValue } from './controls.ts'
import { adviseCommand, CONTROLS } from './question.ts'
import { marginText, type Row } from './rows.ts'
import { chosenRow, plotRows, type State, VIEW_NAMES, type View, visibleRows } from './state.ts'
import { billArithmetic } from './views/why.ts'

/** A view as a document, whatever it is written in: the same figures, in words and tables. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }

export interface Document {
  readonly title: string
  readonly blocks: readonly Block[]
}

export function documentOf(state: State, view: View = state.view): Document {
  const { advice, record, file, question } = state
  const { traffic, slo } = advice ?? record.scenario
  const about = `${formatTraffic(traffic)}; ${formatSlo(slo)}.`
  const again = `The same advice: ${adviseCommand(file, question)}`
  return {
    title: `${record.scenario.name}: ${VIEW_NAMES[view]}`,
    blocks: [
      { kind: 'text', text: about },
      ...BLOCKS[view](state),
      { kind: 'text', text: again },
      ...(advice ? [{ kind: 'text', text: `${formatBook(advice.book)}.` } as const] : []),
    ],
  }
}

const BLOCKS: Readonly<Record<View, (state: State) => readonly Block[]>> = {
  candidates: (state) => [...recommendation(state.advice), candidateTable(state, visibleRows(state))],
  why: whyBlocks,
  frontier: (state) => [
    {
      kind: 'text',
      text: 'Those that meet the SLO and that no other beats in both cost and latency, cheapest first.',
    },
    candidateTable(state, plotRows({ ...state, onlyFrontier: true })),
  ],
  'what-if': whatIfBlocks,
  compare: compareBlocks,
  gate: gateBlocks,
}

function recommendation(advice: Advice | null): Block[] {
  return advice ? [{ kind: 'list', items: advice.recommendation }] : []
}

function candidateTable({ advice, record }: State, rows: readonly Row[]): Block {
  const percentile = shownPercentile((advice ?? record.scenario).slo)
  return {
    kind: 'table',
    head: ['candidate', 'outcome', 'evidence', 'USD a month', percentile, 'margin', 'region', 'why'],
    rows: rows.map(({ candidate, verdict }) =>
      verdict && advice
        ? [
            candidate.name,
            label(verdict, advice),
            verdict.latencyMs ? verdict.evidence : '',
            formatCost(verdict),
            formatLatency(verdict, percentile),
            marginText(verdict),
            candidate.region,
            verdict.reasons[0] ?? '',
          ]
        : [candidate.name, '…', '', '', '', '', candidate.region, ''],
    ),
  }
}

function whyBlocks(state: State): Block[] {
  const { advice } = state
  const verdict = chosenRow(state)?.verdict
  if (!verdict || !advice) return []
  return [
    { kind: 'heading', text: verdict.candidate.name },
    {
      kind: 'text',
      text: `${label(verdict, advice)}, ${verdict.evidence}${verdict.usdPerMonth ? `, ${formatUsdRange(verdict.usdPerMonth)} a month` : ''}`,
    },
    { kind: 'list', items: [...verdict.reasons, ...verdict.caveats] },
    ...titled('SLO', verdict.checks.map(explainCheck)),
    ...titled('Response time', latencyItems(verdict)),
    ...titled('Capacity and replicas', operationItems(verdict)),
    ...billBlocks(verdict),
    ...titled(
      'Assumptions',
      advice.assumptions.map(({ name, value, source }) => `${name}: ${value} (${source})`),
    ),
  ]
}

function titled(text: string, items: readonly string[]): Block[] {
  return items.length === 0
    ? []
    : [
        { kind: 'heading', text },
        { kind: 'list', items },
      ]
}

function latencyItems({ latencyMs }: Verdict): string[] {
  return Object.entries(latencyMs ?? {}).map(([name, range]) => `${name} ${formatRange(range, formatMs)}`)
}

function operationItems({ operation }: Verdict): string[] {
  if (!operation) return []
  const count = (value: number) => String(Number(value.toPrecision(3)))
  const share = (value: number) => `${Number((value * 100).toPrecision(3))}%`
  return [
    `replicas on average ${formatRange(operation.meanReplicas, count)}, most at a time ${formatRange(operation.replicas, count)}`,
    `utilisation ${formatRange(operation.utilization, share)}, peak over capacity ${formatRange(operation.peakLoad, share)}`,
    `${share(operation.coldStartRatio)} of requests waited for a start`,
  ]
}

function billBlocks({ bill }: Verdict): Block[] {
  if (!bill) return []
  const total = bill.usdTotal === null ? 'no total, a price is missing' : formatUsd(bill.usdTotal)
  return [
    { kind: 'heading', text: `Bill of a month: ${total}` },
    {
      kind: 'table',
      head: ['what', 'how', 'USD'],
      rows: bill.lines.map((line) => [line.description, billArithmetic(line), formatUsd(line.usd)]),
    },
    ...(bill.missing.length > 0
      ? [{ kind: 'list', items: bill.missing.map(({ message }) => message) } as const]
      : []),
  ]
}

function whatIfBlocks(state: State): Block[] {
  const { advice, question, record } = state
  const items = CONTROLS.map(
    (control) =>
      `${control}: ${shownValue(control, question, record.scenario)}${question[control] === undefined ? '' : ' (what if)'}`,
  )
  const mix = advice?.mix
  const outlook = advice?.outlook ? outlookSentences(advice.outlook, advice.cheapest) : []
  return [
    { kind: 'list', items },
    ...recommendation(advice),
    ...titled('Alternatives', mix && !mix.isClear ? [mixSentence(mix)] : []),
    ...titled('Other traffic', outlook),
    candidateTable(state, visibleRows({ ...state, filter: '' })),
  ]
}

function compareBlocks(state: State): Block[] {
  const comparison = comparisonOf(state)
  if (typeof comparison === 'string') return [{ kind: 'text', text: comparison }]
  const { left, right, rows, notes } = comparison
  return [
    {
      kind: 'table',
      head: ['', left, right, 'intervals'],
      rows: rows.map((row) => [row.name, row.left, row.right, row.says]),
    },
    ...(notes.length > 0 ? [{ kind: 'list', items: notes } as const] : []),
  ]
}

function gateBlocks({ gate }: State): Block[] {
  if (!gate) return [{ kind: 'text', text: 'There is no gate result here.' }]
  const { outcome, summary, judgements, notes } = gate.result
  return [
    { kind: 'text', text: OUTCOME_WORDS[outcome] },
    { kind: 'list', items: [...summary, ...notes] },
    {
      kind: 'table',
      head: ['metric', 'outcome', 'base', 'head', 'worse by', 'allowed', 'can tell', 'why'],
      rows: judgements.map((judgement) => {
        const { name, outcome: came, base, head, worse, allowed, detectable } = rowOf(judgement)
        return [name, came, base, head, worse, allowed, detectable, judgement.reason]
      }),
    },
  ]
}
