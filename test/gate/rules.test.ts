import { expect, test } from 'vitest'
import { INTERLEAVED_RULES, withAllowed, withCpu } from '../../src/gate/rules.ts'

test('CPU time decides in place of p10, which is judged still', () => {
  const rules = withCpu(INTERLEAVED_RULES)
  expect(rules.filter(({ binding }) => binding).map(({ metric }) => metric)).toEqual(['cpu'])
  expect(rules.map(({ metric }) => metric)).toEqual(['cpu', ...INTERLEAVED_RULES.map(({ metric }) => metric)])
})

test('limits of the user on CPU time and p10 are theirs', () => {
  const allowed = new Map([
    ['cpu', 0.2],
    ['p10', 0.3],
  ] as const)
  const rules = withCpu(withAllowed(INTERLEAVED_RULES, allowed))
  expect(rules.filter(({ binding }) => binding).map((rule) => [rule.metric, rule.allowed])).toEqual([
    ['cpu', 0.2],
    ['p10', 0.3],
  ])
  const onP10 = withCpu(withAllowed(INTERLEAVED_RULES, new Map([['p10', 0.3]])))
  expect(onP10.filter(({ binding }) => binding).map(({ metric }) => metric)).toEqual(['cpu', 'p10'])
})
