import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/random.ts'
import { act, type Effect } from '../../../src/tui/explore/actions.ts'
import { performEffect } from '../../../src/tui/explore/effects.ts'
import { ExploreApp } from '../../../src/tui/explore/explore-app.tsx'
import { frame } from '../../../src/tui/explore/frame.ts'
import { GLOBAL_KEYS, VIEW_KEYS } from '../../../src/tui/explore/keys.ts'
import { initialState, type State } from '../../../src/tui/explore/state.ts'
import { hear, press } from '../../../src/tui/explore/update.ts'
import { lineText, lineWidth } from '../../../src/tui/kit/line.ts'
import { openTerminal } from '../../../src/tui/kit/open-terminal.tsx'
import { chooseTheme } from '../../../src/tui/kit/theme.ts'
import { type FakeExplorer, fakeExplorer } from '../../fixtures/explorer.ts'
import { FakeTerminal, fail } from '../../fixtures/fake-terminal.ts'

const EVENTS = 10_000
const SIZES = [
  [80, 24],
  [120, 40],
  [40, 20],
  [200, 60],
  [17, 6],
  [1, 1],
] as const

const BOUND = [...Object.values(VIEW_KEYS).flat(), ...GLOBAL_KEYS].flatMap(({ keys }) => keys)
const TYPED = [
  ...'abx2p95<100ms vertex漢|e\u0301/:?;\x1b',
  'ctrl-u',
  'ctrl-w',
  'backspace',
  'enter',
  'escape',
  'tab',
]
const WORDS = [
  'x2',
  '50 rps',
  'p95<80ms',
  'europe-west4',
  'why vertex',
  'traffic x3',
  'cloud-run',
  'spot',
  'mars',
]
/** They end or stop the program. */
const LEFT_OUT = new Set(['q', 'ctrl-c', 'ctrl-z'])

/** Keys at random: those of views mostly, text now and then. */
function randomKeys(seed: number): () => readonly string[] {
  const random = seededRandom(seed)
  const one = <T,>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const keys = BOUND.filter((key) => !LEFT_OUT.has(key))
  return () => {
    if (random() < 0.03) return [...one(WORDS), 'enter']
    return [random() < 0.8 ? one(keys) : one(TYPED)].map((key) => (key === 'space' ? ' ' : key))
  }
}

/** Effects as the program does them, but for quitting. */
function applied(state: State, effect: Effect | undefined, explorer: FakeExplorer): State {
  let now = state
  const none = () => {}
  const update = (change: (state: State) => State) => {
    now = change(now)
  }
  if (effect) performEffect(effect, state, { explorer, quit: none, suspend: none, copy: none, update, hear })
  return now
}

describe('random keys', () => {
  test(`never crash it, ${EVENTS} of them, nor draw a line that is too wide or a row too many`, () => {
    const explorer = fakeExplorer()
    let state = applied(initialState(explorer), { kind: 'ask', question: {} }, explorer)
    const next = randomKeys(7)
    const seen = new Set<string>()
    for (let event = 0; event < EVENTS; ) {
      for (const name of next()) {
        const step = press(state, { name, text: [...name].length === 1 ? name : '' })
        state = applied(step.state, step.effect, explorer)
        const [columns, rows] = SIZES[event++ % SIZES.length] ?? [80, 24]
        const lines = frame(state, { columns, rows })
        seen.add(`${state.view} ${state.mode.kind}`)
        expect(lines.length).toBeLessThanOrEqual(rows)
        const widest = lines.find((line) => lineWidth(line) > columns)
        expect(
          widest && `${state.view} ${state.mode.kind} ${columns}x${rows}: ${lineText(widest)}`,
        ).toBeUndefined()
      }
    }
    expect(seen.size).toBeGreaterThan(20)
    expect(explorer.asked.length).toBeGreaterThan(100)
    expect(act(state, 'quit').effect).toEqual({ kind: 'quit' })
  }, 240_000)

  test('and sizes leave on an emulated screen what was drawn last, and nothing else', async () => {
    const explorer = fakeExplorer()
    const terminal = new FakeTerminal(80, 24)
    let state = initialState(explorer)
    const { stdin, stdout } = terminal
    const theme = chooseTheme({}, true)
    const none = () => {}
    const session = openTerminal(
      ({ close }) => (
        <ExploreApp
          explorer={explorer}
          theme={theme}
          quit={close}
          suspend={none}
          copy={none}
          onState={(next) => {
            state = next
          }}
        />
      ),
      { stdin, stdout, alternateScreen: true, maxFps: 1000, reportCrash: fail },
    )
    const next = randomKeys(11)
    let size = { columns: 80, rows: 24 }
    for (let round = 0; round < 60; round++) {
      for (let count = 0; count < 10; count++) terminal.press(...next())
      if (round % 3 === 0) {
        const [columns, rows] = SIZES[(round / 3) % 4] ?? [80, 24]
        size = { columns, rows }
        terminal.resize(columns, rows)
      }
      const drawn = () => {
        const lines = frame(state, size).map((line) => lineText(line).trimEnd())
        return Array.from({ length: size.rows }, (_, row) => lines[row] ?? '')
      }
      const shown = async () => (await terminal.screen()).map((line) => line.trimEnd())
      // An Esc waits for what may follow it, and a frame for its turn.
      await setTimeout(40)
      for (let turn = 0; turn < 100 && JSON.stringify(await shown()) !== JSON.stringify(drawn()); turn++)
        await setTimeout(20)
      expect(await shown()).toEqual(drawn())
      expect(await terminal.wraps()).toBe(false)
    }
    session.close()
    await session.ended
    expect(terminal.isAlternate).toBe(false)
  }, 240_000)
})
