import { describe, expect, test } from 'vitest'
import type { Action, Effect } from '../../../src/tui/explore/actions.ts'
import { runCommand } from '../../../src/tui/explore/commands.ts'
import { GLOBAL_KEYS, VIEW_KEYS } from '../../../src/tui/explore/keys.ts'
import {
  chosenRow,
  initialState,
  plotRows,
  type State,
  VIEWS,
  visibleRows,
} from '../../../src/tui/explore/state.ts'
import { hear, press } from '../../../src/tui/explore/update.ts'
import { helpView } from '../../../src/tui/explore/views/help.ts'
import { lineText } from '../../../src/tui/kit/line.ts'
import { fakeExplorer } from '../../fixtures/explorer.ts'

const explorer = fakeExplorer()
let known: State = initialState(explorer)
explorer.ask({}, (answer) => {
  known = hear(known, answer)
})
const names = visibleRows(known).map(({ candidate }) => candidate.name)
/** In the middle of everything, so that each way is open. */
const middle: State = {
  ...known,
  chosen: names[5] ?? null,
  scroll: 15,
  control: 'slo',
  question: { traffic: 'x2', slo: 'p95<100ms, errors<0.1%' },
  trail: ['gate'],
}
const cheapness = plotRows(middle).map(({ candidate }) => candidate.name)

interface Seen {
  readonly before: State
  readonly after: State
  readonly effect: Effect | undefined
}
type Check = (seen: Seen) => void

const chosen = (state: State) => names.indexOf(chosenRow(state)?.candidate.name ?? '')
const moves =
  (by: number): Check =>
  ({ before, after }) =>
    expect(chosen(after)).toBe(Math.max(0, Math.min(names.length - 1, chosen(before) + by)))
const scrolls =
  (by: number): Check =>
  ({ after }) =>
    expect(after.scroll).toBe(15 + by)
const views =
  (view: State['view']): Check =>
  ({ after }) =>
    expect(after.view).toBe(view)
const does =
  (kind: Effect['kind']): Check =>
  ({ effect }) =>
    expect(effect?.kind).toBe(kind)
const mode =
  (kind: State['mode']['kind']): Check =>
  ({ after }) =>
    expect(after.mode.kind).toBe(kind)
const walks =
  (by: number): Check =>
  ({ before, after }) => {
    const at = (state: State) => cheapness.indexOf(chosenRow(state)?.candidate.name ?? '')
    expect(at(after)).toBe(at(before) + by)
  }
const asks =
  (control: 'slo', is: (text: string | undefined) => boolean): Check =>
  ({ after, effect }) => {
    expect(effect).toEqual({ kind: 'ask', question: after.question })
    expect(is(after.question[control])).toBe(true)
    expect(after.question.traffic).toBe('x2')
    expect(after.open).not.toBeNull()
  }

/** What each action does, as help says it: an action without a check does not compile. */
const CHECKS: Readonly<Record<Action, Check>> = {
  help: mode('help'),
  quit: does('quit'),
  suspend: does('suspend'),
  back: ({ before, after }) => {
    expect(after.view).toBe(before.trail[0])
    expect(after.trail).toEqual(before.trail.slice(1))
  },
  command: mode('command'),
  filter: mode('filter'),
  export: mode('export'),
  'copy-command': ({ effect, after }) => {
    const text = "plimsoll advise reports/harbour/run.json --traffic x2 --slo 'p95<100ms, errors<0.1%'"
    expect(effect).toEqual({ kind: 'copy', text })
    expect(after.note?.text).toBe(text)
  },
  'view-candidates': views('candidates'),
  'view-why': views('why'),
  'view-frontier': views('frontier'),
  'view-what-if': views('what-if'),
  'view-compare': views('compare'),
  'view-gate': views('gate'),
  'next-view': ({ before, after }) => expect(after.view).toBe(VIEWS[(VIEWS.indexOf(before.view) + 1) % 6]),
  'previous-view': ({ before, after }) =>
    expect(after.view).toBe(VIEWS[(VIEWS.indexOf(before.view) + 5) % 6]),
  why: views('why'),
  up: moves(-1),
  down: moves(1),
  'page-up': moves(-10),
  'page-down': moves(10),
  first: ({ after }) => expect(chosen(after)).toBe(0),
  last: ({ after }) => expect(chosen(after)).toBe(names.length - 1),
  sort: ({ after }) => expect(after.sort).toBe('latency'),
  reverse: ({ before, after }) => expect(visibleRows(after)).toEqual(visibleRows(before).toReversed()),
  mark: ({ before, after }) => expect(after.marked).toBe(before.chosen),
  'scroll-up': scrolls(-1),
  'scroll-down': scrolls(1),
  'scroll-page-up': scrolls(-10),
  'scroll-page-down': scrolls(10),
  'scroll-top': scrolls(-15),
  cheaper: walks(-1),
  dearer: walks(1),
  'only-frontier': ({ after }) => {
    expect(plotRows(after).map(({ candidate }) => candidate.name)).toEqual(after.advice?.frontier)
  },
  less: asks('slo', (text) => Number(/p95<(\d+)ms/.exec(text ?? '')?.[1]) < 100),
  more: asks('slo', (text) => Number(/p95<(\d+)ms/.exec(text ?? '')?.[1]) > 100),
  'control-up': ({ after }) => expect(after.control).toBe('peak-factor'),
  'control-down': ({ after }) => expect(after.control).toBe('region'),
  'type-value': ({ after }) =>
    expect(after.mode).toEqual({ kind: 'value', control: 'slo', text: middle.question.slo }),
  'reset-control': asks('slo', (text) => text === undefined),
  'reset-all': ({ after, effect }) => {
    expect(after.question).toEqual({})
    expect(effect).toEqual({ kind: 'ask', question: {} })
  },
  'save-scenario': does('save-scenario'),
  'next-run': ({ after, effect }) => {
    expect(after.otherRun?.file).toBe('reports/before/run.json')
    expect(effect).toEqual({ kind: 'advise-other', file: 'reports/before/run.json' })
  },
  swap: ({ before, after }) => {
    expect(after.marked).toBe(before.chosen)
    expect(after.chosen).toBe(before.advice?.cheapest)
  },
}

