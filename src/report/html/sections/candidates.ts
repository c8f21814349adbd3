import { shownPercentile } from '../../../advise/explain.ts'
import type { Advice, Verdict } from '../../../core/advice.ts'
import { formatCost, formatCount, formatLatency, label } from '../../figures.ts'
import { escapeHtml, isolated } from '../escape-html.ts'
import { term } from '../glossary.ts'
import { splitRange } from '../split-range.ts'
import { type Cell, table } from '../table.ts'

/** Outcome told by symbol, word and colour. */
const MARKS: Readonly<Record<Verdict['outcome'], { symbol: string; className: string }>> = {
  meets: { symbol: '✓', className: 'good' },
  undecided: { symbol: '?', className: 'warn' },
  misses: { symbol: '✗', className: 'bad' },
  unpriced: { symbol: '$', className: 'warn' },
  refused: { symbol: '–', className: 'dim' },
  untested: { symbol: '·', className: 'dim' },
}

/** Every candidate with its figures and its reason. */
export function candidatesSection(advice: Advice): string {
  const percentile = shownPercentile(advice.slo)
  const rows = advice.verdicts.map((verdict): Cell[] => [
    name(verdict, advice),
    outcome(verdict, advice),
    stacked(formatCost(verdict)),
    stacked(formatLatency(verdict, percentile)),
    stacked(verdict.operation ? formatCount(verdict.operation.replicas) : ''),
    { html: `<div class="why">${reasons(verdict)}</div>` },
  ])
  const head = [
    { title: { html: term('candidate') } },
    { title: { html: term('outcome') } },
    { title: 'USD a month', number: true },
    { title: { html: term('percentile', percentile) }, number: true },
    { title: { html: term('replica', 'replicas') }, number: true },
    { title: 'why' },
  ]
  return `<section id="candidates"><h2>Every candidate, and why</h2>${table('Every candidate, and why', head, rows)}</section>`
}

function name({ candidate }: Verdict, { cheapest }: Advice): Cell {
  const text = isolated(candidate.name)
  return { html: candidate.name === cheapest ? `<strong>${text}</strong>` : text }
}

function outcome(verdict: Verdict, advice: Advice): Cell {
  const { symbol, className } = MARKS[verdict.outcome]
  const word = label(verdict, advice)
  const linked = word === 'tie' ? term('tie') : escapeHtml(word)
  const tried = verdict.outcome !== 'refused' && verdict.outcome !== 'untested'
  const evidence = tried ? `<small>${escapeHtml(verdict.evidence)}</small>` : ''
  return {
    html: `<span class="${className}"><span aria-hidden="true">${symbol}</span> ${linked}</span>${evidence}`,
  }
}

function reasons({ reasons, caveats }: Verdict): string {
  return [...reasons, ...caveats].map(isolated).join('; ')
}

/** A figure, and its range beneath it. */
function stacked(figure: string): Cell {
  const { value, range } = splitRange(figure)
  return { html: `${isolated(value)}${range ? `<small>${isolated(range)}</small>` : ''}` }
}
