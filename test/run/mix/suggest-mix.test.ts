import { describe, expect, test } from 'vitest'
import { decimal, exact, sum } from '../../../src/core/money.ts'
import { cloudRun, mig, vm } from '../../fixtures/candidates.ts'
import { mixOf } from '../../fixtures/mixes.ts'

const machine = vm({ machineType: 'n2-standard-4' })
const serverless = cloudRun({ vcpus: 1, memoryGib: 2, concurrency: 1 })
const curve = { peakRps: 40, shape: 'evening', timeZone: 'UTC', weekendFactor: 1 } as const
const curved = { rps: 20, curve }

describe('A mix of a fixed base and a serverless burst', () => {
  const { mix, ranking, profile } = mixOf([machine, serverless], curved)
  if (!mix) throw new Error('this traffic has a mix')

  test('meets the SLO for less than each single candidate that does', () => {
    expect(mix.checks.map(({ outcome }) => outcome)).toEqual(mix.checks.map(() => 'meets'))
    const meeting = ranking.verdicts.filter(({ outcome }) => outcome === 'meets')
    expect(meeting.map(({ candidate }) => candidate.name)).toEqual([serverless.name])
    const usd = Number(mix.usdPerMonth.value)
    for (const { usdPerMonth } of meeting) expect(usd).toBeLessThan(Number(usdPerMonth?.value))
    expect(mix).toMatchObject({ than: serverless.name, isClear: true, evidence: 'modelled' })
    expect(Number(mix.usdLess)).toBeCloseTo(Number(meeting[0]?.usdPerMonth?.value) - usd, 6)
  })

  test('shares the requests of the month between its parts, each at its own rates', () => {
    const { base, burst } = mix
    expect(base.requests + burst.requests).toBeCloseTo(profile.requests, 1)
    expect(base.upToRps).toBeLessThan(profile.peakRps)
    expect(base.requests).toBeLessThanOrEqual(base.upToRps * 730 * 3600)
    expect(burst.requests).toBeGreaterThan(0)
    expect(base.operation.replicas.high).toBe(base.replicas)
  })

  test('costs what its parts cost, at each end of the range and in the lines of its bill', () => {
    const { base, burst, loadBalancerUsd, bill, usdPerMonth } = mix
    expect(loadBalancerUsd).toBe('0')
    for (const end of ['low', 'value', 'high'] as const) {
      const parts = [base, burst].map((part) => decimal(part.usdPerMonth[end]))
      expect(exact(sum(parts))).toBe(usdPerMonth[end])
    }
    expect(exact(sum(bill.lines.map(({ usd }) => decimal(usd))))).toBe(usdPerMonth.value)
    expect(bill.usdTotal).toBe(usdPerMonth.value)
  })

  test('has a base of machines of the scenario, and the burst as it is listed', () => {
    const { replicas, candidate } = mix.base
    expect(candidate).toMatchObject({ ...machine, minReplicas: replicas, maxReplicas: replicas })
    expect(mix.burst.candidate).toEqual(serverless)
  })
})

describe('No mix', () => {
  test('is sought of flat traffic', () => {
    const { mix, ranking } = mixOf([machine, serverless], { rps: 20 })
    expect(ranking.cheapest).not.toBeNull()
    expect(mix).toBeNull()
  })

  test('is told of where one machine carries the peak for less', () => {
    expect(mixOf([machine, serverless], { rps: 6, curve: { ...curve, peakRps: 12 } }).mix).toBeNull()
  })

  test('is told of where one machine more does without a burst, though no scenario lists it', () => {
    // At 34 requests/s of 60 at the peak two machines are busy all day.
    expect(mixOf([machine, serverless], { rps: 34, curve: { ...curve, peakRps: 60 } }).mix).toBeNull()
  })

  test('has parts in two regions, or of two forms of the model', () => {
    const elsewhere = cloudRun({ vcpus: 1, memoryGib: 2, concurrency: 1, region: 'europe-west4' })
    expect(mixOf([machine, elsewhere], curved).mix).toBeNull()
    const smaller = cloudRun({ vcpus: 1, memoryGib: 2, concurrency: 1, variant: 'fp16' })
    expect(mixOf([machine, smaller], curved).mix).toBeNull()
  })

  test('has a part that is refused, unpriced, too slow for a request that waits for nothing, or a base on spot', () => {
    const refused = cloudRun({ vcpus: 1, memoryGib: 6, concurrency: 1 })
    const unpriced = vm({ machineType: 'n2-standard-4', diskType: 'no-such-disk' })
    const slow = cloudRun({ vcpus: 0.25, memoryGib: 0.5, concurrency: 1 })
    const spot = vm({ machineType: 'n2-standard-4', purchase: 'spot' })
    for (const candidates of [
      [machine, refused],
      [unpriced, serverless],
      [machine, slow],
      [spot, serverless],
      [machine],
      [serverless],
    ])
      expect(mixOf(candidates, curved).mix).toBeNull()
  })

  test('saves less than the load balancer of its base charges for carrying everything', () => {
    const { mix, ranking } = mixOf([mig({ machineType: 'n2-standard-4' }), serverless], curved)
    expect(ranking.cheapest?.candidate.name).toBe(serverless.name)
    expect(mix).toBeNull()
  })
})
