import { Static, useInput } from 'ink'
import { useEffect, useMemo, useState } from 'react'
import { keyPresses } from '../kit/key-press.ts'
import type { Size } from '../kit/line.ts'
import { Lines } from '../kit/lines.tsx'
import type { Theme } from '../kit/theme.ts'
import { finishedLines, runLines } from './draw-run.ts'
import { keyHints, pressKey, type RunActions } from './run-keys.ts'
import type { FinishedLine, RunWatch } from './run-watch.ts'
import { useWatch } from './use-watch.ts'

export interface RunScreenProps {
  readonly watch: RunWatch
  readonly actions: RunActions
  readonly theme: Theme
  /** Of the terminal; when it changes the screen is blank. */
  readonly size: Size
}

/** The run under way at the foot of the terminal; what is finished scrolls up and stays. */
export function RunScreen({ watch, actions, theme, size }: RunScreenProps) {
  const [help, setHelp] = useState(false)
  useWatch(watch)
  useEffect(() => {
    const timer = setInterval(() => watch.changed(), 1000)
    return () => clearInterval(timer)
  }, [watch])
  useInput((input, key) => {
    for (const press of keyPresses(input, key)) {
      if (press.name === '?') setHelp((shown) => !shown)
      else pressKey(press.name, actions)
    }
    watch.changed()
  })
  const view = {
    watch,
    help,
    keys: keyHints(actions),
    isPaused: actions.isPaused(),
    isStopping: actions.isStopping(),
  }
  const lines = runLines(view, size)
  const sizeText = `${size.columns}x${size.rows}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: for as long as the terminal has this size
  const first = useMemo(() => firstThatFits(watch.finished, size, lines.length), [sizeText])
  const { finished } = watch
  const { columns } = size
  // The same element while nothing is new in it: Ink draws at once, however soon after the last frame, where it is another.
  const above = useMemo(
    () => (
      <Static key={sizeText} items={finished.slice(first)}>
        {(line, index) => (
          <Lines key={index} lines={finishedLines(line, columns)} theme={theme} columns={columns} />
        )}
      </Static>
    ),
    [sizeText, finished, first, theme, columns],
  )
  return (
    <>
      {above}
      {watch.hasEnded ? null : <Lines lines={lines} theme={theme} columns={size.columns} />}
    </>
  )
}

/** Of what is finished, the index of the first that is shown again above so many rows once the screen was blanked. */
function firstThatFits(finished: readonly FinishedLine[], { columns, rows }: Size, below: number): number {
  let left = rows - 1 - below
  let first = finished.length
  while (first > 0) {
    left -= finishedLines(finished[first - 1] as FinishedLine, columns).length
    if (left < 0) break
    first--
  }
  return first
}
