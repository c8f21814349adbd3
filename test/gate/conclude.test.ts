import { describe, expect, test } from 'vitest'
import { conclude, DEFAULT_FAIL_ON, describeNoise, summarize } from '../../src/gate/conclude.ts'
import type { Judgement } from '../../src/gate/gate-result.ts'
import { gateResult } from '../fixtures/gate.ts'

const { judgements } = gateResult()
const only = (...outcomes: Judgement['outcome'][]) =>
  judgements.filter(({ outcome }) => outcomes.includes(outcome))

describe('the answer to all judgements', () => {
  test('is failed when one that counts failed, inconclusive when one is not decided, else passed', () => {
    expect(conclude(judgements, DEFAULT_FAIL_ON)).toBe('failed')
    expect(conclude(only('passed', 'inconclusive'), DEFAULT_FAIL_ON)).toBe('inconclusive')
    expect(conclude(only('passed', 'unjudged'), DEFAULT_FAIL_ON)).toBe('passed')
  })

  test('is never passed when nothing could be judged', () => {
    expect(conclude([], DEFAULT_FAIL_ON)).toBe('inconclusive')
    const blind = judgements.map(
      (each) => ({ ...each, outcome: each.metric === 'modelSize' ? 'passed' : 'unjudged' }) as const,
    )
    expect(conclude(blind, DEFAULT_FAIL_ON)).toBe('inconclusive')
    expect(conclude(only('unjudged'), DEFAULT_FAIL_ON)).toBe('inconclusive')
    expect(summarize(only('unjudged'), 'inconclusive', DEFAULT_FAIL_ON)[0]).toBe(
      'Nothing that counts could be judged.',
    )
  })

  test('may rest on CPU time where no latency could be judged, and says what that does not see', () => {
    const [some] = judgements
    if (!some) throw new Error('no judgement')
    const of = (metric: Judgement['metric'], outcome: 'passed' | 'unjudged') => ({ ...some, metric, outcome })
    const latencies = [of('p50', 'unjudged'), of('p95', 'unjudged')]
    const says = (each: readonly Judgement[]) =>
      summarize(each, conclude(each, DEFAULT_FAIL_ON), DEFAULT_FAIL_ON)
    const withCpu = [of('cpu', 'passed'), ...latencies]
    expect(conclude(withCpu, DEFAULT_FAIL_ON)).toBe('passed')
    expect(says(withCpu)).toContain(
      'No latency could be judged: the CPU time of a request stands in for all of them, and does not see waiting.',
    )
    const without = [of('cpu', 'unjudged'), of('errors', 'passed'), ...latencies]
    expect(conclude(without, DEFAULT_FAIL_ON)).toBe('inconclusive')
    expect(says(without)).toContain('No latency could be judged.')
    expect(says([of('cpu', 'passed'), of('p50', 'passed')]).join()).not.toContain('No latency')
  })

  test('is failed instead of inconclusive where that is to fail', () => {
    expect(conclude(only('passed', 'inconclusive'), ['regression', 'inconclusive'])).toBe('failed')
    expect(conclude(only('passed'), ['regression', 'inconclusive'])).toBe('passed')
  })

  test('leaves out what does not count, and says so', () => {
    const failed = only('passed', 'failed')
    expect(conclude(failed, ['slo'])).toBe('passed')
    const summary = summarize(failed, 'passed', ['slo'])
    expect(summary).toContainEqual(expect.stringMatching(/^Not counted \(--fail-on\): p99: /))
    expect(conclude(failed, ['cost'])).toBe('failed')
  })

  test('of a calibration names what the machine can tell', () => {
    expect(describeNoise(judgements)).toMatch(/p50 3\.1%, p99 3\.1%, .*errors 0\.71% points/)
  })
})
