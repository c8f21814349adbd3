import type { Advice } from '../../core/advice.ts'
import type { RunRecord } from '../../core/run-record.ts'
import type { GateResult } from '../../gate/gate-result.ts'
import type { Question } from './question.ts'

/** What comes of a question, in this order: how far it is, the ranking, and the ranking with other traffic looked at. */
export type Answer =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  /** `isWhole`: break-evens and the like are in it; without them it is the same otherwise. */
  | { readonly kind: 'advice'; readonly advice: Advice; readonly isWhole: boolean }
  /** The question cannot be asked, and why. */
  | { readonly kind: 'problem'; readonly message: string }

/** A run that may be compared with the one that is explored. */
export interface OtherRun {
  /** Path as a user would type it. */
  readonly file: string
  readonly id: string
}

/** All that the views are handed: a run, and functions for what they must have worked out or done. */
export interface Explorer {
  /** Path of the run as a user would type it. */
  readonly file: string
  readonly record: RunRecord
  readonly others: readonly OtherRun[]
  readonly gate: { readonly file: string; readonly result: GateResult } | null
  /** The last question counts: of one before it nothing is heard any more. */
  readonly ask: (question: Question, hear: (answer: Answer) => void) => void
  /** What may be asked next; worked out while nothing else is. */
  readonly foresee: (questions: readonly Question[]) => void
  readonly adviseOther: (file: string) => Promise<Advice>
  /** Writes a file beside where the user is. @returns its path @throws where it cannot be written */
  readonly write: (name: string, content: string) => string
  /** Saves the scenario with the question in place of what it says. @returns its path; rejects where it cannot be said */
  readonly saveScenario: (question: Question) => Promise<string>
}
