import type { KeyHint } from '../kit/key-bar.ts'

/** What the keys of a run under way do. */
export interface RunActions {
  readonly isPaused: () => boolean
  readonly isStopping: () => boolean
  /** Pauses after the step under way, or goes on. */
  readonly togglePause: () => void
  /** Whether the step under way is one that the run can do without. */
  readonly canSkip: () => boolean
  readonly skip: () => void
  readonly stop: () => void
  readonly interrupt: () => void
  readonly suspend: () => void
}

interface Binding {
  readonly names: readonly string[]
  readonly hint: (actions: RunActions) => KeyHint
  readonly isOffered?: (actions: RunActions) => boolean
  readonly act?: (actions: RunActions) => void
}

/** The one table of keys: help, key bar and what they do. `?` is the screen's own. */
const BINDINGS: readonly Binding[] = [
  {
    names: ['p', ' '],
    hint: ({ isPaused }) => ({ key: 'p', label: isPaused() ? 'go on' : 'pause after this step' }),
    act: ({ togglePause }) => togglePause(),
  },
  {
    names: ['s'],
    hint: () => ({ key: 's', label: 'skip this candidate' }),
    isOffered: ({ canSkip }) => canSkip(),
    act: ({ skip }) => skip(),
  },
  {
    names: ['q'],
    hint: () => ({ key: 'q', label: 'stop and advise' }),
    act: ({ stop }) => stop(),
  },
  {
    names: ['ctrl-c'],
    hint: () => ({ key: 'Ctrl-C', label: 'interrupt' }),
    act: ({ interrupt }) => interrupt(),
  },
  {
    names: ['ctrl-z'],
    hint: () => ({ key: 'Ctrl-Z', label: 'to the shell' }),
    act: ({ suspend }) => suspend(),
  },
  { names: ['?'], hint: () => ({ key: '?', label: 'help' }) },
]

export function keyHints(actions: RunActions): KeyHint[] {
  return BINDINGS.filter(({ isOffered }) => isOffered?.(actions) ?? true).map(({ hint }) => hint(actions))
}

export function pressKey(name: string, actions: RunActions): void {
  const binding = BINDINGS.find(({ names }) => names.includes(name))
  if (binding?.isOffered?.(actions) ?? true) binding?.act?.(actions)
}
