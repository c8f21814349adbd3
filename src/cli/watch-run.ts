import type { Listener } from '../core/run-event.ts'
import type { RunRecord } from '../core/run-record.ts'
import { RunControl } from '../run/control.ts'
import { withLightInk } from '../tui/kit/light-ink.ts'
import { progressListener } from './progress.ts'
import { reportError } from './report-error.ts'

/** Who watches a run, and what its user asks of it. */
export interface Watching {
  readonly notify: Listener
  readonly saved: (record: RunRecord) => void
  readonly control: RunControl
  /** Gives the terminal back. */
  readonly close: () => Promise<void>
}

/** The live view in a terminal; plain lines in a pipe, in CI, in a dumb terminal, and where they are asked for. */
export async function watchRun(record: RunRecord, options: { readonly plain: boolean }): Promise<Watching> {
  const control = new RunControl()
  if (options.plain || !isInteractive()) {
    return { notify: progressListener(), saved: () => {}, control, close: async () => {} }
  }
  const [{ RunWatch }, { showRun }] = await Promise.all([
    import('../tui/run/run-watch.ts'),
    withLightInk(() => import('../tui/run/show-run.tsx')),
  ])
  const watch = new RunWatch(record)
  const terminal = showRun(watch, actionsOf(control), reportError)
  return {
    notify: watch.hear,
    saved: (saved) => watch.saved(saved),
    control,
    close: async () => {
      watch.end()
      terminal.close()
      await terminal.ended
    },
  }
}

function actionsOf(control: RunControl) {
  return {
    isPaused: () => control.isPaused,
    isStopping: () => control.stopping.aborted,
    togglePause: () => (control.isPaused ? control.resume() : control.pause()),
    canSkip: () => control.canSkip,
    skip: () => control.skip(),
    stop: () => control.stop(),
    interrupt: () => void process.kill(process.pid, 'SIGINT'),
  }
}

function isInteractive(): boolean {
  const { stdin, stdout, env } = process
  return stdin.isTTY === true && stdout.isTTY === true && !env.CI && env.TERM !== 'dumb'
}
