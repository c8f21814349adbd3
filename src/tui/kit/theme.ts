import { styleText } from 'node:util'
import type { VerdictOutcome } from '../../core/advice.ts'
import { clean, type Line, type Span } from './line.ts'

/** What a text is, not how it looks: a theme knows that. */
export type Role = 'heading' | 'dim' | 'good' | 'bad' | 'open' | 'accent' | 'changed'

type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>

export interface Theme {
  readonly color: boolean
  readonly styles: Readonly<Record<Role, readonly Style[]>>
}

/** Outcomes by symbol and role, so that the colour is never needed. */
export const OUTCOME_MARKS: Readonly<
  Record<VerdictOutcome, { readonly symbol: string; readonly role: Role }>
> = {
  meets: { symbol: '✓', role: 'good' },
  undecided: { symbol: '?', role: 'open' },
  misses: { symbol: '✗', role: 'bad' },
  unpriced: { symbol: '$', role: 'open' },
  refused: { symbol: '-', role: 'dim' },
  untested: { symbol: '·', role: 'dim' },
}

/** Only the 16 colours that every terminal has and its user has chosen, and the two that light backgrounds spare. */
const DARK: Theme['styles'] = {
  heading: ['bold'],
  dim: ['dim'],
  good: ['green'],
  bad: ['red'],
  open: ['yellow'],
  accent: ['cyan'],
  changed: ['bold', 'magenta'],
}
const LIGHT: Theme['styles'] = { ...DARK, open: ['magenta'], accent: ['blue'], changed: ['bold', 'blue'] }
const MONOCHROME: Theme['styles'] = {
  heading: ['bold'],
  dim: [],
  good: [],
  bad: [],
  open: [],
  accent: [],
  changed: ['bold'],
}

/** The theme for a terminal: `NO_COLOR`, `TERM=dumb` and a background that `COLORFGBG` calls light are heeded. */
export function chooseTheme(env: Readonly<Record<string, string | undefined>>, hasColors: boolean): Theme {
  const color = hasColors && !env.NO_COLOR && env.TERM !== 'dumb'
  if (!color) return { color, styles: MONOCHROME }
  return { color, styles: isLight(env.COLORFGBG) ? LIGHT : DARK }
}

/** `0;15`: foreground and background as numbers of the 16 colours; 7 and from 9 on are light. */
function isLight(colors: string | undefined): boolean {
  const background = Number(/(\d+)$/.exec(colors ?? '')?.[1] ?? 0)
  return background === 7 || background > 8
}

/** The line with its escape codes. Whatever a terminal would obey in the text itself is taken out. */
export function paintLine(spans: Line, theme: Theme): string {
  return spans.map((each) => paint(each, theme)).join('')
}

function paint({ text, role, inverse }: Span, { styles }: Theme): string {
  const all = [...(role ? styles[role] : []), ...(inverse ? (['inverse'] as const) : [])]
  const safe = clean(text)
  return all.length === 0 || safe === '' ? safe : styleText(all, safe, { validateStream: false })
}
