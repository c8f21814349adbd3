import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/core/measurement.ts'
import { emptyRecord, type LoadRecord, mergeRecord } from '../../src/load/load-record.ts'
import { WindowMerger, type WindowRecord } from '../../src/load/load-windows.ts'
import { measure } from '../../src/load/measurement.ts'
import { Recorder } from '../../src/load/recorder.ts'

interface Ending {
  readonly dueMs: number
  readonly tookMs: number
  readonly outcome: Outcome
}

const endings: fc.Arbitrary<Ending[]> = fc.array(
  fc.record({
    dueMs: fc.integer({ min: 0, max: 5000 }),
    tookMs: fc.double({ min: 0.001, max: 3000, noNaN: true }),
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'connect', 'timeout', 'status', 'dropped'),
  }),
  { maxLength: 100 },
)

const facts = { arrivals: 'poisson', connections: 9, startedAt: '', timeoutMs: 9 } as const

/** Records every one of them, each with its place among all, and gives the windows too. */
function recordAll(list: readonly (Ending & { index: number })[]): {
  record: LoadRecord
  windows: WindowRecord[]
} {
  const recorder = new Recorder(1000)
  for (const { dueMs } of list) recorder.due(dueMs)
  for (const { index, dueMs, tookMs, outcome } of list) {
    const exchange = { index, dueMs, begunMs: dueMs, sentMs: dueMs }
    if (outcome === 'ok') recorder.ok(exchange, dueMs + tookMs, tookMs / 2)
    else recorder.failed(exchange, dueMs + tookMs, outcome, outcome)
  }
  const windows = [...recorder.takeClosed(2500), ...recorder.takeRest()]
  return { record: recorder.record, windows }
}

describe('the records of several threads', () => {
  it('merge into exactly that of one which saw it all, windows and kept samples included', () => {
    const property = fc.property(endings, fc.integer({ min: 1, max: 4 }), (list, threads) => {
      const numbered = list.map((ending, index) => ({ ...ending, index }))
      const whole = recordAll(numbered)
      const merged = emptyRecord()
      const merger = new WindowMerger(threads)
      for (let thread = 0; thread < threads; thread++) {
        const share = recordAll(numbered.filter(({ index }) => index % threads === thread))
        mergeRecord(merged, structuredClone(share.record))
        for (const window of share.windows) merger.add(structuredClone(window))
      }
      const alone = new WindowMerger(1)
      for (const window of whole.windows) alone.add(window)
      expect(measure(merged, facts, merger.end())).toEqual(measure(whole.record, facts, alone.end()))
    })
    fc.assert(property)
  })

  it('account for every request in their windows', () => {
    const property = fc.property(endings, (list) => {
      const { record, windows } = recordAll(list.map((ending, index) => ({ ...ending, index })))
      const { counts } = record
      expect(counts.due).toBe(list.length)
      expect(counts.due).toBe(counts.ok + counts.error + counts.timeout + counts.dropped)
      for (const name of ['due', 'ok', 'error', 'timeout', 'dropped'] as const) {
        expect(windows.reduce((sum, window) => sum + window.counts[name], 0)).toBe(counts[name])
      }
      expect(windows.map(({ index }) => index)).toEqual(windows.map((_, place) => place))
    })
    fc.assert(property)
  })
})

describe('a window', () => {
  it('stays open until every request that was due in it has ended', () => {
    const recorder = new Recorder(0)
    for (const dueMs of [100, 1100]) recorder.due(dueMs)
    const exchange = (dueMs: number) => ({ index: 0, dueMs, begunMs: dueMs, sentMs: dueMs })
    recorder.ok(exchange(1100), 1110, undefined)
    expect(recorder.takeClosed(2500)).toEqual([])
    recorder.ok(exchange(100), 2400, undefined)
    expect(recorder.takeClosed(2500).map(({ index, counts }) => [index, counts.ok])).toEqual([
      [0, 1],
      [1, 1],
    ])
  })
})
