import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { operate, replicaCount, trafficLevels } from '../../src/capacity/operate.ts'
import type { ServiceTimes } from '../../src/capacity/service-times.ts'
import type { LevelOperation, Replica, Scaling } from '../../src/core/operation.ts'
import type { Traffic } from '../../src/core/scenario.ts'

const replica: Replica = { vcpus: 1, cpu: 'e2', memoryGib: 4, concurrency: Number.POSITIVE_INFINITY }
const one: Scaling = { kind: 'fixed', replicas: 1 }
const vertexLike: Scaling = { kind: 'utilization', min: 1, max: 10, target: 0.6 }
const toZero: Scaling = { kind: 'requests', min: 0, max: 100, target: 0.6, toZeroAfterS: 900 }

function times(some: Partial<ServiceTimes> = {}): ServiceTimes {
  return { slots: 1, occupancyMs: Float64Array.of(100), networkMs: 5, coldStartMs: 3000, ...some }
}

function run(
  scaling: Scaling,
  traffic: Traffic,
  service = times(),
  of: Partial<Replica> = {},
): LevelOperation[] {
  return [...(operate([service], { ...replica, ...of }, scaling, traffic, 1)[0] ?? [])]
}

function only(levels: readonly LevelOperation[]): LevelOperation {
  const [level] = levels
  if (!level || levels.length > 1) throw new Error('expected one level')
  return level
}

