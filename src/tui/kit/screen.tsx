import { useInput, useWindowSize } from 'ink'
import { type KeyPress, keyPresses } from './key-press.ts'
import type { Line, Size } from './line.ts'
import { Lines } from './lines.tsx'
import type { Theme } from './theme.ts'

export interface ScreenProps {
  readonly theme: Theme
  /** The whole screen; rows beyond the terminal's are not shown, and missing ones are blank. */
  readonly draw: (size: Size) => readonly Line[]
  readonly onKey: (press: KeyPress) => void
}

/** Takes the whole terminal, whatever its size is at the moment, and hears every key. */
export function Screen({ theme, draw, onKey }: ScreenProps) {
  const size = useWindowSize()
  useInput((input, key) => {
    for (const press of keyPresses(input, key)) onKey(press)
  })
  const lines = draw(size)
  const rows = Array.from({ length: size.rows }, (_, index) => lines[index] ?? [])
  return <Lines lines={rows} theme={theme} columns={size.columns} />
}
