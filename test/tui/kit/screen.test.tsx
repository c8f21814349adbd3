import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { KeyPress } from '../../../src/tui/kit/key-press.ts'
import { type Line, type Size, span } from '../../../src/tui/kit/line.ts'
import { openTerminal } from '../../../src/tui/kit/open-terminal.tsx'
import { Screen } from '../../../src/tui/kit/screen.tsx'
import { chooseTheme } from '../../../src/tui/kit/theme.ts'
import { FakeTerminal, fail } from '../../fixtures/fake-terminal.ts'

const theme = chooseTheme({}, true)

/** Every cell filled, so that whatever is left of an earlier size shows. */
function full(mark = '#') {
  return ({ columns, rows }: Size): Line[] =>
    Array.from({ length: rows }, (_, row) => [span(`${row}`.padEnd(columns, mark))])
}

function open(terminal: FakeTerminal, draw = full(), onKey: (press: KeyPress) => void = () => {}) {
  const { stdin, stdout } = terminal
  return openTerminal(() => <Screen theme={theme} draw={draw} onKey={onKey} />, {
    stdin,
    stdout,
    alternateScreen: true,
    maxFps: 1000,
    reportCrash: fail,
  })
}

async function settled(terminal: FakeTerminal): Promise<string[]> {
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  await new Promise((resolve) => setTimeout(resolve, 20))
  return terminal.screen()
}

function expected(size: Size): string[] {
  return full()(size).map((each) => each[0]?.text ?? '')
}

describe('a screen', () => {
  test('fills the terminal exactly, at every size that it is given, and leaves nothing of the one before', async () => {
    const terminal = new FakeTerminal(80, 24)
    const session = open(terminal)
    expect(await settled(terminal)).toEqual(expected({ columns: 80, rows: 24 }))
    for (const [columns, rows] of [
      [120, 40],
      [40, 20],
      [41, 50],
      [200, 5],
      [80, 24],
      [79, 24],
      [80, 23],
    ] as const) {
      terminal.resize(columns, rows)
      expect(await settled(terminal)).toEqual(expected({ columns, rows }))
      expect(await terminal.wraps()).toBe(false)
    }
    session.close()
    expect(await session.ended).toBe('user')
  })

  test('is the alternate one, and is left when it is closed', async () => {
    const terminal = new FakeTerminal()
    terminal.stdout.write('before\r\n')
    const session = open(terminal)
    await settled(terminal)
    expect(terminal.isAlternate).toBe(true)
    expect(terminal.isRaw).toBe(true)
    session.close()
    await session.ended
    await settled(terminal)
    expect(terminal.isAlternate).toBe(false)
    expect(terminal.isRaw).toBe(false)
    expect((await terminal.screen())[0]).toBe('before')
    expect(terminal.written.lastIndexOf('\x1b[?25h')).toBeGreaterThan(
      terminal.written.lastIndexOf('\x1b[?25l'),
    )
  })

  test('hears every key by its name, and each character of what comes in one piece', async () => {
    const terminal = new FakeTerminal()
    const heard: string[] = []
    const session = open(terminal, full(), ({ name }) => heard.push(name))
    await settled(terminal)
    terminal.press('up', 'page-down', 'enter', 'tab', 'shift-tab', 'backspace', 'ctrl-u', 'home', 'end')
    terminal.type('jé漢')
    terminal.press('escape')
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(heard).toEqual([
      'up',
      'page-down',
      'enter',
      'tab',
      'shift-tab',
      'backspace',
      'ctrl-u',
      'home',
      'end',
      'j',
      'é',
      '漢',
      'escape',
    ])
    session.close()
    await session.ended
  })

  test('says that the terminal is gone when nothing can be written any more', async () => {
    const terminal = new FakeTerminal()
    const session = open(terminal)
    await settled(terminal)
    terminal.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    expect(await session.ended).toBe('closed')
  })
})
