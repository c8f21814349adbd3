import { createInterface } from 'node:readline/promises'
import { chooseBook } from '../pricing/default-book.ts'
import { Advisor } from '../run/advisor.ts'
import { readWhatIf } from '../run/read-what-if.ts'
import { loadRun } from '../run/run-store.ts'
import { COMMANDS, runCommand } from '../tui/explore/commands.ts'
import { documentOf } from '../tui/explore/document.ts'
import { performEffect } from '../tui/explore/effects.ts'
import type { Answer, Explorer } from '../tui/explore/explorer.ts'
import type { Question } from '../tui/explore/question.ts'
import { initialState, type State, VIEWS } from '../tui/explore/state.ts'
import { hear } from '../tui/explore/update.ts'
import { toPlainText } from '../tui/explore/write-document.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { explorerOf, isTerminal } from './explore-command.ts'

/**
 * `plimsoll explore --plain`: the views as text that a screen reader can read, nothing drawn and nothing redrawn. At a
 * terminal it takes commands, one a line; elsewhere it prints every view.
 */
export async function explorePlainly(file: string, given: Given): Promise<number> {
  const record = loadRun(file)
  const { book, ...use } = await chooseBook(given.values.get('book'), process.env)
  const advisor = new Advisor(record, book, { ...use, now: new Date() })
  const ask = (question: Question, tell: (answer: Answer) => void) => tell(answerOf(advisor, question))
  const explorer = explorerOf(file, record, { ask, foresee: () => {} }, given)
  const state = hear(initialState(explorer), answerOf(advisor, {}))
  return isTerminal() ? converse(state, explorer) : printAll(state)
}

function answerOf(advisor: Advisor, question: Question): Answer {
  const { whatIf, problems } = readWhatIf(question)
  if (problems.length > 0)
    return { kind: 'problem', message: problems.map(({ message, hint }) => `${message}: ${hint}`).join('; ') }
  return { kind: 'advice', advice: advisor.advise(whatIf), isWhole: true }
}

function printAll(state: State): number {
  const views = VIEWS.filter((view) => view !== 'compare' && (view !== 'gate' || state.gate))
  process.stdout.write(views.map((view) => toPlainText(documentOf(state, view))).join('\n'))
  return EXIT.ok
}

/** A view, then a line of what to do next, until there is no more. */
async function converse(first: State, explorer: Explorer): Promise<number> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  let state = first
  let isOver = false
  const outside = {
    explorer,
    quit: () => {
      isOver = true
    },
    suspend: () => {},
    copy: () => {},
    update: (change: (state: State) => State) => {
      state = change(state)
    },
    hear,
  }
  console.log(toPlainText(documentOf(state)))
  lines.setPrompt('Command (help lists them, quit ends): ')
  lines.prompt()
  for await (const line of lines) {
    const before = state
    const { state: next, effect } = runCommand({ ...state, note: null }, line)
    state = next.mode.kind === 'help' ? { ...next, mode: { kind: 'view' } } : next
    if (effect) performEffect(effect, state, outside)
    if (isOver) break
    if (next.mode.kind === 'help') console.log(commandsText())
    else if (state.note) console.log(state.note.text)
    else if (state !== before) console.log(toPlainText(documentOf(state)))
    lines.prompt()
  }
  lines.close()
  console.log((state.advice?.recommendation ?? []).join('\n'))
  return EXIT.ok
}

function commandsText(): string {
  return COMMANDS.map(
    ({ name, argument, help }) => `${[name, argument].filter(Boolean).join(' ')}: ${help}`,
  ).join('\n')
}
