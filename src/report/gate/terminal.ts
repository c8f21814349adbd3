import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'
import type { GateResult, Judgement } from '../../gate/gate-result.ts'
import type { ReportOptions } from '../index.ts'
import { plainText } from '../plain-text.ts'
import { changeSentence, describeMeasured, OUTCOME_WORDS, rowOf } from './figures.ts'

const MARKS: Readonly<Record<Judgement['outcome'], string>> = {
  passed: '✓',
  failed: '✗',
  inconclusive: '?',
  unjudged: '-',
}
const GAP = '  '
const LEAST_COLUMNS = 5
const COLORS = { passed: 32, failed: 31, inconclusive: 33 } as const

/** The answer, why, and every metric. */
export function gateTerminal(result: GateResult, { width, color }: ReportOptions): string {
  const heading = OUTCOME_WORDS[result.outcome]
  const measured = describeMeasured(result)
  const lines = [
    color ? `\x1b[1;${COLORS[result.outcome]}m${heading}\x1b[0m` : heading,
    ...result.summary.map(plainText),
    '',
    ...table(result, width),
    '',
    `base: ${plainText(result.base)}`,
    `head: ${plainText(result.head)}`,
    ...(measured ? [measured] : []),
    'Worse is positive; in brackets its interval. Smallest change that so much data shows with 90% power: "can tell".',
    ...result.notes.map((note) => `Note: ${plainText(note)}.`),
    ...result.changePoints.map((point) => `Changed: ${plainText(changeSentence(point))}`),
  ]
  return `${lines.flatMap((line) => fold(line, width)).join('\n')}\n`
}

/** Where it does not fit, its last columns are left out: the other formats have them. */
function table({ judgements }: GateResult, width: number): string[] {
  const head = ['', 'metric', 'base', 'head', 'worse by', 'allowed', 'can tell']
  const rows = judgements.map((judgement) => {
    const { name, base, head: after, worse, allowed, detectable } = rowOf(judgement)
    return [MARKS[judgement.outcome], plainText(name), base, after, worse, allowed, detectable]
  })
  if (rows.length === 0) return []
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => stringWidth(row[column] ?? ''))),
  )
  const ends = widths.map((_, column) =>
    widths.slice(0, column + 1).reduce((sum, each) => sum + each + GAP.length, -GAP.length),
  )
  const fitting = Math.max(LEAST_COLUMNS, ends.filter((end) => end <= width).length)
  return [head, ...rows].map((row) =>
    row
      .slice(0, fitting)
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))
      .join(GAP)
      .trimEnd(),
  )
}

function fold(line: string, width: number): string[] {
  return wrapAnsi(line, Math.max(24, width), { hard: true, trim: false }).split('\n')
}
