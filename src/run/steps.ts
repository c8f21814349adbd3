import type { Listener } from './events.ts'

/** One piece of work that is saved when it is done. */
export interface Step {
  readonly name: string
  /** Returns what came of it, in a few words. */
  readonly run: () => Promise<string>
}

/** Does the steps one after the other, so that none disturbs what another measures. */
export async function runSteps(steps: readonly Step[], signal: AbortSignal, notify: Listener): Promise<void> {
  for (const [index, step] of steps.entries()) {
    signal.throwIfAborted()
    notify({ kind: 'step-started', step: step.name, index: index + 1, total: steps.length })
    notify({ kind: 'step-finished', step: step.name, result: await step.run() })
  }
}
