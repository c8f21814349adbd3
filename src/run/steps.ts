import type { Listener } from '../core/run-event.ts'
import { type RunControl, Skipped } from './control.ts'

/** One piece of work that is saved when it is done. */
export interface Step {
  readonly name: string
  /** Returns what came of it, in a few words. */
  readonly run: (signal: AbortSignal) => Promise<string>
  /** What to do, and to say, when the user skips it; absent where what follows rests on it. */
  readonly skipped?: () => string
  /** Ends by itself, with what it has, when the run is stopped. */
  readonly endsEarly?: boolean
}

export interface Stepping {
  readonly signal: AbortSignal
  readonly notify: Listener
  readonly control: RunControl
}

/** Does the steps one after the other, so that none disturbs what another measures. */
export async function runSteps(steps: readonly Step[], stepping: Stepping): Promise<void> {
  const { notify, control, signal } = stepping
  for (const [index, step] of steps.entries()) {
    await control.ready(signal)
    notify({ kind: 'step-started', step: step.name, index: index + 1, total: steps.length })
    notify({ kind: 'step-finished', step: step.name, result: await runStep(step, stepping) })
  }
}

async function runStep({ run, skipped, endsEarly }: Step, { control, signal }: Stepping): Promise<string> {
  const bound = endsEarly ? signal : AbortSignal.any([signal, control.stopping])
  if (!skipped) return run(bound)
  try {
    return await control.skippable(bound, run)
  } catch (error) {
    if (error instanceof Skipped) return skipped()
    throw error
  }
}
