import { type Instance, render, type SuspendTerminal, useApp } from 'ink'
import type { ReactNode } from 'react'
import type { Size } from './line.ts'

/** Why a session at the terminal ended: by its user, by a signal, or because the terminal is gone (`closed`). */
export type Ending = 'user' | 'closed' | NodeJS.Signals

export interface Terminal {
  readonly ended: Promise<Ending>
  /** Takes the interface down and restores the screen. */
  readonly close: () => void
  /** Gives the terminal back and stops the process, as Ctrl-Z does; draws again when it goes on. */
  readonly suspend: () => void
}

export interface TerminalOptions {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly alternateScreen: boolean
  /** Frames a second at most. */
  readonly maxFps: number
  /** Tells of what nobody caught, once the screen is restored. @returns the exit code */
  readonly reportCrash: (error: unknown) => number
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const SHOW_CURSOR = '\x1b[?25h'
const LEAVE_ALTERNATE = '\x1b[?1049l'
const HOME = '\x1b[H'
const ERASE_LINE = '\x1b[2K'

/**
 * Shows an interface at a terminal and restores the screen however it ends: closed by its user, by a signal, by a
 * crash, or because the terminal went away. `draw` is handed the session, which it may close or suspend, and the size;
 * it is called again when that changes.
 */
export function openTerminal(
  draw: (terminal: Pick<Terminal, 'close' | 'suspend'>, size: Size) => ReactNode,
  options: TerminalOptions,
): Terminal {
  let ending: Ending = 'user'
  let instance: Instance | undefined
  let suspendTerminal: SuspendTerminal | undefined
  const end = (by: Ending) => {
    ending = by
    // What is under way is not left behind; what is finished is above it.
    if (!options.alternateScreen) instance?.clear()
    instance?.unmount()
  }
  const close = () => end('user')
  const { suspend, resume } = stopper(() => suspendTerminal)
  const suspendJob = () => suspend(0)
  const tree = () => (
    <>
      <Suspender found={(found) => (suspendTerminal = found)} />
      {draw({ close, suspend: suspendJob }, sizeOf(options.stdout))}
    </>
  )
  const resize = () => {
    if (!options.alternateScreen) instance?.clear()
    if (!options.alternateScreen) options.stdout.write(eraseVisible(sizeOf(options.stdout)))
    instance?.rerender(tree())
  }
  // Before Ink hears of a new size, which would draw for the old one once more.
  const undo = listen(options, { end, suspend: () => suspend(process.pid), resume, resize })
  instance = render(tree(), {
    ...options,
    exitOnCtrlC: false,
    patchConsole: false,
    incrementalRendering: true,
    interactive: true,
  })
  const ended = instance.waitUntilExit().then(() => ending)
  return { ended: ended.finally(undo), close, suspend: suspendJob }
}

function sizeOf({ columns, rows }: NodeJS.WriteStream): Size {
  return { columns, rows }
}

/**
 * Blanks every row: terminals break what no longer fits into more rows than anyone can tell. Row by row, because some
 * terminals keep a screen that is erased at once in what one scrolls back to.
 */
function eraseVisible({ rows }: Size): string {
  return Array.from({ length: rows }, (_, row) => `\x1b[${row + 1}H${ERASE_LINE}`).join('') + HOME
}

/** Ink gives the terminal out and takes it back, but only to components. */
function Suspender({ found }: { found: (suspend: SuspendTerminal) => void }) {
  found(useApp().suspendTerminal)
  return null
}

/** How to stop the process, and what to do when it goes on again without having stopped itself. */
function stopper(terminal: () => SuspendTerminal | undefined) {
  let isStopping = false
  /** @param job process to stop besides this one; 0 for all that the shell calls the job, npx among them */
  const suspend = (job: number) => {
    if (isStopping) return
    isStopping = true
    void terminal()?.(async () => {
      const continued = new Promise<void>((resolve) => process.once('SIGCONT', resolve))
      if (job === 0) process.kill(0, 'SIGTSTP')
      process.kill(process.pid, 'SIGSTOP')
      await continued
    }).finally(() => {
      isStopping = false
    })
  }
  const resume = () => {
    if (!isStopping) void terminal()?.(async () => {})
  }
  return { suspend, resume }
}

interface Reactions {
  readonly end: (by: Ending) => void
  readonly suspend: () => void
  readonly resume: () => void
  readonly resize: () => void
}

/** @returns what takes the listeners off again */
function listen(
  { stdin, stdout, alternateScreen, reportCrash }: TerminalOptions,
  { end, suspend, resume, resize }: Reactions,
): () => void {
  const onGone = () => end('closed')
  const onCrash = (error: unknown) => {
    end('closed')
    stdout.write(`${alternateScreen ? LEAVE_ALTERNATE : ''}${SHOW_CURSOR}`)
    process.exit(reportCrash(error))
  }
  for (const name of SIGNALS) process.on(name, end)
  process.on('SIGTSTP', suspend)
  process.on('SIGCONT', resume)
  process.on('uncaughtException', onCrash)
  stdout.on('resize', resize)
  // Both stay: what is left to write to a terminal that is gone fails as well, and nobody is there to be told.
  stdout.on('error', onGone)
  stdin.on('error', onGone)
  stdin.on('end', onGone)
  return () => {
    for (const name of SIGNALS) process.off(name, end)
    process.off('SIGTSTP', suspend)
    process.off('SIGCONT', resume)
    process.off('uncaughtException', onCrash)
    stdout.off('resize', resize)
    stdin.off('end', onGone)
  }
}
