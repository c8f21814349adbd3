import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { RunEvent } from '../../../src/core/run-event.ts'
import { newRecord } from '../../../src/run/run-scenario.ts'
import { lineText, lineWidth } from '../../../src/tui/kit/line.ts'
import { finishedLines, runLines } from '../../../src/tui/run/draw-run.ts'
import { keyHints, pressKey, type RunActions } from '../../../src/tui/run/run-keys.ts'
import { RunWatch } from '../../../src/tui/run/run-watch.ts'
import { cloudRun, vertex, vm } from '../../fixtures/candidates.ts'
import { scenario } from '../../fixtures/run.ts'

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 40, rows: 20 },
] as const
const at = cloudRun({ url: 'http://127.0.0.1:9/predict' })
const candidates = [at, cloudRun({ vcpus: 1, memoryGib: 6 }), vertex(), vm()]
const record = newRecord(scenario({ candidates }), '0.1.0', new Date('2026-10-01T10:00:00Z'))
const actions: RunActions = {
  isPaused: () => false,
  isStopping: () => false,
  togglePause: () => {},
  canSkip: () => true,
  skip: () => {},
  stop: () => {},
  interrupt: () => {},
  suspend: () => {},
}

function watchAfter(...events: readonly RunEvent[]) {
  let now = 0
  const watch = new RunWatch(record, () => now)
  for (const event of events) {
    now += 1000
    watch.hear(event)
  }
  return watch
}

function draw(watch: RunWatch, size: (typeof SIZES)[number], help = false) {
  const view = { watch, help, isPaused: false, isStopping: false, keys: keyHints(actions) }
  return runLines(view, size)
}

const UNDER_LOAD: readonly RunEvent[] = [
  { kind: 'step-started', step: at.name, index: 3, total: 3 },
  {
    kind: 'load-started',
    candidate: at.name,
    load: { arrivals: 'poisson', offeredRps: 20, warmupRequests: 10 },
  },
  ...Array.from({ length: 20 }, (_, index): RunEvent => {
    const responseMs = Array.from({ length: 20 }, (_, request) => 20 + ((index * 7 + request * 13) % 60))
    return { kind: 'requests', atMs: index * 1000, responseMs }
  }),
  { kind: 'progress', finished: 410, total: 1000 },
]

describe('The view of a run', () => {
  test.each(SIZES)('under load in $columns x $rows is as recorded', async (size) => {
    const lines = draw(watchAfter(...UNDER_LOAD), size).map(lineText)
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(
      `../../golden/tui/run-${size.columns}x${size.rows}.txt`,
    )
  })

  test('never is wider or as high as the terminal, whatever happens', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('測定 \u202eabc\n\x1b[31m'))
    const event: fc.Arbitrary<RunEvent> = fc.oneof(
      fc.record({ kind: fc.constant('note' as const), text }),
      fc.record({ kind: fc.constant('step-started' as const), step: text, index: fc.nat(), total: fc.nat() }),
      fc.record({ kind: fc.constant('progress' as const), finished: fc.nat(), total: fc.nat() }),
      fc.record({ kind: fc.constant('step-finished' as const), step: text, result: text }),
      fc.constant({
        kind: 'load-started' as const,
        load: { arrivals: 'closed' as const, warmupRequests: 0 },
      }),
      fc.record({
        kind: fc.constant('requests' as const),
        atMs: fc.nat(1e7),
        responseMs: fc.array(fc.oneof(fc.constant(Infinity), fc.double({ min: 0, max: 1e6, noNaN: true }))),
      }),
    )
    const size = fc.record({
      columns: fc.integer({ min: 10, max: 200 }),
      rows: fc.integer({ min: 5, max: 60 }),
    })
    fc.assert(
      fc.property(fc.array(event), size, fc.boolean(), (events, { columns, rows }, help) => {
        const lines = draw(watchAfter(...events), { columns, rows } as (typeof SIZES)[number], help)
        expect(lines.length).toBeLessThan(rows)
        for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(columns)
      }),
    )
  })

  test('tells of the state of every candidate', () => {
    const watch = watchAfter(...UNDER_LOAD)
    watch.saved({ ...record, trials: [{ candidate: vm().name, status: 'failed', error: 'out of stock' }] })
    const text = draw(watch, SIZES[1]).map(lineText).join('\n')
    expect(text).toContain('4 candidates: 2 waiting, 1 being loaded, 1 failed')
    expect(text).toContain(`✗ ${vm().name}  failed: out of stock`)
  })
})

describe('A finished step', () => {
  const step = { kind: 'step', text: 'service time with 1 thread', result: 'p50 28.5 ms, p95 38 ms' } as const

  test('takes one line where it fits, and tells all of it where it does not', () => {
    expect(finishedLines(step, 80).map(lineText)).toEqual([
      '✓ service time with 1 thread  p50 28.5 ms, p95 38 ms',
    ])
    expect(finishedLines(step, 40).map(lineText)).toEqual([
      '✓ service time with 1 thread',
      '  p50 28.5 ms, p95 38 ms',
    ])
    expect(finishedLines(step, 18).map(lineText).join(' ').replace(/\s+/g, ' ')).toBe(
      '✓ service time with 1 thread p50 28.5 ms, p95 38 ms',
    )
    expect(finishedLines({ kind: 'note', text: 'a note of some length' }, 12).map(lineText)).toEqual([
      'a note of',
      '  some',
      '  length',
    ])
  })
})

describe('A run that deploys', () => {
  const deploying: readonly RunEvent[] = [
    { kind: 'spend', spentUsd: '0.0123', capUsd: '5' },
    { kind: 'deployment', candidate: vm().name, step: 'create the VM', expectedS: { low: 20, high: 90 } },
    { kind: 'note', text: 'nothing' },
  ]

  test('shows what each deployment does and for how long, and what was spent of the cap', () => {
    const text = draw(watchAfter(...deploying), SIZES[1])
      .map(lineText)
      .join('\n')
    expect(text).toContain(`↑ ${vm().name}  being deployed: create the VM, 0:01 of 0:20 to 1:30`)
    expect(text).toContain('$0.01 of $5.00')
  })

  test('forgets a deployment that is gone, and a load whose trial is saved', () => {
    const load: RunEvent = {
      kind: 'load-started',
      candidate: vm().name,
      load: { arrivals: 'poisson', warmupRequests: 0 },
    }
    const watch = watchAfter(...deploying, load)
    expect(watch.stateOf(vm().name)).toBe('loading')
    watch.saved({ ...record, trials: [{ candidate: vm().name, status: 'failed', error: 'x' }] })
    watch.hear({ kind: 'deployment', candidate: vm().name })
    expect(watch.load).toBeUndefined()
    expect(watch.deployments.size).toBe(0)
  })
})

describe('The keys of a run', () => {
  const names = {
    p: 'togglePause',
    s: 'skip',
    q: 'stop',
    'ctrl-c': 'interrupt',
    'ctrl-z': 'suspend',
  } as const

  test.each(Object.entries(names))('%s does what the help says', (key, action) => {
    const act = vi.fn()
    pressKey(key, { ...actions, [action]: act })
    expect(act).toHaveBeenCalledOnce()
  })

  test('are all in the help, and skip only where there is something to skip', () => {
    const shown = keyHints(actions).map(({ key }) => key.toLowerCase())
    expect(shown).toEqual([...Object.keys(names), '?'])
    const skip = vi.fn()
    const without = { ...actions, skip, canSkip: () => false }
    expect(keyHints(without).map(({ key }) => key)).not.toContain('s')
    pressKey('s', without)
    expect(skip).not.toHaveBeenCalled()
  })
})
