import { expect, test } from 'vitest'
import { parseAllowed } from '../../src/gate/parse-allowed.ts'
import { INTERLEAVED_RULES, withAllowed } from '../../src/gate/rules.ts'

test('limits are read with colons or equals signs, in any case of letters', () => {
  const parsed = parseAllowed('p95: 5%, usdpermillion=2%,p99.9:10%')
  expect('allowed' in parsed && [...parsed.allowed]).toEqual([
    ['p95', 0.05],
    ['usdPerMillion', 0.02],
    ['p999', 0.1],
  ])
})

test('everything that is wrong with them is told at once', () => {
  const parsed = parseAllowed('p96: 5%, p95: 5, p99')
  expect('faults' in parsed && parsed.faults).toEqual([
    expect.stringContaining('"p96: 5%" names no metric'),
    '"p95: 5" has no limit in percent',
    expect.stringContaining('"p99" names no metric'),
  ])
})

test('a limit of the user takes the place of the default and has to be decided', () => {
  const rules = withAllowed(
    INTERLEAVED_RULES,
    new Map([
      ['p99', 0.3],
      ['p90', 0.1],
    ]),
  )
  expect(
    rules.filter(({ binding }) => binding).map(({ metric, allowed, caught }) => [metric, allowed, caught]),
  ).toEqual([
    ['p10', 0.015, 0.05],
    ['p99', 0.3, 0.3],
    ['p90', 0.1, 0.1],
  ])
  expect(rules).toHaveLength(INTERLEAVED_RULES.length + 1)
})
