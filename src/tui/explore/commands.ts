import { type Action, act, asking, goTo, type Step } from './actions.ts'
import { CONTROLS, type Control, withControl } from './question.ts'
import { rowsOf, SORTS } from './rows.ts'
import { type State, VIEWS, type View } from './state.ts'

/** A command of `:` with what follows it. */
interface Command {
  readonly name: string
  readonly argument?: string
  readonly help: string
  readonly run: (state: State, argument: string) => Step
}

function doing(name: string, help: string, action: Action): Command {
  return { name, help, run: (state) => act(state, action) }
}

const NAMES: Readonly<Record<View, string>> = {
  candidates: 'the table of candidates',
  why: 'everything on one, such as :why cloud-run 1cpu',
  frontier: 'cost against latency',
  'what-if': 'other traffic, SLO, region, commitment, replicas',
  compare: 'two candidates, or two runs',
  gate: 'the metrics of a gate',
}

export const COMMANDS: readonly Command[] = [
  ...VIEWS.map(
    (view): Command => ({
      name: view,
      ...(view === 'why' || view === 'compare' ? { argument: '[candidate]' } : {}),
      help: NAMES[view],
      run: (state, argument) => openView(state, view, argument),
    }),
  ),
  ...CONTROLS.map(
    (control): Command => ({
      name: control,
      argument: '[value]',
      help: `what if: as plimsoll advise --${control}; the scenario's own without a value`,
      run: (state, argument) => ask(state, control, argument),
    }),
  ),
  {
    name: 'filter',
    argument: '[words]',
    help: 'only candidates with these words',
    run: (state, filter) => ({ state: { ...state, filter } }),
  },
  { name: 'sort', argument: SORTS.join('|'), help: 'sorts the candidates', run: sortBy },
  { name: 'export', argument: 'md|html', help: 'writes this view to a file', run: exportAs },
  doing('copy', 'copies the command that gives the same advice', 'copy-command'),
  doing('save', 'saves what is asked as a scenario', 'save-scenario'),
  doing('reset', "the scenario's own traffic, SLO and so on", 'reset-all'),
  doing('help', 'the keys of this view, and these commands', 'help'),
  doing('quit', 'quits and prints the recommendation', 'quit'),
]

/** Does what was typed after `:`; a beginning that only one command has is enough. */
export function runCommand(state: State, text: string): Step {
  const [, name = '', argument = ''] = /^\s*(\S*)\s*(.*?)\s*$/.exec(text) ?? []
  if (name === '') return { state }
  const found = COMMANDS.filter((each) => each.name.startsWith(name))
  const command = found.find((each) => each.name === name) ?? (found.length === 1 ? found[0] : undefined)
  if (command) return command.run(state, argument)
  const which = found.length > 1 ? `: ${found.map((each) => each.name).join(', ')}?` : '; :help lists them'
  return fault(state, `there is no command ${name}${which}`)
}

function fault(state: State, text: string): Step {
  return { state: { ...state, note: { text, isFault: true } } }
}

function openView(state: State, view: View, argument: string): Step {
  if (argument === '') return { state: goTo(state, view) }
  const words = argument.toLowerCase().split(/\s+/)
  const row = rowsOf(state.advice, state.record).find(({ candidate }) =>
    words.every((word) => candidate.name.toLowerCase().includes(word)),
  )
  if (!row) return fault(state, `no candidate has ${argument} in its name`)
  return { state: goTo({ ...state, chosen: row.candidate.name, otherRun: null }, view) }
}

function ask(state: State, control: Control, argument: string): Step {
  return asking(goTo({ ...state, control }, 'what-if'), withControl(state.question, control, argument))
}

function sortBy(state: State, argument: string): Step {
  const sort = SORTS.find((each) => each === argument)
  return sort ? { state: { ...state, sort } } : fault(state, `sort by one of ${SORTS.join(', ')}`)
}

function exportAs(state: State, argument: string): Step {
  const format = ({ md: 'markdown', markdown: 'markdown', html: 'html' } as const)[argument]
  if (format) return { state, effect: { kind: 'export', format } }
  return argument === '' ? act(state, 'export') : fault(state, 'export as md or html')
}
