import { describe, expect, test } from 'vitest'
import { billRange } from '../../../src/advise/price-spread.ts'
import { decimal, exact, sum } from '../../../src/core/money.ts'
import { assessOne } from '../../../src/run/assess.ts'
import { mixAssessor } from '../../../src/run/mix/assess-mix.ts'
import { capacityRps, fullRps } from '../../../src/run/mix/base-capacity.ts'
import { balancerBill, leastBill } from '../../../src/run/mix/least-cost.ts'
import { withReplicas } from '../../../src/run/mix/mix-parts.ts'
import { splitMonth } from '../../../src/traffic/split-month.ts'
import { cloudFunction, cloudRun, mig, vertex, vm } from '../../fixtures/candidates.ts'
import { mixing } from '../../fixtures/mixes.ts'

const curve = { peakRps: 40, shape: 'evening', timeZone: 'UTC', weekendFactor: 1 } as const
const candidates = [
  mig({ machineType: 'n2-standard-4' }),
  vertex({ machineType: 'n1-standard-4' }),
  vm({ machineType: 'e2-standard-2' }),
  cloudRun({ vcpus: 1, memoryGib: 2, concurrency: 1 }),
  cloudRun({ minReplicas: 1 }),
  cloudFunction(),
]
const { subjects, assessing, slo, book, record } = mixing(candidates, { rps: 20, curve })
const { assumptions } = record.scenario
const [group] = subjects
const serverless = subjects[3]
if (!group || !serverless) throw new Error('all of these can be put under traffic')

describe('The least that a part can cost', () => {
  test.each(subjects.map((each) => [each.candidate.name, each] as const))(
    'is no more than its simulated month: %s',
    (_, subject) => {
      const isFixed = ['gce', 'vertex'].includes(subject.candidate.platform)
      const part = isFixed ? withReplicas(subject, 2, assumptions) : subject
      const assessed = assessOne(part, assessing)
      if (assessed.state !== 'assessed') throw new Error('it has a speed')
      const { central } = assessed.bills
      const failed = assessed.errorRatio?.value ?? 0
      const least = leastBill(part, assessing.profile.requests * (1 - failed), book)
      expect(Number(least.usdTotal)).toBeGreaterThan(0)
      // What is simulated is known to its own noise.
      expect(Number(least.usdTotal)).toBeLessThanOrEqual(Number(central.usdTotal) * 1.01)
    },
  )
})

describe('The capacity of a base', () => {
  test('is below what keeps every slot busy, and more for more replicas', () => {
    const capacities = [1, 2, 4].map((count) => {
      const base = withReplicas(group, count, assumptions)
      const capacity = capacityRps(base, slo, assessing.effort)
      expect(capacity).toBeLessThan(fullRps(base))
      return capacity
    })
    expect(capacities[0]).toBeGreaterThan(0)
    // Replicas that help each other out carry at least their number of times as much.
    expect(capacities[1]).toBeGreaterThanOrEqual((capacities[0] ?? 0) * 1.9)
    expect(capacities[2]).toBeGreaterThanOrEqual((capacities[1] ?? 0) * 1.9)
  })

  test('is none where a request that waits for nothing is late already', () => {
    const tight = { latencyMs: { p95: 1 }, errorRatio: 0 }
    expect(capacityRps(withReplicas(group, 1, assumptions), tight, assessing.effort)).toBe(0)
  })
})

describe('A mix behind a load balancer', () => {
  const subject = withReplicas(group, 1, assumptions)
  const split = splitMonth(assessing.profile, 20)
  const assess = mixAssessor(slo, assessing)
  const mix = assess({ base: { subject, replicas: 1, upToRps: 20, split }, burst: serverless })
  if (!mix) throw new Error('both have prices')

  test('pays the balancer for the requests of the burst as well, and for one forwarding rule', () => {
    expect(mix.splitBy).toBe('load-balancer')
    const front = balancerBill(subject, split.above.requests, book)
    expect(mix.loadBalancerUsd).toBe(front.usdTotal)
    const { requestBytes, replyBytes } = subject.payload
    const gib = (split.above.requests * (requestBytes + replyBytes)) / 2 ** 30
    expect(Number(front.usdTotal)).toBeCloseTo(gib * 0.008, 6)
    expect(mix.bill.lines.filter(({ resource }) => resource === 'network/forwarding-rules')).toHaveLength(1)
  })

  test('costs what its parts and the balancer do, at each end of the range', () => {
    const front = billRange(balancerBill(subject, split.above.requests, book))
    const ends = { low: front.low, value: decimal(mix.loadBalancerUsd), high: front.high }
    for (const end of ['low', 'value', 'high'] as const) {
      const parts = [mix.base, mix.burst].map((part) => decimal(part.usdPerMonth[end]))
      expect(exact(sum([...parts, ends[end]]))).toBe(mix.usdPerMonth[end])
    }
    expect(exact(sum(mix.bill.lines.map(({ usd }) => decimal(usd))))).toBe(mix.usdPerMonth.value)
  })

  test('is as fast as all of its requests are: between its parts', () => {
    for (const percentile of ['p50', 'p95', 'p99'] as const) {
      const [one, other] = [mix.base, mix.burst].map((part) => part.latencyMs[percentile].value)
      const [low, high] = [Math.min(one ?? 0, other ?? 0), Math.max(one ?? 0, other ?? 0)]
      expect(mix.latencyMs[percentile].value).toBeGreaterThanOrEqual(low * 0.99)
      expect(mix.latencyMs[percentile].value).toBeLessThanOrEqual(high * 1.01)
    }
  })
})
