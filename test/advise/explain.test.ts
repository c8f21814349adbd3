import { describe, expect, test } from 'vitest'
import {
  decidingCheck,
  explainCheck,
  formatRange,
  formatUsdRange,
  usdDearer,
} from '../../src/advise/explain.ts'
import type { SloCheck } from '../../src/core/advice.ts'
import type { Range } from '../../src/core/scenario.ts'
import { formatMs } from '../../src/core/units.ts'
import { around, exactly } from '../fixtures/assessments.ts'

const never = Number.POSITIVE_INFINITY

function check(outcome: SloCheck['outcome'], found: Range, limit = 200): SloCheck {
  return { metric: 'p95', limit, found, outcome, marginRatio: (found.value - limit) / limit }
}

describe('A check in words', () => {
  test.each([
    [check('misses', exactly(310)), 'p95 310 ms, 55% over 200 ms'],
    [check('meets', exactly(120)), 'p95 120 ms, 40% under 200 ms'],
    [check('meets', around(52.1, 87.2, 141)), 'p95 87.2 ms (52.1 ms to 141 ms), at least 56% under 200 ms'],
    [check('misses', exactly(201)), 'p95 201 ms, just over 200 ms'],
    [check('meets', exactly(199.5)), 'p95 200 ms, just under 200 ms'],
    [check('misses', exactly(2000)), 'p95 2.0 s, 10 times 200 ms'],
    [
      check('undecided', around(180, 230, 300)),
      'p95 230 ms (180 ms to 300 ms): the limit of 200 ms lies in that range',
    ],
    [
      check('undecided', around(180, never, never)),
      'p95 180 ms to unbounded: the limit of 200 ms lies in that range',
    ],
    [check('misses', around(never, never, never)), 'p95 has no bound, over 200 ms: too many requests fail'],
    [check('misses', around(300, never, never)), 'p95 300 ms to unbounded, over 200 ms'],
  ])('tells value, range and margin: %#', (given, words) => {
    expect(explainCheck(given)).toBe(words)
  })

  test('gives errors as percentages', () => {
    const errors: SloCheck = {
      metric: 'errors',
      limit: 0.001,
      found: around(0.01, 0.02, 0.03),
      outcome: 'misses',
      marginRatio: 19,
    }
    expect(explainCheck(errors)).toBe('errors 2% (1% to 3%), at least 20 times 0.1%')
  })
})

describe('Figures in words', () => {
  test('have their range only where it shows', () => {
    expect(formatRange(exactly(87.2), formatMs)).toBe('87.2 ms')
    expect(formatRange(around(87.21, 87.22, 87.23), formatMs)).toBe('87.2 ms')
    expect(formatRange(around(80, 87.2, 99), formatMs)).toBe('87.2 ms (80.0 ms to 99.0 ms)')
  })

  test('of money have cents under a thousand dollars', () => {
    expect(formatUsdRange({ low: '100', value: '141.5', high: '1204.4' })).toBe('$141.50 ($100.00 to $1,204)')
    expect(formatUsdRange({ low: '5', value: '5', high: '5' })).toBe('$5.00')
  })

  test('of a difference are exact', () => {
    const usd = (value: string) => ({ low: value, value, high: value })
    expect(usdDearer(usd('141.30'), usd('100.30'))).toBe('$41.00')
  })
})

describe('The deciding check', () => {
  const meets = check('meets', exactly(100))
  const tight = check('meets', exactly(190))
  const open = check('undecided', around(150, 190, 250))
  const over = check('misses', exactly(250))

  test('is the one that misses, else the undecided one, else the one with the least room', () => {
    expect(decidingCheck({ checks: [meets, open, over] })).toBe(over)
    expect(decidingCheck({ checks: [meets, open, tight] })).toBe(open)
    expect(decidingCheck({ checks: [meets, tight] })).toBe(tight)
    expect(decidingCheck({ checks: [] })).toBeUndefined()
  })
})
