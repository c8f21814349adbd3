import type { Key } from 'ink'

/** A key as tables of keys name it. */
export interface KeyPress {
  /** `up`, `enter`, `escape`, `page-down`, `ctrl-r`; of a character the character itself. */
  readonly name: string
  /** What it adds to a text; empty for keys that add nothing. */
  readonly text: string
}

const NAMED: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
]
const graphemes = new Intl.Segmenter()

/** The presses in what Ink read at once: of text that came in one piece, each of its characters. */
export function keyPresses(input: string, key: Key): KeyPress[] {
  if (key.tab) return [press(key.shift ? 'shift-tab' : 'tab')]
  const named = NAMED.find(([flag]) => key[flag])
  if (named) return [press(named[1])]
  if (key.ctrl) return input === '' ? [] : [press(`ctrl-${input}`)]
  if (key.meta) return []
  return [...graphemes.segment(input)].flatMap(({ segment }) => character(segment))
}

function character(text: string): KeyPress[] {
  if (text === '\r' || text === '\n' || text === '\r\n') return [press('enter')]
  if (text === '\x7f' || text === '\b') return [press('backspace')]
  if (/^\p{Cc}/u.test(text)) return []
  return [{ name: text, text }]
}

function press(name: string): KeyPress {
  return { name, text: '' }
}
