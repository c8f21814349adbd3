import type { Trial } from '../../core/measurement.ts'
import type { RunEvent } from '../../core/run-event.ts'
import type { RunRecord } from '../../core/run-record.ts'
import type { Scenario } from '../../core/scenario.ts'
import { LiveLoad } from './live-load.ts'

export type CandidateState = 'waiting' | 'deploying' | 'loading' | Trial['status']

export interface StepUnderWay {
  readonly name: string
  readonly index: number
  readonly total: number
  readonly startedMs: number
}

/** What is done with a deployment at the moment. */
export interface DeploymentUnderWay {
  readonly step: string
  readonly startedMs: number
  readonly expectedS?: { readonly low: number; readonly high: number }
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
  /** Candidate that is loaded, where it is one that is. */
  loaded: string | undefined
  progress: { readonly finished: number; readonly total: number } | undefined
  deployments: ReadonlyMap<string, DeploymentUnderWay> = new Map()
  spend: { readonly spentUsd: string; readonly capUsd: string } | undefined
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
        this.#forgetLoad()
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
        this.loaded = event.candidate
        break
      case 'deployment':
        this.#hearDeployment(event)
        break
      case 'spend':
        this.spend = { spentUsd: event.spentUsd, capUsd: event.capUsd }
        break
      case 'requests':
        this.load?.add(event.atMs, event.responseMs)
        break
    }
    this.changed()
  }

  #hearDeployment({ candidate, step, expectedS }: Extract<RunEvent, { kind: 'deployment' }>): void {
    const others = [...this.deployments].filter(([name]) => name !== candidate)
    const startedMs = this.#now()
    const own = step && ([candidate, { step, startedMs, ...(expectedS && { expectedS }) }] as const)
    this.deployments = new Map(own ? [...others, own] : others)
  }

  #forgetLoad(): void {
    this.load = undefined
    this.loaded = undefined
    this.progress = undefined
  }

  saved(record: RunRecord): void {
    this.trials = record.trials
    if (this.trials.some(({ candidate }) => candidate === this.loaded)) this.#forgetLoad()
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
    if (trial) return trial.status
    if (this.loaded === candidate) return 'loading'
    return this.deployments.has(candidate) ? 'deploying' : 'waiting'
  }

  elapsedS(): number {
    return (this.#now() - this.startedMs) / 1000
  }

  sinceS({ startedMs }: { readonly startedMs: number }): number {
    return (this.#now() - startedMs) / 1000
  }

  /** Of the step under way, at the pace so far; undefined while that says nothing. */
  leftS(): number | undefined {
    if (!this.step || !this.progress || this.progress.finished < 5) return undefined
    const { finished, total } = this.progress
    return this.sinceS(this.step) * (total / finished - 1)
  }
}
