import { describe, expect, test } from 'vitest'
import type { FleetPlan } from '../../../src/capacity/simulation/fleet-plan.ts'
import { fluidMonth } from '../../../src/capacity/simulation/fluid-month.ts'
import { fullMonth } from '../../../src/capacity/simulation/full-month.ts'
import { flatProfile, profileOf, stepProfile } from '../../../src/capacity/simulation/rate-profile.ts'
import { simulateMonth } from '../../../src/capacity/simulation/simulate-month.ts'
import {
  CLOUD_RUN_LOOP,
  type Controller,
  FUNCTIONS_LOOP,
  INSTANCE_GROUP_LOOP,
  VERTEX_LOOP,
} from '../../../src/core/controller.ts'

function plan(controller: Controller, some: Partial<FleetPlan> = {}): FleetPlan {
  return {
    service: { timeMs: { kind: 'lognormal', mean: 60, cv: 0.3 }, slots: 1 },
    concurrency: Number.POSITIVE_INFINITY,
    routing: 'least-outstanding',
    controller,
    startUpMs: { kind: 'uniform', low: 200_000, high: 400_000 },
    limits: { waiting: 1e6, pendingMs: Number.POSITIVE_INFINITY, timeoutMs: 60_000 },
    ...some,
  }
}

const bounds = { min: 1, max: 200, target: 0.6 }
const quick = {
  startUpMs: { kind: 'uniform', low: 2000, high: 4000 },
  limits: { waiting: 1e6, pendingMs: 10_500, timeoutMs: 300_000 },
} as const
const PLANS = {
  vertex: plan({ kind: 'vertex', ...bounds, ...VERTEX_LOOP }),
  group: plan({ kind: 'instance-group', ...bounds, ...INSTANCE_GROUP_LOOP }),
  'cloud-run': plan(
    { kind: 'cloud-run', ...bounds, min: 0, ...CLOUD_RUN_LOOP },
    { ...quick, concurrency: 2 },
  ),
  functions: plan(
    { kind: 'per-request', min: 0, max: 200, ...FUNCTIONS_LOOP },
    { ...quick, concurrency: 1, routing: 'packed' },
  ),
}

/** Within a few hours the rate goes through what a day has. */
const HOURS = 12
const daily = (mean: number) =>
  profileOf((t) => mean * (1 + 0.8 * Math.sin((2 * Math.PI * t) / 21_600)), HOURS * 3600)

describe('A month on the flow of its requests', () => {
  // bench/simulate.ts holds whole months against each other; these hours have more chance in them.
  test.each(Object.entries(PLANS))('comes to what every request comes to: %s', (name, fleet) => {
    const month = { fleet, traffic: daily(20), hours: HOURS, seed: 3 }
    const full = fullMonth(month)
    const fluid = fluidMonth({ ...month, requests: 200_000 })
    const within = (of: (result: typeof full) => number, share: number) =>
      expect(Math.abs(of(fluid) / of(full) - 1), name).toBeLessThan(share)
    within(({ usage }) => usage.replicaHours.value, 0.06)
    within(({ usage }) => usage.busyReplicaS.value, 0.03)
    within(({ usage }) => usage.executionS.value, 0.02)
    within(({ responseMs }) => responseMs.p50.value, 0.03)
    within(({ responseMs }) => responseMs.p99.value, 0.06)
    within(({ utilization }) => utilization, 0.04)
  })

  test('takes a rate that no simulation of each request could', () => {
    const fleet = plan({ kind: 'vertex', ...bounds, max: 20_000, ...VERTEX_LOOP })
    const month = simulateMonth({ fleet, traffic: flatProfile(100_000), seed: 1, requests: 100_000 })
    expect(month.method).toBe('fluid')
    expect(month.requests.arrived).toBeCloseTo(100_000 * 730 * 3600, -6)
    // 100,000 · 0.06 s busy slots at a utilisation of 60% are 10,000 replicas; noise adds little at this size.
    expect(month.usage.replicaHours.value / (10_000 * 730)).toBeGreaterThan(1)
    expect(month.usage.replicaHours.value / (10_000 * 730)).toBeLessThan(1.01)
    expect(month.responseMs.p99.value).toBeGreaterThan(100)
    expect(month.responseMs.p99.value).toBeLessThan(125)
  })

  test('shows a saturated fleet for what it is', () => {
    const fleet = plan({ kind: 'fixed', replicas: 2 })
    const month = simulateMonth({ fleet, traffic: flatProfile(100), seed: 1, requests: 100_000 })
    expect(month.utilization).toBeGreaterThan(0.99)
    expect(month.requests.timedOut / month.requests.arrived).toBeGreaterThan(0.6)
  })
})

