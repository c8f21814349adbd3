import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatMs,
  formatRatio,
  formatRps,
  parseDurationMs,
  parseRateRps,
  parseRatio,
  parseSizeBytes,
} from '../../src/core/units.ts'

const PARSERS = { parseDurationMs, parseSizeBytes, parseRateRps, parseRatio }

/** Numbers as people write them: digits with up to three decimals. */
const written = fc
  .tuple(fc.nat(1_000_000), fc.nat(999))
  .map(([whole, part]) => (part === 0 ? `${whole}` : `${whole}.${part}`))

describe('parsing', () => {
  test.each([
    ['200ms', 200],
    ['250us', 0.25],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['3min', 180_000],
    ['2h', 7_200_000],
    [' 10 ms ', 10],
  ])('the duration %j is %d ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms)
  })

  test.each([
    ['1Ki', 1024],
    ['512Mi', 536_870_912],
    ['2GiB', 2_147_483_648],
    ['500M', 500_000_000],
    ['2GB', 2_000_000_000],
    ['1.5K', 1500],
  ])('the size %j is %d bytes', (text, bytes) => {
    expect(parseSizeBytes(text)).toBe(bytes)
  })

  test.each([
    ['120 rps', 120],
    ['120/s', 120],
    ['90/min', 1.5],
    ['36/h', 0.01],
  ])('the rate %j is %d requests per second', (text, rps) => {
    expect(parseRateRps(text)).toBeCloseTo(rps, 12)
  })

  test.each([
    ['0.1%', 0.001],
    ['100 %', 1],
    ['0%', 0],
  ])('the share %j is exactly %d', (text, ratio) => {
    expect(parseRatio(text)).toBe(ratio)
  })

  test('a number without its unit is no quantity of any kind', () => {
    fc.assert(
      fc.property(written, (number) => {
        for (const parse of Object.values(PARSERS)) expect(parse(number)).toBeUndefined()
      }),
    )
  })

  test('a unit of one kind is no unit of another', () => {
    expect(parseDurationMs('2Gi')).toBeUndefined()
    expect(parseSizeBytes('200ms')).toBeUndefined()
    expect(parseRateRps('5%')).toBeUndefined()
    expect(parseRatio('5 rps')).toBeUndefined()
  })

  test.each(['', 'ms', '-5ms', '+5ms', '1e3ms', '.5s', '5.s', '5 ms s', '0x10ms', '5MS', '1,5s', '5ms\n6ms'])(
    '%j is no duration',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined()
    },
  )

  test('no text makes a parser throw or return anything but a number of at least 0 or undefined', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of Object.values(PARSERS)) expect(parse(text) ?? 0).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('a duration is the same in ms and in us', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (ms) => {
        expect(parseDurationMs(`${ms * 1000}us`)).toBeCloseTo(parseDurationMs(`${ms}ms`) ?? Number.NaN, 6)
      }),
    )
  })
})

describe('formatting', () => {
  test('a formatted duration parses back to within half a step of its last digit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e7, noNaN: true }), (ms) => {
        const back = parseDurationMs(formatMs(ms)) ?? Number.NaN
        const step = ms >= 10_000 ? 1000 : ms >= 100 ? (ms >= 1000 ? 100 : 1) : ms >= 10 ? 0.1 : 0.01
        expect(Math.abs(back - ms)).toBeLessThanOrEqual(step / 2 + 1e-9)
      }),
    )
  })

  test('a formatted share parses back to within half of a hundredth of a percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (ratio) => {
        expect(Math.abs((parseRatio(formatRatio(ratio)) ?? Number.NaN) - ratio)).toBeLessThanOrEqual(
          5.0001e-5,
        )
      }),
    )
  })

  test('a formatted rate parses back to within half a percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), (rps) => {
        const back = parseRateRps(`${formatRps(rps)} rps`) ?? Number.NaN
        expect(Math.abs(back / rps - 1)).toBeLessThanOrEqual(0.005_01)
      }),
    )
  })

  test.each([
    [0.842, '0.84 ms'],
    [12.34, '12.3 ms'],
    [310.4, '310 ms'],
    [2440, '2.4 s'],
    [12_000, '12 s'],
  ])('%d ms reads %j', (ms, text) => {
    expect(formatMs(ms)).toBe(text)
  })

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [4.5 * 2 ** 20, '4.5 MiB'],
    [2 ** 41, '2048.0 GiB'],
  ])('%d bytes read %j', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test('a rate loses its needless digits and keeps its small ones', () => {
    expect([120.4, 0.5, 1 / 90].map(formatRps)).toEqual(['120', '0.5', '0.0111'])
  })

  test('a thousandth is written 0.1%', () => {
    expect(formatRatio(0.001)).toBe('0.1%')
  })
})
