import { type Line, padTo, type Size, span, wrapText } from '../../kit/line.ts'
import { COMMANDS } from '../commands.ts'
import { type Binding, GLOBAL_KEYS, VIEW_KEYS } from '../keys.ts'
import { type State, VIEW_NAMES } from '../state.ts'
import { scrolledLines } from './scrolling.ts'

const TERM_COLUMNS = 12

/** The keys of the view, those of all views and the commands: as many as there is room for, from `scroll` on. */
export function helpView({ view }: State, scroll: number, { columns, rows }: Size): readonly Line[] {
  const own = VIEW_KEYS[view]
  const mine = [heading(VIEW_NAMES[view]), ...own.flatMap((each) => entry(each.shown, each.help, columns))]
  const taken = new Set(own.flatMap(({ keys }) => keys))
  const rest = GLOBAL_KEYS.filter(({ keys }) => !keys.every((key) => taken.has(key)))
  const all = [
    heading('Everywhere'),
    ...condensed(rest).flatMap(([shown, help]) => entry(shown, help, columns)),
  ]
  const commands = [heading('After :'), ...COMMANDS.flatMap((each) => entry(each.name, each.help, columns))]
  return scrolledLines([...mine, ...all, ...commands], scroll, rows)
}

function heading(text: string): Line {
  return [span(text, 'heading')]
}

function entry(term: string, help: string, columns: number): Line[] {
  return wrapText(`${padTo(term, TERM_COLUMNS)}${help}`, columns, { indent: TERM_COLUMNS })
}

/** Keys of views in one line: there are six, and each says the name of its view. */
function condensed(bindings: readonly Binding[]): (readonly [string, string])[] {
  const views = bindings.filter(({ action }) => /^view-/.test(action))
  const others = bindings
    .filter((each) => !views.includes(each))
    .map(({ shown, help }) => [shown, help] as const)
  const digits = `${views[0]?.shown}–${views.at(-1)?.shown}`
  return [[digits, views.map(({ help }) => help).join(', ')], ...others]
}
