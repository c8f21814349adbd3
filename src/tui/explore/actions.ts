import { rivalOf } from './comparison.ts'
import { stepped } from './controls.ts'
import { adviseCommand, CONTROLS, type Question, withControl } from './question.ts'
import { rowsOf, SORTS } from './rows.ts'
import { chosenRow, cursorIndex, plotRows, type State, VIEWS, type View, visibleRows } from './state.ts'

/** What is left to do outside, where the state alone does not do. */
export type Effect =
  | { readonly kind: 'ask'; readonly question: Question }
  | { readonly kind: 'export'; readonly format: 'markdown' | 'html' }
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'save-scenario' }
  | { readonly kind: 'advise-other'; readonly file: string }
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }

export interface Step {
  readonly state: State
  readonly effect?: Effect
}

const PAGE = 10
type Act = (state: State) => State | Step

/** Every action that a key or a command may ask for. */
const ACTIONS = {
  help: (state) => ({ ...state, mode: { kind: 'help', scroll: 0 } }),
  quit: (state) => ({ state, effect: { kind: 'quit' } }),
  suspend: (state) => ({ state, effect: { kind: 'suspend' } }),
  back: goBack,
  command: (state) => ({ ...state, mode: { kind: 'command', text: '' } }),
  filter: (state) => ({ ...state, mode: { kind: 'filter', text: state.filter } }),
  export: (state) => ({ ...state, mode: { kind: 'export' } }),
  'copy-command': copyCommand,
  'view-candidates': (state) => goTo(state, 'candidates'),
  'view-why': (state) => goTo(state, 'why'),
  'view-frontier': (state) => goTo(state, 'frontier'),
  'view-what-if': (state) => goTo(state, 'what-if'),
  'view-compare': (state) => goTo(state, 'compare'),
  'view-gate': (state) => goTo(state, 'gate'),
  'next-view': (state) => goTo(state, viewAfter(state.view, 1)),
  'previous-view': (state) => goTo(state, viewAfter(state.view, -1)),
  why: (state) => goTo({ ...state, chosen: chosenRow(state)?.candidate.name ?? null }, 'why'),
  up: (state) => move(state, -1),
  down: (state) => move(state, 1),
  'page-up': (state) => move(state, -PAGE),
  'page-down': (state) => move(state, PAGE),
  first: (state) => move(state, Number.NEGATIVE_INFINITY),
  last: (state) => move(state, Number.POSITIVE_INFINITY),
  sort: (state) => ({ ...state, sort: SORTS[(SORTS.indexOf(state.sort) + 1) % SORTS.length] ?? 'cost' }),
  reverse: (state) => ({ ...state, isReversed: !state.isReversed }),
  mark,
  'scroll-up': (state) => scroll(state, -1),
  'scroll-down': (state) => scroll(state, 1),
  'scroll-page-up': (state) => scroll(state, -PAGE),
  'scroll-page-down': (state) => scroll(state, PAGE),
  'scroll-top': (state) => ({ ...state, scroll: 0 }),
  cheaper: (state) => walk(state, -1),
  dearer: (state) => walk(state, 1),
  'only-frontier': (state) => ({ ...state, onlyFrontier: !state.onlyFrontier }),
  less: (state) => stepControl(state, -1),
  more: (state) => stepControl(state, 1),
  'control-up': (state) => moveControl(state, -1),
  'control-down': (state) => moveControl(state, 1),
  'type-value': (state) => ({
    ...state,
    mode: { kind: 'value', control: state.control, text: state.question[state.control] ?? '' },
  }),
  'reset-control': (state) => asking(state, withControl(state.question, state.control, undefined)),
  'reset-all': (state) => asking(state, {}),
  'save-scenario': (state) => ({ state, effect: { kind: 'save-scenario' } }),
  'next-run': nextRun,
  swap,
} as const satisfies Record<string, Act>

export type Action = keyof typeof ACTIONS

export function act(state: State, action: Action): Step {
  const done = (ACTIONS[action] as Act)(state)
  return 'state' in done ? done : { state: done }
}

/** The state with another question asked; nothing where it is the one that was asked. */
export function asking(state: State, question: Question): Step {
  if (JSON.stringify(question) === JSON.stringify(state.question)) return { state }
  const open = { done: 0, total: rowsOf(state.advice, state.record).length }
  return {
    state: { ...state, question, open, isPartial: true, scroll: 0, note: null },
    effect: { kind: 'ask', question },
  }
}

export function goTo(state: State, view: View): State {
  if (view === state.view) return state
  return { ...state, view, trail: [state.view, ...state.trail].slice(0, VIEWS.length), scroll: 0, note: null }
}

function goBack(state: State): State {
  if (state.view === 'candidates' && state.filter !== '') return { ...state, filter: '' }
  const [view = 'candidates', ...trail] = state.trail
  return { ...state, view, trail, scroll: 0, note: null }
}

function viewAfter(view: View, by: 1 | -1): View {
  return VIEWS[(VIEWS.indexOf(view) + by + VIEWS.length) % VIEWS.length] ?? view
}

function move(state: State, by: number): State {
  const rows = visibleRows(state)
  const index = Math.min(rows.length - 1, Math.max(0, cursorIndex(rows, state.chosen) + by))
  return { ...state, chosen: rows[index]?.candidate.name ?? state.chosen, scroll: 0 }
}

function walk(state: State, by: 1 | -1): State {
  const rows = plotRows(state)
  const at = rows.findIndex(({ candidate }) => candidate.name === chosenRow(state)?.candidate.name)
  const index = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))
  return { ...state, chosen: rows[index]?.candidate.name ?? state.chosen }
}

/** The end is known to the view alone, which scrolls no further; here only the top is. */
function scroll(state: State, by: number): State {
  return { ...state, scroll: Math.max(0, state.scroll + by) }
}

function mark(state: State): State {
  const name = chosenRow(state)?.candidate.name
  if (name === undefined) return state
  const isMarked = state.marked === name
  const text = isMarked ? 'no candidate is marked' : `marked ${name}: 5 compares others with it`
  return { ...state, marked: isMarked ? null : name, note: { text } }
}

function swap(state: State): State {
  const chosen = chosenRow(state)?.candidate.name ?? null
  const marked = state.marked ?? rivalOf(state) ?? null
  return marked === null ? state : { ...state, chosen: marked, marked: chosen }
}

function stepControl(state: State, direction: 1 | -1): Step {
  const { control, question, record } = state
  const value = stepped(control, question, record.scenario, direction)
  return asking(state, withControl(question, control, value))
}

function moveControl(state: State, by: 1 | -1): State {
  const index = Math.min(CONTROLS.length - 1, Math.max(0, CONTROLS.indexOf(state.control) + by))
  return { ...state, control: CONTROLS[index] ?? state.control }
}

function copyCommand(state: State): Step {
  const text = adviseCommand(state.file, state.question)
  return { state: { ...state, note: { text } }, effect: { kind: 'copy', text } }
}

/** From candidates to each of the other runs, then back. */
function nextRun(state: State): Step {
  const { others, otherRun } = state
  if (others.length === 0)
    return { state: { ...state, note: { text: 'there is no other run beside this one' } } }
  const at = others.findIndex(({ file }) => file === otherRun?.file)
  const next = others[at + 1]
  if (!next) return { state: { ...state, otherRun: null, scroll: 0 } }
  return {
    state: { ...state, otherRun: { file: next.file, advice: null }, scroll: 0 },
    effect: { kind: 'advise-other', file: next.file },
  }
}
