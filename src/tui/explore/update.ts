import { editText } from '../kit/edit-text.ts'
import type { KeyPress } from '../kit/key-press.ts'
import { act, asking, type Step } from './actions.ts'
import { runCommand } from './commands.ts'
import type { Answer } from './explorer.ts'
import { bindingOf } from './keys.ts'
import { isAsked, withControl } from './question.ts'
import { counterparts } from './rows.ts'
import type { Mode, State } from './state.ts'

const IN_VIEW: Mode = { kind: 'view' }

/** What a key makes of a state, and what is left to do outside. */
export function press(state: State, key: KeyPress): Step {
  const { mode } = state
  if (key.name === 'ctrl-c') return act(state, 'quit')
  if (key.name === 'ctrl-z') return act(state, 'suspend')
  switch (mode.kind) {
    case 'view': {
      const binding = bindingOf(state.view, key.name)
      return binding ? act({ ...state, note: null }, binding.action) : { state }
    }
    case 'help':
      return { state: scrollHelp(state, mode.scroll, key.name) }
    case 'export':
      return chooseFormat({ ...state, mode: IN_VIEW }, key.name)
    case 'filter':
    case 'command':
    case 'value':
      return typeInto(state, mode, key)
  }
}

const HELP_SCROLLS: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  'page-up': -10,
  'page-down': 10,
}

function scrollHelp(state: State, scroll: number, key: string): State {
  const by = HELP_SCROLLS[key]
  return { ...state, mode: by === undefined ? IN_VIEW : { kind: 'help', scroll: Math.max(0, scroll + by) } }
}

function chooseFormat(state: State, key: string): Step {
  const format = ({ m: 'markdown', h: 'html' } as const)[key]
  return format ? { state, effect: { kind: 'export', format } } : { state }
}

type Typing = Extract<Mode, { text: string }>

function typeInto(state: State, mode: Typing, key: KeyPress): Step {
  const left = { ...state, mode: IN_VIEW }
  if (key.name === 'escape') return { state: mode.kind === 'filter' ? { ...left, filter: '' } : left }
  if (key.name === 'enter') return typed(left, mode)
  const text = editText(mode.text, key)
  if (text === undefined) return { state }
  // The filter shows what it finds while it is typed.
  const found = mode.kind === 'filter' ? { filter: text } : {}
  return { state: { ...state, ...found, mode: { ...mode, text } } }
}

function typed(state: State, mode: Typing): Step {
  switch (mode.kind) {
    case 'filter':
      return { state: { ...state, filter: mode.text } }
    case 'command':
      return runCommand(state, mode.text)
    case 'value':
      return asking(state, withControl(state.question, mode.control, mode.text.trim()))
  }
}

/** What an answer makes of a state. A problem leaves the figures as they were, and says so. */
export function hear(state: State, answer: Answer): State {
  switch (answer.kind) {
    case 'progress':
      return { ...state, open: { done: answer.done, total: answer.total } }
    case 'problem':
      return { ...state, open: null, isPartial: false, note: { text: answer.message, isFault: true } }
    case 'advice': {
      const { advice, isWhole } = answer
      const own = isAsked(state.question) ? state.own : advice
      return {
        ...followed(state, advice.verdicts.length > 0 ? advice : state.advice),
        own,
        open: null,
        isPartial: !isWhole,
      }
    }
  }
}

/** Cursor and mark stay on their candidates, though a question gives them other names. */
function followed(state: State, advice: State['advice']): State {
  if (!advice || !state.advice || advice === state.advice) return { ...state, advice }
  const names = new Map(
    [...counterparts(advice, state.advice)].map(([now, then]) => [then.candidate.name, now]),
  )
  const follow = (name: string | null) => (name === null ? null : (names.get(name) ?? name))
  return { ...state, advice, chosen: follow(state.chosen), marked: follow(state.marked) }
}
