import { useEffect, useReducer, useRef } from 'react'
import type { KeyPress } from '../kit/key-press.ts'
import { Screen } from '../kit/screen.tsx'
import type { Theme } from '../kit/theme.ts'
import { performEffect } from './effects.ts'
import type { Explorer } from './explorer.ts'
import { frame } from './frame.ts'
import { initialState, type State } from './state.ts'
import { hear, press } from './update.ts'

export interface ExploreProps {
  readonly explorer: Explorer
  readonly theme: Theme
  readonly quit: () => void
  readonly suspend: () => void
  /** Puts text into the clipboard, where the terminal lets it. */
  readonly copy: (text: string) => void
  /** Told of every state, the last of which says what to print at the end. */
  readonly onState: (state: State) => void
}

/** Explores a saved run: a state, the keys that change it, and what it looks like. */
export function ExploreApp({ explorer, theme, quit, suspend, copy, onState }: ExploreProps) {
  const current = useRef<State>(initialState(explorer))
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const set = (state: State) => {
    if (state === current.current) return
    current.current = state
    onState(state)
    redraw()
  }
  const update = (change: (state: State) => State) => set(change(current.current))
  const outside = { explorer, quit, suspend, copy, update, hear }
  const onKey = (key: KeyPress) => {
    const { state, effect } = press(current.current, key)
    set(state)
    if (effect) performEffect(effect, state, outside)
  }
  // Once: the run as it is, which every other question is held against.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again would answer what was not asked
  useEffect(() => {
    performEffect({ kind: 'ask', question: {} }, current.current, outside)
  }, [])
  return <Screen theme={theme} draw={(size) => frame(current.current, size)} onKey={onKey} />
}
