import { describe, expect, it } from 'vitest'
import { type Problem, UserError } from '../../src/core/errors.ts'
import { parseRateTrace, parseTimestampTrace } from '../../src/load/parse-trace.ts'

function problemsOf(parse: () => unknown): readonly Problem[] {
  try {
    parse()
  } catch (error) {
    if (error instanceof UserError) return error.problems
    throw error
  }
  return []
}

describe('a trace of rates', () => {
  it('holds each rate until the next line, and the last as long as the one before', () => {
    const arrival = parseRateTrace('seconds,rps\r\n0,10\r\n60,120.5\r\n\r\n90,0\r\n', 'day.csv')
    expect(arrival).toEqual({
      kind: 'rates',
      spacing: 'poisson',
      steps: [
        { rps: 10, durationS: 60 },
        { rps: 120.5, durationS: 30 },
        { rps: 0, durationS: 30 },
      ],
    })
  })

  it('needs no line of names, and skips comments and a byte order mark', () => {
    const arrival = parseRateTrace('\uFEFF# from the log\n0;1\n1;2', 'day.csv', 'even')
    expect(arrival).toMatchObject({ spacing: 'even', steps: [{ rps: 1 }, { rps: 2 }] })
  })

  it('names the file and line of everything wrong', () => {
    const text = 'seconds,rps\n0,10\n5,ten\n4\n6,-1\n6,2'
    expect(problemsOf(() => parseRateTrace(text, 'day.csv'))).toMatchObject([
      { file: 'day.csv', line: 3, message: 'expected a time and a rate, found "5,ten"' },
      { file: 'day.csv', line: 4 },
      { file: 'day.csv', line: 5, message: 'a rate of -1 is below 0' },
      { file: 'day.csv', line: 6, message: 'the time 6 s is not after the one before it, 6 s' },
    ])
  })

  it('is refused when it is too short or silent', () => {
    expect(problemsOf(() => parseRateTrace('', 'day.csv'))).toMatchObject([{ file: 'day.csv' }])
    expect(problemsOf(() => parseRateTrace('0,5', 'day.csv'))).toHaveLength(1)
    expect(problemsOf(() => parseRateTrace('0,0\n1,0', 'day.csv'))).toHaveLength(1)
  })
})

describe('a trace of requests', () => {
  it('counts from the earliest, whatever the order of the lines', () => {
    const arrival = parseTimestampTrace('time,path\n12.5,/a\n12,/b\n13,/c', 'log.csv')
    expect(arrival).toEqual({ kind: 'timestamps', atMs: Float64Array.of(0, 500, 1000) })
  })

  it('reads times of ISO 8601', () => {
    const arrival = parseTimestampTrace('2026-01-31T12:00:00.250Z\n"2026-01-31T12:00:00Z"', 'log.csv')
    expect(arrival).toEqual({ kind: 'timestamps', atMs: Float64Array.of(0, 250) })
  })

  it('names the file and line of everything wrong', () => {
    expect(problemsOf(() => parseTimestampTrace('1\nsoon\n2', 'log.csv'))).toMatchObject([
      { file: 'log.csv', line: 2, message: 'expected a time, found "soon"' },
    ])
    expect(problemsOf(() => parseTimestampTrace('time\n', 'log.csv'))).toHaveLength(1)
  })
})
