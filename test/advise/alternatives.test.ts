import { describe, expect, test } from 'vitest'
import { bestSettings } from '../../src/advise/best-settings.ts'
import { frontier } from '../../src/advise/frontier.ts'
import { judge } from '../../src/advise/judge.ts'
import { billRange } from '../../src/advise/price-spread.ts'
import { rank } from '../../src/advise/rank.ts'
import type { BillLine } from '../../src/core/bill.ts'
import { assessed, bills, exactly, latencies } from '../fixtures/assessments.ts'
import { cloudRun, vm } from '../fixtures/candidates.ts'

const slo = { latencyMs: { p95: 200 }, errorRatio: 0.001 }
const of = (name: string, usd: number, ms: number) =>
  assessed({ name, bills: bills(usd), latencyMs: latencies(exactly(ms)) })
const verdicts = (...all: Parameters<typeof judge>[0][]) =>
  rank(all.map((assessment) => judge(assessment, slo, 1_000_000))).verdicts

describe('The frontier', () => {
  test('holds those that no other beats in both cost and latency, cheapest first', () => {
    const all = verdicts(
      of('cheap', 10, 150),
      of('dear and slow', 20, 160),
      of('fast', 30, 50),
      of('late', 1, 900),
    )
    expect(frontier(all, 'p95').map(({ candidate }) => candidate.name)).toEqual(['cheap', 'fast'])
  })

  test('is empty where none meets', () => {
    expect(frontier(verdicts(of('late', 1, 900)), 'p95')).toEqual([])
  })
})

describe('The best settings', () => {
  test('are named among candidates of one shape, and of no others', () => {
    const settings = [1, 4, 8].map((concurrency) =>
      assessed({ candidate: cloudRun({ concurrency }), bills: bills(concurrency === 4 ? 50 : 90) }),
    )
    expect(bestSettings(verdicts(...settings, assessed({ candidate: vm(), bills: bills(60) })))).toEqual([
      {
        of: 'cloud-run 2 vCPU 2 GiB us-central1',
        best: cloudRun({ concurrency: 4 }).name,
        among: [4, 1, 8].map((concurrency) => cloudRun({ concurrency }).name),
      },
    ])
  })
})

describe('The range of a bill', () => {
  const line = (usd: string, basis: BillLine['basis'], rule?: string) =>
    ({ usd, basis, ...(rule && { rule }) }) as BillLine

  test('is 5% either way of what is estimated, and nothing of what is listed or solved', () => {
    const lines = [
      line('100', 'derived', 'estimate: 1.15 x'),
      line('50', 'listed'),
      line('30', 'derived', 'solved from'),
    ]
    const { low, high } = billRange({ lines, missing: [], usdTotal: '180' })
    expect([low.toFixed(), high.toFixed()]).toEqual(['175', '185'])
  })
})
