import { describe, expect, test } from 'vitest'
import { judge } from '../../src/advise/judge.ts'
import { mixSentence } from '../../src/advise/mix-sentence.ts'
import { rank } from '../../src/advise/rank.ts'
import { recommend } from '../../src/advise/recommend.ts'
import { assessed, bills } from '../fixtures/assessments.ts'
import { mixed } from '../fixtures/mix.ts'

const slo = { latencyMs: { p95: 200 }, errorRatio: 0.001 }
const overlapping = { usdPerMonth: { low: '70', value: '85', high: '120' }, isClear: false }

describe('A mix in a sentence', () => {
  test('says what takes what, the cost with its range, what it saves, how fast it is and how that is known', () => {
    expect(mixSentence(mixed(overlapping))).toBe(
      'Not ranked: a mix of gce vm e2-standard-2 x2 us-central1 (2 replicas, up to 30 requests/s) and cloud-run 2cpu 2Gi c4 us-central1 (the rest) would meet the SLO for $85.00 ($70.00 to $120.00) a month, $15.00 less than cheap alone, but the ranges overlap; p95 90.0 ms (80.0 ms to 110 ms), p99 90.0 ms (80.0 ms to 110 ms); modelled. Your clients, or a gateway of yours, have to send what comes above 30 requests/s to the burst.',
    )
  })

  test('says who has to split the traffic, and where no single candidate meets', () => {
    const words = mixSentence(mixed({ splitBy: 'load-balancer', than: null, usdLess: null, isClear: false }))
    expect(words).toMatch(/a month, where no single one does; /)
    expect(words).toMatch(/Its load balancer has to be given weights that follow the rate/)
  })

  test('stands in the recommendation where it is clearly cheaper, and only there; the winner stays the same', () => {
    const ranking = rank([judge(assessed({ name: 'cheap', bills: bills(100) }), slo, 1_000_000)])
    const without = recommend(ranking, null, slo)
    const clear = recommend(ranking, null, slo, { mix: mixed() })
    expect(clear.filter((sentence) => !without.includes(sentence))).toEqual([
      expect.stringMatching(/^Clearly cheaper, if you can split the traffic by its rate, and not ranked: /),
    ])
    expect(clear[1]).toBe(without[1])
    expect(recommend(ranking, null, slo, { mix: mixed(overlapping) })).toEqual(without)
  })
})
