import { describe, expect, test } from 'vitest'
import {
  historyChangePoints,
  historyEntry,
  historyMetrics,
  historyOf,
  unitOf,
} from '../../src/gate/history.ts'
import { gateHistory, gateResult } from '../fixtures/gate.ts'

describe('The entry that a gate leaves to the history', () => {
  test('has every figure of the head with its unit, and no answer on the SLO', () => {
    const entry = historyEntry(
      gateResult(),
      { machine: 'Fast CPU, 8 cores', asked: 'request 1a2b3c4d' },
      'abc1234',
    )
    expect(entry.figures).toMatchObject({ p50: 12.36, 'model size': 4_745_517, 'USD a month': 104.5 })
    expect(entry.units).toMatchObject({
      p50: 'ms',
      errors: 'ratio',
      'model size': 'bytes',
      'USD a month': 'USD',
    })
    expect(Object.keys(entry.units ?? {})).toEqual(Object.keys(entry.figures))
    expect(Object.keys(entry.figures).filter((name) => name.startsWith('SLO'))).toEqual([])
    expect(entry).toMatchObject({
      commit: 'abc1234',
      series: 'interleaved, closed, 1 at a time, request 1a2b3c4d, Fast CPU, 8 cores',
    })
  })
})

describe('A history', () => {
  const { entries } = gateHistory()

  test('holds the series of its newest entry, and counts the others', () => {
    const other = entries.slice(0, 4).map((entry) => ({ ...entry, series: 'another machine' }))
    const history = historyOf([...other, ...entries])
    expect(history).toEqual({ series: entries[0]?.series, entries, others: 4 })
    expect(historyOf([])).toEqual({ series: '', entries: [], others: 0 })
  })

  test('goes no farther back than 200 entries', () => {
    const many = Array.from({ length: 250 }, (_, index) => ({
      ...entries[0],
      head: String(index),
    })) as typeof entries
    const history = historyOf(many)
    expect([history.entries.length, history.entries[0]?.head, history.others]).toEqual([200, '50', 50])
  })

  test('names a change by the date and the commit of the first entry at the new level, with its unit', () => {
    expect(historyChangePoints(historyOf(entries))).toEqual([
      expect.objectContaining({
        metric: 'p50',
        index: 20,
        entry: `2026-09-20T06:00:00.000Z ${entries[20]?.commit}`,
        unit: 'ms',
      }),
    ])
  })

  test('counts an index among the entries that have the metric, and takes the unit from any that says it', () => {
    const bare = { ...entries[0], units: undefined, figures: { p99: 31 } } as (typeof entries)[number]
    const last = { ...(entries.at(-1) as (typeof entries)[number]), units: undefined }
    const history = historyOf([bare, bare, ...entries.slice(0, -1), last])
    expect(historyMetrics(history)).toEqual(['p50', 'p99', 'errors', 'model size'])
    expect(unitOf('p50', history)).toBe('ms')
    expect(historyChangePoints(history).find(({ metric }) => metric === 'p50')?.index).toBe(20)
  })
})
