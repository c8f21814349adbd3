import type { Trial } from '../../core/measurement.ts'
import type { RunEvent } from '../../core/run-event.ts'
import type { RunRecord } from '../../core/run-record.ts'
import type { Scenario } from '../../core/scenario.ts'
import { LiveLoad } from './live-load.ts'

export type CandidateState = 'waiting' | 'loading' | Trial['status']

export interface StepUnderWay {
  readonly name: string
  readonly index: number
  readonly total: number
  readonly startedMs: number
}

/** A line that will not change any more. */
export interface FinishedLine {
  readonly kind: 'step' | 'note'
  readonly text: string
  readonly result?: string
}

/** What is known of a run under way. Whoever draws it asks; it tells when there is something new. */
export class RunWatch {
  readonly scenario: Scenario
  readonly startedMs: number
  step: StepUnderWay | undefined
  load: LiveLoad | undefined
  progress: { readonly finished: number; readonly total: number } | undefined
  finished: readonly FinishedLine[] = []
  trials: readonly Trial[]
  /** The run is over: only what is finished is drawn. */
  hasEnded = false
  /** Counts changes. */
  version = 0
  readonly #now: () => number
  readonly #listeners = new Set<() => void>()

  constructor(record: RunRecord, now: () => number = () => performance.now()) {
    this.scenario = record.scenario
    this.trials = record.trials
    this.#now = now
    this.startedMs = now()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly hear = (event: RunEvent): void => {
    switch (event.kind) {
      case 'note':
        this.finished = [...this.finished, { kind: 'note', text: event.text }]
        break
      case 'step-started':
        this.step = { name: event.step, index: event.index, total: event.total, startedMs: this.#now() }
        this.load = undefined
        this.progress = undefined
        break
      case 'progress':
        this.progress = { finished: event.finished, total: event.total }
        break
      case 'step-finished':
        this.finished = [...this.finished, { kind: 'step', text: event.step, result: event.result }]
        this.step = undefined
        break
      case 'load-started':
        this.load = new LiveLoad(event.load, this.scenario.slo)
        break
      case 'requests':
        this.load?.add(event.atMs, event.responseMs)
        break
    }
    this.changed()
  }

  saved(record: RunRecord): void {
    this.trials = record.trials
    this.changed()
  }

  end(): void {
    this.hasEnded = true
    this.changed()
  }

  /** Something that is shown is another: the clock, or whether the run is paused. */
  changed(): void {
    this.version++
    for (const listener of this.#listeners) listener()
  }

  stateOf(candidate: string): CandidateState {
    const trial = this.trials.find((each) => each.candidate === candidate)
    return trial?.status ?? (this.step?.name === candidate ? 'loading' : 'waiting')
  }

  elapsedS(): number {
    return (this.#now() - this.startedMs) / 1000
  }

  /** Of the step under way, at the pace so far; undefined while that says nothing. */
  leftS(): number | undefined {
    if (!this.step || !this.progress || this.progress.finished < 5) return undefined
    const { finished, total } = this.progress
    const spentS = (this.#now() - this.step.startedMs) / 1000
    return spentS * (total / finished - 1)
  }
}
