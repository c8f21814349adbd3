import type { Action } from './actions.ts'
import type { View } from './state.ts'

/** A key of a view: help shows this table, and what is pressed is looked up in it. */
export interface Binding {
  /** Names of the keys, any of which does it. */
  readonly keys: readonly string[]
  /** As a user reads them. */
  readonly shown: string
  /** A word for the bar of keys. */
  readonly label: string
  /** What it does, in a sentence without a full stop. */
  readonly help: string
  readonly action: Action
}

function bind(keys: string, shown: string, label: string, help: string, action: Action): Binding {
  return { keys: keys.split(' '), shown, label, help, action }
}

const UP = bind('up k', '↑ k', 'up', 'the candidate above', 'up')
const DOWN = bind('down j', '↓ j', 'down', 'the candidate below', 'down')
const SCROLL_UP = bind('up k', '↑ k', 'up', 'scrolls up', 'scroll-up')
const SCROLL_DOWN = bind('down j', '↓ j', 'down', 'scrolls down', 'scroll-down')
const PAGE_UP = bind('page-up ctrl-b', 'PgUp', 'page up', 'scrolls ten rows up', 'scroll-page-up')
const PAGE_DOWN = bind(
  'page-down ctrl-f space',
  'PgDn',
  'page down',
  'scrolls ten rows down',
  'scroll-page-down',
)
const WHY = bind('enter', 'Enter', 'why', 'everything on this candidate', 'why')
const MARK = bind('m', 'm', 'mark', 'marks this candidate, to compare others with', 'mark')

/** Keys of every view; those of a view come first where both have one. */
export const GLOBAL_KEYS: readonly Binding[] = [
  bind('?', '?', 'keys', 'shows the keys of the view', 'help'),
  bind('q ctrl-c', 'q', 'quit', 'quits and prints the recommendation', 'quit'),
  bind('escape', 'Esc', 'back', 'goes back to where you came from', 'back'),
  bind(':', ':', 'command', 'takes a command: the name of a view, or one of :help', 'command'),
  bind('1', '1', 'candidates', 'Candidates', 'view-candidates'),
  bind('2', '2', 'why', 'Why', 'view-why'),
  bind('3', '3', 'frontier', 'Frontier', 'view-frontier'),
  bind('4', '4', 'what if', 'What if', 'view-what-if'),
  bind('5', '5', 'compare', 'Compare', 'view-compare'),
  bind('6', '6', 'gate', 'Gate', 'view-gate'),
  bind('tab', 'Tab', 'next view', 'the next view', 'next-view'),
  bind('shift-tab', 'Shift-Tab', 'view before', 'the view before', 'previous-view'),
  bind('e', 'e', 'export', 'writes this view to a Markdown or HTML file', 'export'),
  bind('y', 'y', 'copy command', 'copies and shows the command that gives the same advice', 'copy-command'),
  bind('ctrl-z', 'Ctrl-Z', 'suspend', 'stops Plimsoll and gives the terminal back until fg', 'suspend'),
]

export const VIEW_KEYS: Readonly<Record<View, readonly Binding[]>> = {
  candidates: [
    WHY,
    bind('/', '/', 'filter', 'shows only candidates with these words, such as cloud-run meets', 'filter'),
    bind('s', 's', 'sort', 'sorts by cost, latency, margin or name', 'sort'),
    MARK,
    UP,
    DOWN,
    bind('S', 'S', 'reverse', 'reverses the order', 'reverse'),
    bind('page-up ctrl-b', 'PgUp', 'page up', 'ten candidates up', 'page-up'),
    bind('page-down ctrl-f space', 'PgDn', 'page down', 'ten candidates down', 'page-down'),
    bind('home g', 'Home g', 'first', 'the first candidate', 'first'),
    bind('end G', 'End G', 'last', 'the last candidate', 'last'),
  ],
  why: [
    bind('left [', '← [', 'previous', 'the candidate before, in the order of the table', 'up'),
    bind('right ]', '→ ]', 'next', 'the candidate after', 'down'),
    MARK,
    SCROLL_UP,
    SCROLL_DOWN,
    PAGE_UP,
    PAGE_DOWN,
    bind('home g', 'Home g', 'top', 'scrolls to the top', 'scroll-top'),
  ],
  frontier: [
    bind('left h', '← h', 'cheaper', 'the next cheaper candidate', 'cheaper'),
    bind('right l', '→ l', 'dearer', 'the next dearer candidate', 'dearer'),
    WHY,
    bind('f', 'f', 'frontier only', 'shows the frontier only, or all', 'only-frontier'),
    MARK,
  ],
  'what-if': [
    bind('left h -', '← h', 'less', 'less: one step down', 'less'),
    bind('right l +', '→ l', 'more', 'more: one step up', 'more'),
    bind('enter', 'Enter', 'type', 'types a value, such as x2, 50 rps or p95<100ms', 'type-value'),
    bind('x', 'x', 'reset', "goes back to the scenario's own value", 'reset-control'),
    bind('X', 'X', 'reset all', "goes back to the scenario's own values", 'reset-all'),
    bind('w', 'w', 'save', 'saves what is asked as a scenario file', 'save-scenario'),
    bind('up k', '↑ k', 'control', 'the control above', 'control-up'),
    bind('down j', '↓ j', 'control', 'the control below', 'control-down'),
    bind('page-up ctrl-b', 'PgUp', 'page up', 'scrolls the ranking up', 'scroll-page-up'),
    bind('page-down ctrl-f', 'PgDn', 'page down', 'scrolls the ranking down', 'scroll-page-down'),
  ],
  compare: [
    bind('left [', '← [', 'previous', 'compares the candidate before', 'up'),
    bind('right ]', '→ ]', 'next', 'compares the candidate after', 'down'),
    bind('r', 'r', 'run', 'compares with the next other run, then candidates again', 'next-run'),
    bind('x', 'x', 'swap', 'swaps the two candidates', 'swap'),
    SCROLL_UP,
    SCROLL_DOWN,
    PAGE_UP,
    PAGE_DOWN,
  ],
  gate: [SCROLL_UP, SCROLL_DOWN, PAGE_UP, PAGE_DOWN],
}

/** What a key does in a view; undefined where nothing. */
export function bindingOf(view: View, key: string): Binding | undefined {
  const named = key === ' ' ? 'space' : key
  return [...VIEW_KEYS[view], ...GLOBAL_KEYS].find(({ keys }) => keys.includes(named))
}
