import { formatUsdRange, usdDearer } from '../../../advise/explain.ts'
import { briefMix } from '../../../advise/mix-sentence.ts'
import { outlookSentences } from '../../../advise/outlook.ts'
import type { Advice, Verdict } from '../../../core/advice.ts'
import { type Line, padTo, type Size, span, wrapText } from '../../kit/line.ts'
import { promptLine } from '../../kit/prompt.ts'
import { tableLines } from '../../kit/table.ts'
import { shownValue } from '../controls.ts'
import { CONTROLS, type Control } from '../question.ts'
import { counterparts } from '../rows.ts'
import { type State, visibleRows } from '../state.ts'
import { columnsOf } from './candidates.ts'

const LABEL_COLUMNS = 15

/** Controls, the winner, break-evens, and the whole ranking with what changed marked. */
export function whatIfView(state: State, { columns, rows }: Size): Line[] {
  const controls = CONTROLS.map((control) => controlLine(state, control, columns))
  const winner = winnerLines(state, columns)
  const room = rows - controls.length - winner.length - 2
  const others = otherTraffic(state, columns).slice(0, Math.max(0, Math.min(4, room - 6)))
  const shown = visibleRows({ ...state, filter: '' })
  const height = Math.max(0, room - others.length)
  const offset = Math.max(0, Math.min(state.scroll, shown.length - height + 1))
  const before = state.advice === state.own ? null : state.own
  const table = tableLines(columnsOf(state, before), shown, { width: columns, height, offset, cursor: -1 })
  return [...controls, [], ...winner, ...others, ...(height > 1 ? [[], ...table] : [])]
}

function controlLine(
  { mode, control: chosen, question, record }: State,
  control: Control,
  columns: number,
): Line {
  const isChosen = control === chosen
  const label = span(
    padTo(`${isChosen ? '▸' : ' '} ${control}`, LABEL_COLUMNS),
    isChosen ? 'heading' : undefined,
  )
  if (mode.kind === 'value' && mode.control === control)
    return [label, ...promptLine('', mode.text, columns - LABEL_COLUMNS, HINTS[control])]
  const value = shownValue(control, question, record.scenario)
  const isAsked = question[control] !== undefined
  return [
    label,
    span(isChosen ? '◀ ' : '  ', 'accent'),
    { text: value, ...(isAsked ? { role: 'changed' as const } : {}), ...(isChosen ? { inverse: true } : {}) },
    span(isChosen ? ' ▶' : '  ', 'accent'),
    span(isAsked ? ' *' : '', 'changed'),
  ]
}

const HINTS: Readonly<Record<Control, string>> = {
  traffic: "x2, 50 rps, 90/min; empty: the scenario's",
  'peak-factor': 'highest rate over the mean, such as 4',
  slo: 'p95<100ms, errors<1%',
  region: 'such as europe-west4',
  commitment: 'on-demand, spot, 1yr or 3yr',
  'min-replicas': 'such as 2',
}

function winnerLines({ advice, own, open }: State, columns: number): Line[] {
  if (!advice) return [[span('… being worked out', 'dim')]]
  if (open) {
    const text = `… ${open.done} of ${open.total} worked out; figures marked … are those before`
    return [[span(text, 'dim')]]
  }
  return wrapText(winnerText(advice, own), columns, { role: 'heading' })
}

function winnerText(advice: Advice, own: Advice | null): string {
  const winner = verdictOf(advice, advice.cheapest)
  const ties = advice.ties.length > 0 ? `; tied with ${advice.ties.length} more` : ''
  if (!winner?.usdPerMonth) return 'No candidate is sure to meet the SLO'
  const before = own && own !== advice ? verdictOf(own, own.cheapest) : undefined
  return `Cheapest: ${winner.candidate.name}, ${formatUsdRange(winner.usdPerMonth)} a month${ties}${moved(winner, before, advice, own)}`
}

/** `; $40.12 more than gce vm e2-standard-2, the cheapest before` */
function moved(now: Verdict, before: Verdict | undefined, advice: Advice, own: Advice | null): string {
  if (!before?.usdPerMonth || !now.usdPerMonth || !own) return ''
  const dearer = usdDearer(now.usdPerMonth, before.usdPerMonth)
  const words = dearer.startsWith('-') ? `${dearer.slice(1)} less` : `${dearer} more`
  const same = counterparts(advice, own).get(now.candidate.name)?.candidate.name === before.candidate.name
  return `; ${words} than ${same ? 'before' : `${before.candidate.name}, the cheapest before`}`
}

function verdictOf({ verdicts }: Advice, name: string | null): Verdict | undefined {
  return verdicts.find(({ candidate }) => candidate.name === name)
}

/** A mix and break-evens, or that they are still sought. */
function otherTraffic({ advice, isPartial, open }: State, columns: number): Line[] {
  if (!advice || open) return []
  if (!advice.outlook)
    return [
      [span(isPartial ? '… break-even points are being sought' : 'no break-even points to seek', 'dim')],
    ]
  const mix = advice.mix ? [briefMix(advice.mix)] : []
  const sentences = [...mix, ...outlookSentences(advice.outlook, advice.cheapest)]
  return sentences.flatMap((sentence) => wrapText(sentence, columns, { indent: 2, role: 'dim' }))
}
