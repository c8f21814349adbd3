import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import { monthProfile } from '../../src/traffic/month-profile.ts'
import { readTrafficTrace } from '../../src/traffic/read-traffic-trace.ts'

function problemsOf(text: string, kind: 'rates' | 'timestamps' = 'rates'): string[] {
  try {
    readTrafficTrace(text, 'day.csv', kind)
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.problems.map(({ file, line, message }) => `${file}:${line ?? ''} ${message}`)
  }
}

const hourly = (rates: readonly number[], startS = 0) =>
  rates.map((rps, hour) => `${startS + hour * 3600},${rps}`).join('\n')

describe('A trace of traffic', () => {
  test('keeps its rates as they are when they come evenly', () => {
    const { rps, trace } = readTrafficTrace(hourly([1, 2, 6]), 'day.csv', 'rates')
    expect(trace).toEqual({ file: 'day.csv', stepS: 3600, rps: [1, 2, 6] })
    expect(rps).toBe(3)
  })

  test('may have times of ISO 8601', () => {
    const text = 'time,rps\n2026-01-31T12:00:00Z,5\n2026-01-31T13:00:00Z,7'
    expect(readTrafficTrace(text, 'day.csv', 'rates').trace).toMatchObject({ stepS: 3600, rps: [5, 7] })
  })

  test('loses no request where its steps are finer than those kept', () => {
    const text = Array.from({ length: 3600 }, (_, second) => `${second},${second % 10}`).join('\n')
    const { rps, trace } = readTrafficTrace(text, 'day.csv', 'rates')
    expect(trace.stepS).toBe(30)
    expect(trace.rps).toHaveLength(120)
    expect(rps).toBeCloseTo(4.5, 9)
  })

  test('with a gap is refused at the line before it, and so is every other mistake', () => {
    expect(problemsOf(`time,rps\n0,5\n60,5\n120,6\n900,7\n960,5\n1020,4`)).toEqual([
      'day.csv:4 the trace has a gap: the next rate comes 780 s later, where they come every 60 s',
    ])
    expect(problemsOf('0,5\n60,\n120,-2')).toEqual([
      'day.csv:2 expected a time and a rate, found "60,"',
      'day.csv:3 a rate of -2 is below 0',
    ])
  })

  test('of requests counts them in steps that hold enough of them to say something', () => {
    // Two an hour at first, then twenty.
    const times = [...Array(500).keys()].map((i) => i * 1800)
    const fast = [...Array(5000).keys()].map((i) => 500 * 1800 + i * 180)
    const { rps, trace } = readTrafficTrace([...times, ...fast].join('\n'), 'log.csv', 'timestamps')
    expect(rps * trace.stepS * trace.rps.length).toBeCloseTo(5500, 0)
    expect(trace.rps[0]).toBeCloseTo(1 / 1800, 4)
    expect(trace.rps.at(-1)).toBeCloseTo(1 / 180, 4)
  })

  test('with one rate is flat, however short the stretch that tells it', () => {
    const { rps, trace } = readTrafficTrace('0,5\n0.01,5', 'day.csv', 'rates')
    expect([rps, trace.rps, trace.stepS]).toEqual([5, [5], 3600])
    expect(monthProfile({ rps, trace }, 1).steps).toHaveLength(1)
  })

  test('with a rate beyond anything served, or a time beyond any, is refused with the line', () => {
    expect(problemsOf('0,5\n60,1e999\n120,1e15\n1e999,5')).toEqual([
      'day.csv:2 a rate of Infinity is over 1000000000',
      'day.csv:3 a rate of 1000000000000000 is over 1000000000',
      'day.csv:4 expected a time and a rate, found "1e999,5"',
    ])
  })

  test('in times without a zone is in UTC: no hour is missing or twice', () => {
    const rows = ['2026-03-29 01:00:00,1', '2026-03-29 02:00:00,2', '2026-03-29T03:00:00,3']
    const before = process.env.TZ
    process.env.TZ = 'Europe/Berlin'
    try {
      expect(readTrafficTrace(rows.join('\n'), 'day.csv', 'rates').trace).toMatchObject({
        stepS: 3600,
        rps: [1, 2, 3],
      })
    } finally {
      if (before === undefined) delete process.env.TZ
      else process.env.TZ = before
    }
  })

  test('of requests is refused when it lasts no time, or is silent for days', () => {
    expect(problemsOf('5\n5\n5', 'timestamps')).toEqual([
      'day.csv: the trace is too short to tell a rate: its requests came within 0 s',
    ])
    expect(problemsOf('0\n0.02', 'timestamps')).toHaveLength(1)
    expect(problemsOf('0\n10\n864000', 'timestamps')).toEqual([
      'day.csv: the trace has a gap of 10 days, from 10 s after its first request',
    ])
  })
})
