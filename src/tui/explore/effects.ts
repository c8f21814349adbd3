import type { Effect } from './actions.ts'
import { neighbours } from './controls.ts'
import { documentOf } from './document.ts'
import type { Answer, Explorer } from './explorer.ts'
import { isAsked, type Question } from './question.ts'
import type { Note, State } from './state.ts'
import { toHtml, toMarkdown } from './write-document.ts'

/** What effects are done with. */
export interface Outside {
  readonly explorer: Explorer
  readonly quit: () => void
  readonly suspend: () => void
  readonly copy: (text: string) => void
  readonly update: (change: (state: State) => State) => void
  readonly hear: (state: State, answer: Answer) => State
}

/** Does what a state alone cannot; what comes of it is told as a note, or changes the state later. */
export function performEffect(effect: Effect, state: State, outside: Outside): void {
  if (effect.kind === 'ask') ask(effect.question, outside)
  else if (effect.kind === 'export') exportView(effect.format, state, outside)
  else if (effect.kind === 'copy') outside.copy(effect.text)
  else if (effect.kind === 'save-scenario') saveScenario(state, outside)
  else if (effect.kind === 'advise-other') adviseOther(effect.file, outside)
  else outside[effect.kind]()
}

/** Asks, and once that is answered has the next likely questions worked out. */
function ask(question: Question, { explorer, update, hear }: Outside): void {
  explorer.ask(question, (answer) => {
    update((state) => {
      if (answer.kind === 'advice') explorer.foresee(likelyNext(state))
      return hear(state, answer)
    })
  })
}

/** Steps of the control that was moved last; while none is looked at, of none. */
function likelyNext({ question, record, control, view }: State): Question[] {
  return view === 'what-if' ? neighbours(question, record.scenario, control).slice(0, MOST_FORESEEN) : []
}

/** Steps of the controls that are worked out ahead. */
const MOST_FORESEEN = 6

function exportView(format: 'markdown' | 'html', state: State, { explorer, update }: Outside): void {
  const document = documentOf(state)
  const name = `${state.record.scenario.name}-${state.view}.${format === 'html' ? 'html' : 'md'}`
  noting(
    update,
    () => `written: ${explorer.write(name, format === 'html' ? toHtml(document) : toMarkdown(document))}`,
  )
}

function saveScenario(state: State, { explorer, update }: Outside): void {
  if (isAsked(state.question)) {
    explorer.saveScenario(state.question).then(
      (path) => noting(update, () => `saved: ${path}`),
      (error: unknown) => telling(update, error),
    )
  } else noting(update, () => "nothing is asked yet: this is the scenario's own")
}

function adviseOther(file: string, { explorer, update }: Outside): void {
  explorer.adviseOther(file).then(
    (advice) =>
      update((state) => (state.otherRun?.file === file ? { ...state, otherRun: { file, advice } } : state)),
    (error: unknown) => {
      update((state) => ({ ...state, otherRun: null }))
      telling(update, error)
    },
  )
}

function noting(update: Outside['update'], text: () => string): void {
  try {
    const note: Note = { text: text() }
    update((state) => ({ ...state, note }))
  } catch (error) {
    telling(update, error)
  }
}

function telling(update: Outside['update'], error: unknown): void {
  const text = error instanceof Error ? error.message : String(error)
  update((state) => ({ ...state, note: { text, isFault: true } }))
}
