import { Static, useInput, useWindowSize } from 'ink'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { keyPresses } from '../kit/key-press.ts'
import { Lines } from '../kit/lines.tsx'
import type { Theme } from '../kit/theme.ts'
import { finishedLines, runLines } from './draw-run.ts'
import { keyHints, pressKey, type RunActions } from './run-keys.ts'
import type { RunWatch } from './run-watch.ts'

export interface RunScreenProps {
  readonly watch: RunWatch
  readonly actions: RunActions
  readonly theme: Theme
}

/** The run under way at the foot of the terminal; what is finished scrolls up and stays. */
export function RunScreen({ watch, actions, theme }: RunScreenProps) {
  const size = useWindowSize()
  const [help, setHelp] = useState(false)
  useSyncExternalStore(watch.subscribe, () => watch.version)
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
  return (
    <>
      <Static items={[...watch.finished]}>
        {(line, index) => (
          <Lines key={index} lines={finishedLines(line, size.columns)} theme={theme} columns={size.columns} />
        )}
      </Static>
      {watch.hasEnded ? null : <Lines lines={runLines(view, size)} theme={theme} columns={size.columns} />}
    </>
  )
}