describe('A month with every request in it', () => {
  const idle = { ...quick, concurrency: 1 }
  const zero = plan({ kind: 'cloud-run', ...bounds, min: 0, ...CLOUD_RUN_LOOP }, idle)

  test('starts cold after every idle quarter of an hour, and runs nothing in between', () => {
    const month = simulateMonth({ fleet: zero, traffic: flatProfile(1 / 3600), hours: 2000, seed: 1 })
    expect(month.method).toBe('full')
    // Poisson: nothing came for 15 minutes before a share of exp(-0.25) of the requests.
    expect(month.requests.coldStarted / month.requests.arrived).toBeCloseTo(Math.exp(-0.25), 1)
    expect(month.usage.replicaHours.value / 2000).toBeCloseTo(1 - Math.exp(-0.25), 1)
    expect(month.responseMs.p99.value).toBeGreaterThan(3000)
  })

  test('counts replicas by the hours that they run', () => {
    const day = [0, 1, 2, 3, 4].flatMap((hour) => [
      { startS: hour * 7200, rps: 2 },
      { startS: hour * 7200 + 3600, rps: 20 },
    ])
    const { usage, mostReplicas } = simulateMonth({
      fleet: PLANS.group,
      traffic: stepProfile(day),
      hours: 10,
      seed: 1,
    })
    const total = usage.replicasByHours.reduce((sum, [hours, replicas]) => sum + hours * replicas, 0)
    expect(total).toBeCloseTo(usage.replicaHours.value, 6)
    expect(usage.replicasByHours[0]).toEqual([10, 1])
    expect(usage.replicasByHours.reduce((sum, [, replicas]) => sum + replicas, 0)).toBe(mostReplicas)
    const hours = usage.replicasByHours.map(([each]) => each)
    expect(hours).toEqual(hours.toSorted((a, b) => b - a))
  })

  test('tells the busiest hours from the rest', () => {
    const traffic = stepProfile([
      { startS: 0, rps: 1 },
      { startS: 3600 * 38, rps: 14 },
      { startS: 3600 * 40, rps: 1 },
    ])
    const fleet = plan({ kind: 'fixed', replicas: 1 })
    const month = simulateMonth({ fleet, traffic, hours: 40, seed: 1 })
    expect(month.busiestResponseMs.p95.value).toBeGreaterThan(1.3 * month.responseMs.p50.value)
    expect(month.hourlyRps[0]).toBe(1)
    expect(month.hourlyRps[39]).toBe(14)
  })

  test('gives the same for the same seed', () => {
    const month = { fleet: zero, traffic: flatProfile(0.1), hours: 100, seed: 5 }
    expect(simulateMonth(month)).toEqual(simulateMonth(month))
  })
})

describe('Impossible months', () => {
  test.each([
    ['a negative rate', { traffic: flatProfile(-1) }, /rate at 0 s is -1/],
    ['a rate that is none', { traffic: flatProfile(Number.NaN) }, /rate at 0 s is NaN/],
    [
      'times that run backwards',
      { traffic: { atS: Float64Array.of(0, 10, 5), rps: Float64Array.of(1, 1, 1) } },
      /backwards at 5 s/,
    ],
    [
      'more replicas at least than at most',
      { fleet: plan({ kind: 'vertex', min: 5, max: 2, target: 0.6, ...VERTEX_LOOP }) },
      /at least 5 replicas are more than at most 2/,
    ],
  ])('%s is said, not simulated', (_, some, message) => {
    expect(() => simulateMonth({ fleet: PLANS.vertex, traffic: flatProfile(1), seed: 1, ...some })).toThrow(
      message,
    )
  })

  test('no traffic at all is a month without requests', () => {
    const month = simulateMonth({ fleet: PLANS.functions, traffic: flatProfile(0), hours: 24, seed: 1 })
    expect(month.requests.arrived).toBe(0)
    expect(month.usage.replicaHours.value).toBe(0)
    expect(month.responseMs.p95.value).toBeNaN()
  })
})
