import { formatUsd } from '../../core/money.ts'
import type { GateResult, Judgement } from '../../gate/gate-result.ts'
import { markdownBullets, markdownDetails, markdownTable, markdownText } from '../markdown-text.ts'
import { plainText } from '../plain-text.ts'
import { changeSentence, describeMeasured, OUTCOME_WORDS, rowOf } from './figures.ts'

/** By which a comment of an earlier gate is found again. */
const COMMENT_MARK = '<!-- plimsoll gate -->'

const EMOJI: Readonly<Record<Judgement['outcome'], string>> = {
  passed: '✅',
  failed: '❌',
  inconclusive: '❔',
  unjudged: '➖',
}

/** For a job summary or a comment on a pull request: the answer first, the detail folded away. */
export function gateMarkdown(result: GateResult): string {
  const measured = describeMeasured(result)
  const rows = result.judgements.map((judgement) => {
    const { name, base, head, worse, allowed, detectable } = rowOf(judgement)
    return [`${EMOJI[judgement.outcome]} ${judgement.outcome}`, name, base, head, worse, allowed, detectable]
  })
  return [
    COMMENT_MARK,
    `## ${EMOJI[result.outcome]} ${OUTCOME_WORDS[result.outcome]}`,
    markdownBullets(result.summary.map(cell)),
    ...(rows.length > 0
      ? [
          markdownTable(
            ['', 'metric', 'base', 'head', 'worse by', 'allowed', 'can tell'],
            rows.map((row) => row.map(cell)),
          ),
        ]
      : []),
    ...(result.billChanges.length > 0 ? [bills(result)] : []),
    ...(result.changePoints.length > 0
      ? [result.changePoints.map((point) => `- 📈 ${cell(changeSentence(point))}`).join('\n')]
      : []),
    markdownDetails('How this was judged', [
      markdownBullets([
        `base: ${cell(result.base)}`,
        `head: ${cell(result.head)}`,
        ...(measured ? [`${cell(measured)}`] : []),
        'Worse is positive, and its interval in brackets. A metric fails only when its near edge is beyond what is allowed, twice. "Can tell" is the smallest change that so much data shows with 90% power.',
        ...result.judgements.map((judgement) => `${cell(rowOf(judgement).name)}: ${cell(judgement.reason)}`),
        ...result.notes.map((note) => `${cell(note)}`),
      ]),
    ]),
    `Plimsoll ${cell(result.plimsoll)}, ${cell(result.startedAt)}.\n`,
  ].join('\n\n')
}

function bills({ billChanges }: GateResult): string {
  const rows = billChanges.map(({ description, baseUsd, headUsd, usd }) => [
    description,
    formatUsd(baseUsd),
    formatUsd(headUsd),
    `${usd.startsWith('-') ? '' : '+'}${formatUsd(usd)}`,
  ])
  return markdownTable(
    ['line of the monthly bill', 'base', 'head', 'change'],
    rows.map((row) => row.map(cell)),
  )
}

/** Text from outside opens no HTML, link, code, mention or further cell. */
function cell(value: string): string {
  return markdownText(plainText(value))
}
