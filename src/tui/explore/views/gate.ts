import type { GateResult, Judgement } from '../../../gate/gate-result.ts'
import { describeMeasured, OUTCOME_WORDS, rowOf } from '../../../report/gate/figures.ts'
import { intervalBar } from '../../kit/gauge.ts'
import { type Line, padTo, type Size, span, wrapText } from '../../kit/line.ts'
import type { Role } from '../../kit/theme.ts'
import type { State } from '../state.ts'
import { scrolledLines } from './scrolling.ts'

const MARKS: Readonly<Record<Judgement['outcome'], { readonly symbol: string; readonly role: Role }>> = {
  passed: { symbol: '✓', role: 'good' },
  failed: { symbol: '✗', role: 'bad' },
  inconclusive: { symbol: '?', role: 'open' },
  unjudged: { symbol: '-', role: 'dim' },
}
/** Widest that the axis gets, either way, in multiples of what is allowed. */
const MOST_ALLOWED = 40

/** The answer of a gate, and each metric with its interval against what is allowed. */
export function gateView({ gate, scroll }: State, { columns, rows }: Size): readonly Line[] {
  const lines = gate
    ? gateLines(gate.result, columns)
    : HOW_TO_GET_ONE.flatMap((text) => wrapText(text, columns))
  return scrolledLines(lines, scroll, rows)
}

const HOW_TO_GET_ONE = [
  'There is no gate result here.',
  '',
  'A gate compares a change with what was before it, and writes what it found:',
  '  plimsoll gate --base … --head … --report gate.json',
  'Then this view shows it:',
  '  plimsoll explore --gate gate.json',
]

function gateLines(result: GateResult, columns: number): Line[] {
  const { role } = MARKS[result.outcome]
  const measured = describeMeasured(result)
  return [
    [span(OUTCOME_WORDS[result.outcome], role)],
    ...result.summary.flatMap((sentence) => wrapText(sentence, columns, { indent: 2 })),
    [],
    ...result.judgements.flatMap((judgement) => judgementLines(judgement, columns)),
    [],
    ...wrapText(`base: ${result.base}`, columns, { indent: 6 }),
    ...wrapText(`head: ${result.head}`, columns, { indent: 6 }),
    ...(measured ? wrapText(measured, columns, { role: 'dim' }) : []),
    ...wrapText('Worse is positive and to the right; ┃ is what is allowed.', columns, { role: 'dim' }),
    ...result.notes.flatMap((note) => wrapText(`Note: ${note}.`, columns, { role: 'dim', indent: 2 })),
  ]
}

function judgementLines(judgement: Judgement, columns: number): Line[] {
  const { name, base, head, worse, allowed } = rowOf(judgement)
  const { symbol, role } = MARKS[judgement.outcome]
  const figures = [base && head && `${base} → ${head}`, worse, allowed && `${allowed} allowed`]
    .filter(Boolean)
    .join('  ')
  const bar = worseningBar(judgement, Math.min(50, columns - 4))
  return [
    ...wrapText(`${symbol} ${padTo(name, Math.min(12, Math.max(0, columns - 4)))} ${figures}`, columns, {
      role,
      indent: 4,
    }),
    ...(bar ? [[span('    '), ...bar]] : []),
    ...wrapText(`    ${judgement.reason}`, columns, { role: 'dim', indent: 4 }),
  ]
}

/** The interval of the worsening on an axis around none. */
function worseningBar({ worsening, allowed, outcome }: Judgement, width: number): Line | null {
  if (!worsening || width < 16 || !(allowed > 0)) return null
  const farthest = Math.max(Math.abs(worsening.low), Math.abs(worsening.high)) * 1.1
  const reach = Math.max(allowed * 2, Math.min(allowed * MOST_ALLOWED, farthest))
  return intervalBar(worsening, {
    from: -reach,
    to: reach,
    limit: allowed,
    width: width - 4,
    role: MARKS[outcome].role,
  })
}
