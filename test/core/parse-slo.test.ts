import { describe, expect, test } from 'vitest'
import { parseSlo } from '../../src/core/parse-slo.ts'

describe('An SLO in one line', () => {
  test('holds latency limits, lowest percentile first, and a limit on errors', () => {
    expect(parseSlo('p99<1.5s, p95 < 200ms,errors<=1%')).toEqual({
      slo: { latencyMs: { p95: 200, p99: 1500 }, errorRatio: 0.01 },
    })
    expect(Object.keys((parseSlo('p99<2s,p50<1s') as { slo: { latencyMs: object } }).slo.latencyMs)).toEqual([
      'p50',
      'p99',
    ])
  })

  test('takes p99.9 by either name, and 0.1% of errors where it says nothing of them', () => {
    expect(parseSlo('p99.9<1s')).toEqual({ slo: { latencyMs: { p999: 1000 }, errorRatio: 0.001 } })
    expect(parseSlo('p999<1s')).toEqual(parseSlo('p99.9<1s'))
  })

  test.each(['p95<200', 'p94<2s', 'p95>2s', 'errors<2', 'errors<100%', '', 'p95<0ms'])(
    'cannot be %j',
    (text) => {
      expect(parseSlo(text)).toHaveProperty('faults')
    },
  )

  test('tells every part that it cannot read', () => {
    expect(parseSlo('p95<200, px<1s, p99<1s')).toEqual({
      faults: ['"p95<200" is no limit', '"px<1s" is no limit'],
    })
  })
})
