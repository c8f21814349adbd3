import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { documentOf } from '../../../src/tui/explore/document.ts'
import { ExploreApp } from '../../../src/tui/explore/explore-app.tsx'
import { initialState, type State, VIEWS } from '../../../src/tui/explore/state.ts'
import { hear } from '../../../src/tui/explore/update.ts'
import { toHtml, toMarkdown, toPlainText } from '../../../src/tui/explore/write-document.ts'
import { openTerminal } from '../../../src/tui/kit/open-terminal.tsx'
import { chooseTheme } from '../../../src/tui/kit/theme.ts'
import { type FakeExplorer, fakeExplorer } from '../../fixtures/explorer.ts'
import { FakeTerminal, fail } from '../../fixtures/fake-terminal.ts'
import { hostileGateResult } from '../../fixtures/gate.ts'
import { variedRun } from '../../fixtures/run.ts'

const SIZES = [
  [80, 24],
  [120, 40],
  [40, 20],
] as const

function open(explorer: FakeExplorer, [columns, rows]: readonly [number, number]) {
  const terminal = new FakeTerminal(columns, rows)
  let state = initialState(explorer)
  let copied = ''
  const { stdin, stdout } = terminal
  const session = openTerminal(
    ({ close, suspend }) => (
      <ExploreApp
        explorer={explorer}
        theme={chooseTheme({}, true)}
        quit={close}
        suspend={suspend}
        copy={(text) => {
          copied = text
        }}
        onState={(next) => {
          state = next
        }}
      />
    ),
    { stdin, stdout, alternateScreen: true, maxFps: 1000, reportCrash: fail },
  )
  const shown = async (...keys: readonly string[]) => {
    terminal.press(...keys)
    // Until nothing is drawn any more: a frame waits for its turn.
    let before = ''
    do {
      before = terminal.written
      await setTimeout(60)
    } while (terminal.written !== before)
    return terminal.screen()
  }
  return { terminal, session, shown, state: () => state, copied: () => copied }
}

/** A session through every view, with what is asked and compared on the way. */
const SESSION: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['candidates', []],
  ['why', ['down', 'down', 'enter']],
  ['frontier', ['3', 'right', 'right']],
  ['what-if', ['4', 'right', 'right', 'down', 'down', 'left']],
  ['compare', ['X', '5', 'right', 'right']],
  ['gate', ['6']],
  ['help', ['1', '?']],
]

describe.each(SIZES)('at %i columns and %i rows', (columns, rows) => {
  test('each view is as it was recorded, and nothing wraps', async () => {
    const { terminal, session, shown } = open(fakeExplorer(), [columns, rows])
    await setTimeout(100)
    for (const [name, keys] of SESSION) {
      const lines = await shown(...keys)
      expect(await terminal.wraps()).toBe(false)
      expect(lines).toHaveLength(rows)
      const file = `../../golden/explore/${name}-${columns}x${rows}.txt`
      await expect(`${lines.map((line) => line.trimEnd()).join('\n')}\n`).toMatchFileSnapshot(file)
    }
    session.close()
    await session.ended
  })
})

describe('a view', () => {
  test('says that it waits while the run is advised on, and shows which figures are not yet known', async () => {
    const explorer: FakeExplorer = {
      ...fakeExplorer(),
      ask: (_, hear) => hear({ kind: 'progress', done: 3, total: 12 }),
    }
    const { session, shown } = open(explorer, [80, 24])
    const lines = await shown()
    expect(lines[1]).toMatch(/… 3\/12$/)
    expect(lines.filter((line) => line.includes('…')).length).toBeGreaterThan(10)
    session.close()
    await session.ended
  })

  test('keeps the figures before, marked, while a question is open, and marks what changed once it is answered', async () => {
    const real = fakeExplorer()
    const held: (() => void)[] = []
    const explorer: FakeExplorer = {
      ...real,
      ask: (question, tell) => {
        if (Object.keys(question).length === 0) real.ask(question, tell)
        else held.push(() => real.ask(question, tell))
      },
    }
    const { session, shown, state } = open(explorer, [80, 24])
    await shown('4')
    const open1 = (await shown('right')).join('\n')
    expect(open1).toContain('◀ x1.1 ▶ *')
    expect(open1).toMatch(/~\d+ …/)
    for (const tell of held) tell()
    const answered = (await shown()).join('\n')
    expect(answered).not.toMatch(/~\d+ …/)
    expect(answered).toContain('↑')
    expect(state().open).toBeNull()
    session.close()
    await session.ended
  })

  test('is written to a file as Markdown or HTML, and what it took is told', async () => {
    const explorer = fakeExplorer()
    const { session, shown, copied } = open(explorer, [80, 24])
    expect((await shown('e', 'm')).join('\n')).toContain('written: harbour-candidates.md')
    expect((await shown('e', 'h')).join('\n')).toContain('written: harbour-candidates.html')
    expect([...explorer.written.keys()]).toEqual(['harbour-candidates.md', 'harbour-candidates.html'])
    await shown('y')
    expect(copied()).toBe('plimsoll advise reports/harbour/run.json')
    session.close()
    await session.ended
  })

  test('tells what failed and goes on', async () => {
    const explorer: FakeExplorer = {
      ...fakeExplorer(),
      write: () => {
        throw new Error('cannot write: the disk is full')
      },
    }
    const { session, shown } = open(explorer, [80, 24])
    expect((await shown('e', 'm')).join('\n')).toContain('✗ cannot write: the disk is full')
    session.close()
    await session.ended
  })
})

describe('a document', () => {
  const known = (explorer = fakeExplorer()): State => {
    let state = initialState(explorer)
    explorer.ask({}, (answer) => {
      state = hear(state, answer)
    })
    return state
  }

  test.each(VIEWS)('of %s has the recommendation or the figures in every format', (view) => {
    const document = documentOf(known(), view)
    for (const write of [toMarkdown, toHtml, toPlainText]) {
      const text = write(document)
      expect(text).toContain('harbour')
      expect(text).not.toMatch(/undefined|NaN|\[object/)
    }
    expect(toPlainText(document)).not.toMatch(/[│┤├●█⠁-⣿\x1b]/)
  })

  test('names every candidate, its outcome and its cost', () => {
    const state = known()
    const text = toPlainText(documentOf(state, 'candidates'))
    for (const { candidate, outcome } of state.advice?.verdicts ?? []) {
      expect(text).toMatch(
        new RegExp(`${candidate.name.replace(/[.+?]/g, '\\$&')}; outcome (${outcome}|cheapest|tie)`),
      )
    }
  })

  test('lets nothing from outside open a tag, a column or an escape code', () => {
    const explorer = {
      ...fakeExplorer(variedRun()),
      gate: { file: 'gate.json', result: hostileGateResult() },
    }
    const document = documentOf(known(explorer), 'gate')
    expect(toHtml(document)).not.toContain('<script')
    expect(toMarkdown(document)).not.toContain('<script')
    for (const write of [toMarkdown, toHtml, toPlainText])
      expect(write(document)).not.toMatch(/[\x1b\u202e\u0007]/)
  })
})
