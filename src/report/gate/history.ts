import type { ChangePoint, GateHistory } from '../../gate/gate-result.ts'
import { jsonText } from '../json-text.ts'
import { plainText } from '../plain-text.ts'
import { changeSentence } from './figures.ts'

/** A history alone, with nothing judged. */
export interface HistoryTold {
  readonly plimsoll: string
  readonly history: GateHistory
  readonly changePoints: readonly ChangePoint[]
}

export const HISTORY_REPORTS = {
  terminal: historyText,
  json: (told: HistoryTold) => jsonText(told),
  html: async (told: HistoryTold) => (await import('./html.ts')).historyHtml(told),
} as const

function historyText({ history, changePoints }: HistoryTold): string {
  const { entries, others, series } = history
  const lines = [
    `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}${series ? ` of ${series}` : ''}`,
    ...(others > 0 ? [`left out: ${others} of another machine or way of measuring, or too old`] : []),
    ...(changePoints.length === 0 ? ['no change of level'] : changePoints.map(changeSentence)),
  ]
  return `${lines.map(plainText).join('\n')}\n`
}
