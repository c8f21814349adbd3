import type { Advice } from '../../core/advice.ts'
import type { RunRecord } from '../../core/run-record.ts'
import type { GateResult } from '../../gate/gate-result.ts'
import type { Explorer, OtherRun } from './explorer.ts'
import type { Control, Question } from './question.ts'
import { chosenRows, type Row, rowsOf, type Sort } from './rows.ts'

export const VIEWS = ['candidates', 'why', 'frontier', 'what-if', 'compare', 'gate'] as const
export type View = (typeof VIEWS)[number]

export const VIEW_NAMES: Readonly<Record<View, string>> = {
  candidates: 'Candidates',
  why: 'Why',
  frontier: 'Frontier',
  'what-if': 'What if',
  compare: 'Compare',
  gate: 'Gate',
}

/** What takes the keys: the view, or something that is typed or chosen over it. */
export type Mode =
  | { readonly kind: 'view' }
  | { readonly kind: 'help'; readonly scroll: number }
  | { readonly kind: 'export' }
  | { readonly kind: 'filter' | 'command'; readonly text: string }
  | { readonly kind: 'value'; readonly control: Control; readonly text: string }

/** Something to tell at the foot of the screen. */
export interface Note {
  readonly text: string
  readonly isFault?: boolean
}

/** All that a frame is made of, with the size of the terminal. */
export interface State {
  readonly file: string
  readonly record: RunRecord
  readonly others: readonly OtherRun[]
  readonly gate: { readonly file: string; readonly result: GateResult } | null
  /** Of the run as it is; null until it is known. */
  readonly own: Advice | null
  readonly question: Question
  /** The last that is known, which answers `question` unless that is still open. */
  readonly advice: Advice | null
  /** Of the question: still worked out, and how far. */
  readonly open: { readonly done: number; readonly total: number } | null
  /** Break-evens of the question are still worked out. */
  readonly isPartial: boolean
  readonly view: View
  /** Views to go back to, the last first. */
  readonly trail: readonly View[]
  readonly mode: Mode
  readonly note: Note | null
  readonly filter: string
  readonly sort: Sort
  readonly isReversed: boolean
  /** Name of the candidate under the cursor; null for the first. */
  readonly chosen: string | null
  /** Name of the candidate to compare with; null for the cheapest. */
  readonly marked: string | null
  /** Rows that a text or a table is scrolled down. */
  readonly scroll: number
  readonly control: Control
  /** The run to compare with; null to compare candidates. */
  readonly otherRun: { readonly file: string; readonly advice: Advice | null } | null
  readonly onlyFrontier: boolean
}

export function initialState({ file, record, others, gate }: Explorer): State {
  return {
    file,
    record,
    others,
    gate,
    own: null,
    question: {},
    advice: null,
    open: { done: 0, total: record.scenario.candidates.length },
    isPartial: true,
    view: 'candidates',
    trail: [],
    mode: { kind: 'view' },
    note: null,
    filter: '',
    sort: 'cost',
    isReversed: false,
    chosen: null,
    marked: null,
    scroll: 0,
    control: 'traffic',
    otherRun: null,
    onlyFrontier: false,
  }
}

/** The candidates as the table shows them: filtered and sorted. */
export function visibleRows({ advice, record, filter, sort, isReversed }: State): Row[] {
  return chosenRows(rowsOf(advice, record), { filter, sort, isReversed }, advice)
}

/** The row under the cursor, among those that are shown. */
export function cursorIndex(rows: readonly Row[], chosen: string | null): number {
  return Math.max(
    0,
    rows.findIndex(({ candidate }) => candidate.name === chosen),
  )
}

/** The candidate under the cursor, though the filter may hide it; undefined where there is none at all. */
export function chosenRow(state: State): Row | undefined {
  const all = rowsOf(state.advice, state.record)
  return all.find(({ candidate }) => candidate.name === state.chosen) ?? visibleRows(state)[0] ?? all[0]
}

/** Candidates that have a place on the plot, cheapest first; `onlyFrontier` those that no other beats. */
export function plotRows({ advice, record, onlyFrontier }: State): Row[] {
  const rows = rowsOf(advice, record).filter(({ verdict }) => verdict?.usdPerMonth && verdict.latencyMs)
  const wanted = onlyFrontier
    ? rows.filter(({ candidate }) => advice?.frontier.includes(candidate.name))
    : rows
  return wanted.toSorted((a, b) => usd(a) - usd(b))
}

/** For places on a plot and their order only: money that is shown or added up stays exact. */
export function usd({ verdict }: Row): number {
  return Number(verdict?.usdPerMonth?.value ?? Number.NaN)
}
