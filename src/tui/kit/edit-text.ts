import type { KeyPress } from './key-press.ts'
import { clean } from './line.ts'

const graphemes = new Intl.Segmenter()

/** The text after a key: what can be read is added, backspace takes the last character. Undefined: the key is not for it. */
export function editText(text: string, { name, text: typed }: KeyPress): string | undefined {
  if (name === 'backspace' || name === 'delete')
    return [...graphemes.segment(text)]
      .slice(0, -1)
      .map(({ segment }) => segment)
      .join('')
  if (name === 'ctrl-u') return ''
  if (name === 'ctrl-w') return text.replace(/\S*\s*$/, '')
  return typed === '' ? undefined : text + clean(typed)
}