describe('The levels of a month', () => {
  test('are one of 730 hours for flat traffic', () => {
    expect(trafficLevels({ rps: 7 }, 1)).toEqual([{ rps: 7, hours: 730 }])
  })

  test('add up to 730 hours with a burst, which has its share of each day', () => {
    const [base, burst] = trafficLevels({ rps: 2, burst: { rps: 60, hoursPerDay: 6 } }, 1)
    expect(burst).toEqual({ rps: 60, hours: 182.5 })
    expect(base).toEqual({ rps: 2, hours: 547.5 })
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 24, noNaN: true }), (hoursPerDay) => {
        const levels = trafficLevels({ rps: 1, burst: { rps: 2, hoursPerDay } }, 1)
        expect(levels.reduce((sum, { hours }) => sum + hours, 0)).toBeCloseTo(730, 9)
        for (const { hours } of levels) expect(hours).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('The number of replicas', () => {
  const unlimited = Number.POSITIVE_INFINITY

  test.each([
    ['fixed VMs stay, whatever the load', { kind: 'fixed', replicas: 3 }, 50, 1, unlimited, 3],
    ['2 busy slots at 60% need 4', vertexLike, 2, 1, unlimited, 4],
    ['1.2 busy slots at 60% fill exactly 2', vertexLike, 1.2, 1, unlimited, 2],
    ['1.21 need a third', vertexLike, 1.21, 1, unlimited, 3],
    ['6 busy slots of 3 to a replica need 4', vertexLike, 6, 3, unlimited, 4],
    ['no load keeps the minimum', { ...vertexLike, min: 2 }, 0.001, 1, unlimited, 2],
    ['the maximum caps', vertexLike, 100, 1, unlimited, 10],
    ['scale to zero still runs one to serve', toZero, 0.0001, 1, 80, 1],
    ['a concurrency of 1 takes 4 deviations over the mean', toZero, 4, 1, 1, 12],
    ['a concurrency of 4 a quarter of them', toZero, 4, 2, 4, 4],
    ['a large concurrency leaves the utilisation to decide', toZero, 4, 1, 80, 7],
    ['the maximum caps those as well', { ...toZero, max: 5 }, 4, 1, 1, 5],
  ] as const)('is right where %s', (_, scaling, busySlots, slots, concurrency, replicas) => {
    expect(replicaCount(scaling, busySlots, slots, concurrency)).toBe(replicas)
  })

  test('keeps the utilisation at the target or under it, unless capped, and rises with the load', () => {
    const load = fc.double({ min: 0.001, max: 500, noNaN: true })
    const scaling: Scaling = { ...vertexLike, max: 100_000 }
    fc.assert(
      fc.property(load, load, fc.integer({ min: 1, max: 16 }), (a, b, slots) => {
        const count = (busy: number) => replicaCount(scaling, busy, slots, unlimited)
        expect(a / (count(a) * slots)).toBeLessThanOrEqual(0.6 + 1e-9)
        expect(count(Math.min(a, b))).toBeLessThanOrEqual(count(Math.max(a, b)))
      }),
    )
  })
})

describe('Operation', () => {
  test('adds the network to each response and nothing else where nobody waits', () => {
    const { responseMs, utilization } = only(run(one, { rps: 0.001 }))
    expect(utilization).toBeCloseTo(0.0001)
    for (const ms of Object.values(responseMs)) expect(ms).toBeCloseTo(105, 6)
  })

  test('has percentiles in order', () => {
    const { p50, p90, p95, p99, p999 } = only(run(one, { rps: 8 })).responseMs
    expect([p50, p90, p95, p99, p999]).toEqual([p50, p90, p95, p99, p999].toSorted((a, b) => a - b))
    expect(p999).toBeGreaterThan(p50)
  })

  test('has no bound on the response time from a utilisation of 1', () => {
    for (const rps of [10, 11, 1000]) {
      const level = only(run(one, { rps }))
      expect(level.utilization).toBeGreaterThanOrEqual(1)
      expect(Object.values(level.responseMs)).toEqual(Array(5).fill(Number.POSITIVE_INFINITY))
      expect(level.busyReplicaSPerHour).toBe(3600)
      expect(level.executionSPerHour).toBeCloseTo(3600, 9)
    }
    expect(only(run(one, { rps: 9.9 })).responseMs.p999).toBeLessThan(Number.POSITIVE_INFINITY)
  })

  test('bills nearly the same just under saturation as beyond it', () => {
    const service = times({ slots: 4, occupancyMs: Float64Array.of(10) })
    const under = only(run(one, { rps: 392 }, service)).busyReplicaSPerHour
    expect(Math.abs(under / only(run(one, { rps: 408 }, service)).busyReplicaSPerHour - 1)).toBeLessThan(0.02)
  })

  test('of a burst is its own level, with its own replicas', () => {
    const levels = run(vertexLike, { rps: 3, burst: { rps: 30, hoursPerDay: 2 } })
    expect(levels.map(({ rps, replicas }) => [rps, replicas])).toEqual([
      [3, 1],
      [30, 5],
    ])
    expect(levels.reduce((sum, { hours }) => sum + hours, 0)).toBeCloseTo(730, 9)
  })

  test('of a large fleet is simulated on a part of it with the same load per replica', () => {
    const wide: Scaling = { kind: 'utilization', min: 1, max: 10_000, target: 0.6 }
    const level = only(run(wide, { rps: 6000 }))
    expect(level.replicas).toBe(1000)
    // 600 replicas' worth of work; every 100 ms service is a whole step, so rounding adds next to nothing.
    expect(Math.abs(level.executionSPerHour / (600 * 3600) - 1)).toBeLessThan(0.03)
    expect(level.busyReplicaSPerHour).toBeLessThanOrEqual(1000 * 3600)
    expect(level.busyReplicaSPerHour).toBeGreaterThan(580 * 3600)
  })

  test('is the same for the same seed', () => {
    expect(run(vertexLike, { rps: 12 })).toEqual(run(vertexLike, { rps: 12 }))
  })
})

describe('Cold starts', () => {
  test('meet the share of requests before which nothing came for as long as a replica is kept', () => {
    // One request an hour: P(gap over 15 min) = exp(-0.25).
    expect(only(run(toZero, { rps: 1 / 3600 })).coldStartRatio).toBeCloseTo(Math.exp(-0.25), 12)
  })

  test('slow the slowest requests by the start and leave the rest', () => {
    // exp(-rps * 900) = 0.03: p95 is warm, p99 is cold.
    const rps = -Math.log(0.03) / 900
    const { coldStartRatio, responseMs } = only(run(toZero, { rps }))
    expect(coldStartRatio).toBeCloseTo(0.03)
    expect(responseMs.p95).toBeCloseTo(105)
    expect(responseMs.p99).toBeCloseTo(3105)
  })

  test('meet nearly everybody at a request a day', () => {
    const { coldStartRatio, responseMs } = only(run(toZero, { rps: 1 / 86_400 }))
    expect(coldStartRatio).toBeGreaterThan(0.98)
    expect(responseMs.p50).toBeCloseTo(3105)
  })

  test('meet nobody at a steady rate, with minimum instances or on fixed machines', () => {
    expect(only(run(toZero, { rps: 1 })).coldStartRatio).toBe(0)
    expect(only(run({ ...toZero, min: 1, toZeroAfterS: null }, { rps: 1e-5 })).coldStartRatio).toBe(0)
    expect(only(run(vertexLike, { rps: 1e-5 })).coldStartRatio).toBe(0)
    expect(only(run(one, { rps: 1e-5 })).coldStartRatio).toBe(0)
  })
})