const EVERY = VIEWS.flatMap((view) => {
  const own = VIEW_KEYS[view]
  const taken = new Set(own.flatMap(({ keys }) => keys))
  const bindings = [...own, ...GLOBAL_KEYS.filter(({ keys }) => !keys.some((key) => taken.has(key)))]
  return bindings.flatMap((binding) => binding.keys.map((key) => ({ view, key, ...binding })))
})

describe('a key in the help of a view', () => {
  test.each(EVERY)('$view: $key $help', ({ view, key, action }) => {
    const before = { ...middle, view, chosen: (view === 'frontier' ? cheapness[1] : names[5]) ?? null }
    const text = key.length === 1 ? key : ''
    const { state: after, effect } = press(before, { name: key === 'space' ? ' ' : key, text })
    CHECKS[action]({ before, after, effect })
  })

  test.each(VIEWS)('is shown there: %s', (view) => {
    const lines = helpView({ ...middle, view }, 0, { columns: 76, rows: 200 })
      .map(lineText)
      .join('\n')
    for (const { shown, help } of VIEW_KEYS[view]) {
      expect(lines).toContain(shown)
      expect(lines.replace(/\s+/g, ' ')).toContain(help)
    }
  })

  test('is the only one of its name in a view', () => {
    for (const view of VIEWS) {
      const keys = VIEW_KEYS[view].flatMap((binding) => binding.keys)
      expect(new Set(keys).size).toBe(keys.length)
    }
  })
})

describe('a command', () => {
  test('opens views, by the beginning of its name too', () => {
    expect(runCommand(middle, 'front').state.view).toBe('frontier')
    expect(runCommand(middle, 'why vertex n1-standard-8').state).toMatchObject({
      view: 'why',
      chosen: 'vertex n1-standard-8 us-central1',
    })
    expect(runCommand(middle, 'why nothing').state.note).toEqual({
      text: 'no candidate has nothing in its name',
      isFault: true,
    })
  })

  test('asks what if, with the words of advise', () => {
    const { state, effect } = runCommand({ ...middle, question: {} }, 'traffic 50 rps')
    expect(effect).toEqual({ kind: 'ask', question: { traffic: '50 rps' } })
    expect(state).toMatchObject({ view: 'what-if', control: 'traffic' })
    expect(runCommand(state, 'reset').effect).toEqual({ kind: 'ask', question: {} })
  })

  test('says what is wrong with it', () => {
    expect(runCommand(middle, 'fly').state.note?.text).toBe('there is no command fly; :help lists them')
    expect(runCommand(middle, 'c').state.note?.text).toBe(
      'there is no command c: candidates, compare, commitment, copy?',
    )
    expect(runCommand(middle, 'sort up').state.note?.text).toContain('cost, latency, margin, name')
    expect(runCommand(middle, 'export pdf').state.note?.text).toBe('export as md or html')
  })
})

describe('typing', () => {
  const type = (state: State, text: string) =>
    [...text].reduce((now, each) => press(now, { name: each, text: each }).state, state)
  const named = (state: State, name: string) => press(state, { name, text: '' })

  test('filters as it goes, and Esc shows all again', () => {
    const filtering = type(press(middle, { name: '/', text: '/' }).state, 'vertex meets')
    const found = visibleRows(filtering).map(({ candidate }) => candidate.platform)
    expect(new Set(found)).toEqual(new Set(['vertex']))
    expect(visibleRows(named(filtering, 'enter').state)).toHaveLength(found.length)
    expect(visibleRows(named(filtering, 'escape').state)).toHaveLength(names.length)
  })

  test('gives a control a value, which a mistake leaves as it was', () => {
    const typing = type(
      press(
        { ...middle, view: 'what-if', control: 'region', mode: { kind: 'view' } },
        { name: 'enter', text: '' },
      ).state,
      'europe-west4',
    )
    const { state, effect } = named(typing, 'enter')
    expect(effect).toEqual({ kind: 'ask', question: { ...middle.question, region: 'europe-west4' } })
    expect(hear(state, { kind: 'problem', message: 'no region' })).toMatchObject({
      open: null,
      advice: state.advice,
      note: { text: 'no region', isFault: true },
    })
  })
})
