import { describe, expect, test } from 'vitest'
import type { Advice, Verdict } from '../../src/core/advice.ts'
import { judgeCosts } from '../../src/gate/judge-costs.ts'
import { BASELINE_RULES } from '../../src/gate/rules.ts'

/** An advice in which only what the gate reads of it is there. */
function advice(outcomes: Readonly<Record<string, Verdict['outcome']>>, usd = '100'): Advice {
  const verdicts = Object.entries(outcomes).map(([name, outcome]) => ({
    candidate: { name },
    outcome,
    reasons: [`why ${name} ${outcome}`],
    usdPerMonth: { value: usd, low: usd, high: usd },
    usdPerMillionRequests: { value: usd, low: usd, high: usd },
    bill: null,
  }))
  const cheapest = verdicts.find(({ outcome }) => outcome === 'meets')?.candidate.name ?? null
  return { verdicts, cheapest } as unknown as Advice
}

function judged(base: Advice, head: Advice, headAtEnds: readonly Advice[] = []) {
  const judgements = judgeCosts(BASELINE_RULES, { base, head, headAtEnds })
  const of = (metric: string) => judgements.find((each) => each.metric === metric)
  return { slo: of('slo'), month: of('usdPerMonth') }
}

const meets = advice({ vm: 'meets' })

describe('The SLO of a head', () => {
  test('is failed only where every candidate misses it or is refused', () => {
    const { slo } = judged(meets, advice({ vm: 'misses', run: 'refused' }))
    expect(slo).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('vm misses, why vm misses'),
    })
  })

  test.each(['undecided', 'unpriced', 'untested'] as const)('is not decided where one is %s', (outcome) => {
    expect(judged(meets, advice({ vm: 'misses', run: outcome })).slo?.outcome).toBe('inconclusive')
    const { slo } = judged(advice({ run: outcome }), advice({ run: outcome }))
    expect(slo).toMatchObject({ outcome: 'inconclusive', reason: expect.stringContaining('nor of the base') })
  })
})

describe('The cost of a head', () => {
  test('lies between what it is at both ends of its measured speed', () => {
    const ends = [advice({ vm: 'meets' }, '99'), advice({ vm: 'meets' }, '101')]
    expect(judged(meets, meets, ends).month).toMatchObject({
      outcome: 'passed',
      worsening: { low: -0.01, value: 0, high: 0.01 },
    })
  })

  test('has no bound where nothing is sure to meet the SLO at one of them', () => {
    const { month } = judged(meets, meets, [meets, advice({ vm: 'undecided' })])
    expect(month).toMatchObject({
      outcome: 'unjudged',
      worsening: { low: 0, high: Number.POSITIVE_INFINITY },
      reason: expect.stringContaining('nothing would be sure to meet the SLO'),
    })
  })
})
