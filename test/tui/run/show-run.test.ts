import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newRecord } from '../../../src/run/run-scenario.ts'
import type { Terminal } from '../../../src/tui/kit/open-terminal.tsx'
import { RunWatch } from '../../../src/tui/run/run-watch.ts'
import { showRun } from '../../../src/tui/run/show-run.tsx'
import { cloudRun } from '../../fixtures/candidates.ts'
import { FakeTerminal, fail } from '../../fixtures/fake-terminal.ts'
import { scenario } from '../../fixtures/run.ts'

const at = cloudRun({ url: 'http://127.0.0.1:9/predict' })
const none = () => {}

describe('A run shown at a terminal', () => {
  let session: Terminal | undefined
  let terminal: FakeTerminal
  let watch: RunWatch
  let isStill: boolean

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
    terminal = new FakeTerminal(80, 24)
    const record = newRecord(scenario({ candidates: [at] }), '0.1.0', new Date('2026-10-01T10:00:00Z'))
    isStill = false
    const startedMs = Date.now()
    watch = new RunWatch(record, () => (isStill ? startedMs : Date.now()))
    const actions = { ...idle, togglePause: none, skip: none, stop: none, interrupt: none }
    session = showRun(watch, actions, fail, terminal)
    await pass(500)
    watch.hear({ kind: 'step-started', step: at.name, index: 1, total: 1 })
    watch.hear({
      kind: 'load-started',
      load: { arrivals: 'poisson', offeredRps: 20, warmupRequests: 0 },
      candidate: at.name,
    })
    await pass(500)
  })

  afterEach(async () => {
    watch.end()
    session?.close()
    await pass(100)
    vi.useRealTimers()
    await session?.ended
  })

  /** @returns of each 10 ms that pass, whether anything was drawn in them */
  async function pass(ms: number, each: () => void = none): Promise<boolean[]> {
    const drawn: boolean[] = []
    for (let at = 0; at < ms; at += 10) {
      const before = terminal.written.length
      each()
      vi.advanceTimersByTime(10)
      for (let turn = 0; turn < 3; turn++) await setImmediate()
      drawn.push(terminal.written.length > before)
    }
    return drawn
  }

  test('is drawn ten times in a second at most, however often something is new', async () => {
    let atMs = 0
    const drawn = await pass(2000, () => {
      atMs += 10
      watch.hear({ kind: 'requests', atMs, responseMs: [20 + (atMs % 70), 30] })
    })
    expect(watch.load?.ok).toBe(400)
    expect(drawn.filter(Boolean).length).toBeGreaterThan(15)
    for (let from = 0; from + 100 <= drawn.length; from++) {
      expect(drawn.slice(from, from + 100).filter(Boolean).length).toBeLessThanOrEqual(10)
    }
    const screen = terminal.screen()
    await pass(100)
    expect((await screen).join('\n')).toContain('400 ok')
  })

  test('is not drawn while nothing is new', async () => {
    await pass(1000)
    // Time stands still for the run, so that not even its clock is another.
    isStill = true
    await pass(200, () => watch.changed())
    const before = terminal.written.length
    await pass(1000, () => watch.changed())
    expect(terminal.written.slice(before)).toBe('')
  })

  test('is drawn once a second while only its clock goes on', async () => {
    await pass(1000)
    const drawn = await pass(3000)
    expect(drawn.filter(Boolean)).toHaveLength(3)
  })
})

const idle = { isPaused: () => false, isStopping: () => false, canSkip: () => true }
