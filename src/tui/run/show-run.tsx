import { openTerminal, type Terminal } from '../kit/open-terminal.tsx'
import { chooseTheme } from '../kit/theme.ts'
import type { RunActions } from './run-keys.ts'
import { RunScreen } from './run-screen.tsx'
import type { RunWatch } from './run-watch.ts'

/** Most redraws a second. */
const FRAMES = 10

interface At {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly env?: NodeJS.ProcessEnv
}

/** Shows a run under way at the terminal until it is closed. */
export function showRun(
  watch: RunWatch,
  actions: Omit<RunActions, 'suspend'>,
  reportCrash: (error: unknown) => number,
  { stdin, stdout, env = {} }: At = process,
): Terminal {
  const theme = chooseTheme(env, stdout.hasColors?.() ?? false)
  return openTerminal(
    ({ suspend }, size) => (
      <RunScreen watch={watch} theme={theme} size={size} actions={{ ...actions, suspend }} />
    ),
    { stdin, stdout, alternateScreen: false, maxFps: FRAMES, reportCrash },
  )
}
