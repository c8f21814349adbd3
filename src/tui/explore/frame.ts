import { formatSlo, formatTraffic } from '../../report/figures.ts'
import { dialogLines, overlay } from '../kit/dialog.ts'
import { keyBar } from '../kit/key-bar.ts'
import { clipLine, type Line, type Size, span } from '../kit/line.ts'
import { promptLine } from '../kit/prompt.ts'
import { statusLine, tabs } from '../kit/status-line.ts'
import { GLOBAL_KEYS, VIEW_KEYS } from './keys.ts'
import { describeQuestion, isAsked } from './question.ts'
import { type State, VIEW_NAMES, VIEWS, type View } from './state.ts'
import { candidatesView } from './views/candidates.ts'
import { compareView } from './views/compare.ts'
import { frontierView } from './views/frontier.ts'
import { gateView } from './views/gate.ts'
import { helpView } from './views/help.ts'
import { whatIfView } from './views/what-if.ts'
import { whyView } from './views/why.ts'

const DRAW: Readonly<Record<View, (state: State, size: Size) => readonly Line[]>> = {
  candidates: candidatesView,
  why: whyView,
  frontier: frontierView,
  'what-if': whatIfView,
  compare: compareView,
  gate: gateView,
}
/** Rows that are not the view's: views and run above, notes and keys below. */
const FRAME_ROWS = 4

/** The whole screen for a state, exactly as many rows as the terminal has. */
export function frame(state: State, size: Size): Line[] {
  const room = { columns: size.columns, rows: Math.max(0, size.rows - FRAME_ROWS) }
  const body = DRAW[state.view](state, room)
  const padded = Array.from({ length: room.rows }, (_, index) => body[index] ?? [])
  const lines = [
    tabLine(state, size),
    runLine(state, size),
    ...padded,
    noteLine(state, size),
    keyLine(state, size),
  ]
  return overlaid(state, lines, size)
    .slice(0, size.rows)
    .map((each) => clipLine(each, size.columns))
}

function tabLine({ view }: State, { columns }: Size): Line {
  return tabs(
    VIEWS.map((each) => VIEW_NAMES[each]),
    VIEWS.indexOf(view),
    columns,
  )
}

/** Scenario, traffic and SLO; what is asked stands out. */
function runLine({ record, advice, question, open }: State, { columns }: Size): Line {
  const { name, traffic, slo } = advice ? { ...advice, name: advice.scenario.name } : record.scenario
  const asked = isAsked(question) ? [span(`what if ${describeQuestion(question)}  `, 'changed')] : []
  const progress = open ? [span(` … ${open.done}/${open.total}`, 'accent')] : []
  const rest = asked.length > 0 ? [] : [span(`${formatTraffic(traffic)}  ${formatSlo(slo)}`, 'dim')]
  return statusLine([span(`${name}  `, 'heading'), ...asked, ...rest], progress, columns)
}

function noteLine({ mode, note, filter, view }: State, { columns }: Size): Line {
  if (mode.kind === 'filter') return promptLine('/', mode.text, columns, 'Enter keeps, Esc shows all')
  if (mode.kind === 'command') return promptLine(':', mode.text, columns, 'help lists what there is')
  if (note) return [span(note.isFault ? `✗ ${note.text}` : note.text, note.isFault ? 'bad' : 'accent')]
  return view === 'candidates' && filter !== ''
    ? [span(`/${filter}`, 'accent'), span('  Esc shows all', 'dim')]
    : []
}

function keyLine({ view, mode }: State, { columns }: Size): Line {
  if (mode.kind === 'value' || mode.kind === 'filter' || mode.kind === 'command')
    return keyBar(
      [
        { key: 'Enter', label: 'ok' },
        { key: 'Esc', label: 'leave' },
      ],
      columns,
    )
  const always = GLOBAL_KEYS.filter(({ action }) => action === 'help' || action === 'quit')
  const own = VIEW_KEYS[view].map(({ shown, label }) => ({ key: shown.split(' ')[0] ?? shown, label }))
  const hints = always.map(({ shown, label }) => ({ key: shown, label }))
  return keyBar([...own.slice(0, 2), ...hints, ...own.slice(2)], columns)
}

function overlaid(state: State, lines: Line[], size: Size): Line[] {
  if (state.mode.kind === 'help') {
    const room = { columns: Math.max(1, size.columns - 4), rows: Math.max(0, size.rows - 2) }
    return overlay(
      lines,
      dialogLines('Keys', helpView(state, state.mode.scroll, room), '↑↓ scroll, any other key closes', size),
      size,
    )
  }
  if (state.mode.kind !== 'export') return lines
  const choices = [[span('m  Markdown')], [span('h  HTML')]]
  return overlay(lines, dialogLines(`Export ${VIEW_NAMES[state.view]}`, choices, 'Esc', size), size)
}
