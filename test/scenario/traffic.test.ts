import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { scenarioText, useScenarios } from './write-scenario.ts'

const { folder, read, problems, brief } = useScenarios()
const traffic = (fields: string) => scenarioText({ traffic: `traffic: { ${fields} }` })
const messages = (fields: string) =>
  problems(traffic(fields)).map(({ field, message }) => `${field}: ${message}`)

describe('traffic', () => {
  test('may be the mean and the peak of a week', () => {
    expect(read(traffic('mean: 10 rps, peak: 50 rps')).traffic).toEqual({
      rps: 10,
      curve: { peakRps: 50, shape: 'sine', timeZone: 'UTC', weekendFactor: 1 },
    })
    const text =
      'mean: 10 rps, peak: 50 rps, shape: office, timeZone: Asia/Tokyo, weekendFactor: 0.5, growth: -5%'
    expect(read(traffic(text)).traffic).toEqual({
      rps: 10,
      curve: { peakRps: 50, shape: 'office', timeZone: 'Asia/Tokyo', weekendFactor: 0.5 },
      growthRatio: -0.05,
    })
  })

  test('takes its peak from a list of hours', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 3 : 1))
    const { curve } = read(traffic(`mean: 10 rps, shape: [${hours}]`)).traffic
    expect(curve?.peakRps).toBeCloseTo((10 * 3) / (26 / 24), 0)
  })

  test('may have bursts that multiply it', () => {
    const burst = 'burst: { factor: 5, length: 10min, every: 6h, process: markov }'
    expect(read(traffic(`rate: 5 rps, ${burst}`)).traffic).toEqual({
      rps: 5,
      bursts: { factor: 5, lengthS: 600, everyS: 21_600, process: 'markov' },
    })
  })

  test('may be a trace, whose rates are kept with the scenario', () => {
    writeFileSync(join(folder, 'rates.csv'), 'seconds,rps\n0,1\n60,3\n')
    expect(read(traffic('trace: rates.csv')).traffic).toEqual({
      rps: 2,
      trace: { file: 'rates.csv', stepS: 60, rps: [1, 3] },
    })
    writeFileSync(join(folder, 'log.csv'), '0\n30\n90\n120\n')
    expect(read(traffic('trace: log.csv, traceOf: timestamps')).traffic.trace?.rps).toHaveLength(1)
  })

  test('of a trace with mistakes names the lines of the trace', () => {
    writeFileSync(join(folder, 'gap.csv'), '0,1\n60,3\n120,3\n1000,2\n1060,2')
    const [problem] = problems(traffic('trace: gap.csv'))
    expect(problem).toMatchObject({ line: 3, message: expect.stringContaining('the trace has a gap') })
  })

  test.each([
    ['', 'traffic: no rate'],
    ['peak: 5 rps', 'traffic: the peak has no mean'],
    ['mean: 5 rps', 'traffic: the mean has no peak'],
    ['rate: 5 rps, mean: 2 rps, peak: 9 rps', 'traffic.mean: rate and mean exclude each other'],
    ['mean: 5 rps, peak: 4 rps', 'traffic.peak: the peak of 4 requests/s is below the mean of 5'],
    [
      'mean: 4.9 rps, peak: 5 rps, weekendFactor: 0',
      'traffic.mean: with that weekend the mean is at most 3.57 requests/s',
    ],
    ['mean: 1 rps, peak: 9000 rps', 'traffic.peak: so high a peak does not fit into that mean'],
    [
      'mean: 4 rps, peak: 5 rps, weekendFactor: -1',
      'traffic.weekendFactor: -1 is not a multiple of 0 or more',
    ],
    ['mean: 4 rps, peak: 5 rps, timeZone: Mars/Olympus', 'traffic.timeZone: "Mars/Olympus" is no time zone'],
    [
      'mean: 4 rps, shape: [1, 2]',
      'traffic.shape: [1,2] is not sine, office, evening, or a list of 24 or 168 rates of 0 or more, some of them above 0',
    ],
    ['rate: 5 rps, shape: sine', 'traffic.shape: shape is for a week with peaks'],
    ['rate: -5 rps', 'traffic.rate: "-5 rps" is not a rate with its unit'],
    ['rate: 0 rps', 'traffic.rate: "0 rps" is not a rate with its unit'],
    ['rate: 99999999999 rps', 'traffic.rate: 99999999999 requests a second are over 1000000000'],
    ['rate: 5 rps, growth: 20', 'traffic.growth: 20 is not a change over -100%'],
    ['rate: 5 rps, traceOf: rates', 'traffic.traceOf: traceOf without a trace'],
    ['rate: 5 rps, burst: { rate: 9 rps }', 'traffic.burst.perDay: is missing'],
    ['rate: 5 rps, burst: { factor: 2, length: 1h }', 'traffic.burst.every: is missing'],
    [
      'rate: 5 rps, burst: { factor: 2, length: 2h, every: 1h }',
      'traffic.burst.length: the bursts leave no time between them',
    ],
    [
      'rate: 5 rps, burst: { factor: 2, length: 1s, every: 2s }',
      'traffic.burst.every: bursts come more often than once a minute',
    ],
    [
      'rate: 5 rps, burst: { rate: 9 rps, perDay: 1h, factor: 2 }',
      'traffic.burst: rate and perDay exclude factor, length and every',
    ],
    ['trace: nowhere.csv', 'traffic.trace: trace nowhere.csv does not exist'],
    ['trace: .', 'traffic.trace: trace . is a folder'],
  ])('of { %s } is refused', (fields, message) => {
    expect(messages(fields)).toEqual([message])
  })

  test('tells every mistake at once, each with its place', () => {
    expect(
      brief(traffic('mean: 5 rps, peak: 4 rps, timeZone: Mars, burst: { factor: 1, length: 1h, every: 1s }')),
    ).toEqual([
      '4:31 traffic.peak: the peak of 4 requests/s is below the mean of 5',
      expect.stringContaining('traffic.timeZone'),
      expect.stringContaining('traffic.burst.factor'),
      expect.stringContaining('traffic.burst.length'),
      expect.stringContaining('traffic.burst.every'),
    ])
  })
})
