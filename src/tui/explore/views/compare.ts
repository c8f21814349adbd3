import { type Line, padTo, type Size, span, wrapText } from '../../kit/line.ts'
import { type ComparedRow, type Comparison, comparisonOf } from '../comparison.ts'
import type { State } from '../state.ts'
import { scrolledLines } from './scrolling.ts'

/** A terminal with less than this has one side beneath the other. */
const SIDE_BY_SIDE_COLUMNS = 64
const NAME_COLUMNS = 15

/** Two candidates, or two runs, side by side. */
export function compareView(state: State, { columns, rows }: Size): readonly Line[] {
  const comparison = comparisonOf(state)
  if (typeof comparison === 'string') return wrapText(comparison, columns, { role: 'dim' })
  const lines =
    columns < SIDE_BY_SIDE_COLUMNS ? stacked(comparison, columns) : sideBySide(comparison, columns)
  const notes = comparison.notes.flatMap((note) => wrapText(note, columns, { role: 'open' }))
  return scrolledLines([...lines, [], ...notes], state.scroll, rows)
}

function sideBySide({ left, right, rows }: Comparison, columns: number): Line[] {
  const says = Math.max(...rows.map((row) => row.says.length), 0)
  const width = Math.floor((columns - NAME_COLUMNS - says - 6) / 2)
  const row = (name: string, a: string, b: string, words: string, isHead = false): Line[] => {
    const named = wrapText(name, NAME_COLUMNS)
    const [here, there] = [wrapText(a, width), wrapText(b, width)]
    const height = Math.max(named.length, here.length, there.length)
    return Array.from({ length: height }, (_, index): Line => {
      const cell = (lines: readonly Line[], room: number) => padTo(lines[index]?.[0]?.text ?? '', room)
      return [
        span(cell(named, NAME_COLUMNS), isHead ? 'heading' : 'dim'),
        span(`  ${cell(here, width)}  ${cell(there, width)}`, isHead ? 'heading' : undefined),
        span(`  ${index === 0 ? words : ''}`, words === 'overlap' ? 'open' : 'accent'),
      ]
    })
  }
  return [
    ...row('', left, right, '', true),
    ...rows.flatMap((each) => row(each.name, each.left, each.right, each.says)),
  ]
}

function stacked({ left, right, rows }: Comparison, columns: number): Line[] {
  const sided = (mark: string, text: string) => wrapText(`  ${mark} ${text}`, columns, { indent: 4 })
  const line = ({ name, says, ...sides }: ComparedRow): Line[] => [
    [span(name, 'heading'), span(says ? `  ${says}` : '', says === 'overlap' ? 'open' : 'accent')],
    ...sided('<', sides.left),
    ...sided('>', sides.right),
  ]
  return [...sided('<', left), ...sided('>', right), [], ...rows.flatMap(line)]
}
