import type { Ending } from '../kit/open-terminal.tsx'
import { openTerminal } from '../kit/open-terminal.tsx'
import { chooseTheme } from '../kit/theme.ts'
import { ExploreApp } from './explore-app.tsx'
import type { Explorer } from './explorer.ts'
import { initialState, type State } from './state.ts'

export interface ExploreAt {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly reportCrash: (error: unknown) => number
}

/** Explores at a terminal until its user quits or the terminal goes. @returns how it ended, and the last state */
export async function runExplore(
  explorer: Explorer,
  { stdin, stdout, env, reportCrash }: ExploreAt,
): Promise<{ readonly ending: Ending; readonly state: State }> {
  let state = initialState(explorer)
  const theme = chooseTheme(env, stdout.hasColors?.() === true)
  // Operating System Command 52: terminals that know it take the text into the clipboard, others ignore it.
  const copy = (text: string) => stdout.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`)
  const terminal = openTerminal(
    ({ close, suspend }) => (
      <ExploreApp
        explorer={explorer}
        theme={theme}
        quit={close}
        suspend={suspend}
        copy={copy}
        onState={(next) => {
          state = next
        }}
      />
    ),
    { stdin, stdout, alternateScreen: true, maxFps: 60, reportCrash },
  )
  return { ending: await terminal.ended, state }
}
