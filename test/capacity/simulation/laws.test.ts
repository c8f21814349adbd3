import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fleet } from '../../../src/capacity/simulation/fleet.ts'
import type { FleetPlan } from '../../../src/capacity/simulation/fleet-plan.ts'
import { flatProfile } from '../../../src/capacity/simulation/rate-profile.ts'
import { simulateOrder } from '../../../src/capacity/simulation/simulate-order.ts'
import { ThinnedArrivals } from '../../../src/capacity/simulation/thinned-arrivals.ts'
import {
  CLOUD_RUN_LOOP,
  FUNCTIONS_LOOP,
  INSTANCE_GROUP_LOOP,
  VERTEX_LOOP,
} from '../../../src/core/controller.ts'
import { seededRandom } from '../../../src/core/random.ts'
import { bareQueue } from './bare-queue.ts'

const routing = fc.constantFrom('random', 'round-robin', 'least-outstanding', 'packed') as fc.Arbitrary<
  FleetPlan['routing']
>
const bounds = fc.record({ min: fc.integer({ min: 0, max: 2 }), more: fc.integer({ min: 1, max: 8 }) })
const controller = fc
  .tuple(fc.constantFrom('fixed', 'vertex', 'instance-group', 'cloud-run', 'per-request'), bounds)
  .map(([kind, { min, more }]): FleetPlan['controller'] => {
    const [target, max] = [0.6, min + more]
    if (kind === 'fixed') return { kind, replicas: more }
    if (kind === 'vertex') return { kind, min: min + 1, max: max + 1, target, ...VERTEX_LOOP }
    if (kind === 'instance-group') return { kind, min: min + 1, max: max + 1, target, ...INSTANCE_GROUP_LOOP }
    if (kind === 'cloud-run') return { kind, min, max, target, ...CLOUD_RUN_LOOP }
    return { kind, min, max, ...FUNCTIONS_LOOP }
  })
const batching = fc.option(
  fc.record({
    most: fc.integer({ min: 2, max: 8 }),
    delayMs: fc.constantFrom(0, 5, 50),
    factor: fc.constant([1, 1.2, 1.4]),
  }),
  { nil: undefined },
)
const plans = fc
  .record({
    controller,
    routing,
    batching,
    slots: fc.integer({ min: 1, max: 4 }),
    room: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
    meanMs: fc.integer({ min: 5, max: 400 }),
    waiting: fc.constantFrom(0, 3, 1000),
    pendingMs: fc.constantFrom(500, 10_000, Number.POSITIVE_INFINITY),
    timeoutMs: fc.constantFrom(1000, Number.POSITIVE_INFINITY),
  })
  .map(
    ({ slots, room, meanMs, batching, waiting, pendingMs, timeoutMs, ...rest }): FleetPlan => ({
      ...rest,
      service: {
        timeMs: { kind: 'exponential', mean: meanMs },
        slots,
        stretch: [1, 1.1, 1.3],
        ...(batching ? { batching } : {}),
      },
      // What starts on demand needs to know when a replica is full.
      concurrency:
        room === undefined && !['cloud-run', 'per-request'].includes(rest.controller.kind)
          ? Number.POSITIVE_INFINITY
          : slots * (batching?.most ?? 1) + (room ?? 0),
      startUpMs: { kind: 'uniform', low: 500, high: 30_000 },
      limits: { waiting, pendingMs, timeoutMs },
    }),
  )
const traffic = fc.record({ rps: fc.integer({ min: 1, max: 40 }), seed: fc.nat(10_000) })

function run(plan: FleetPlan, rps: number, seed: number, seconds = 400): Fleet {
  const arrivals = new ThinnedArrivals(flatProfile(rps), 0, seededRandom(seed + 1))
  const fleet = new Fleet(plan, arrivals, {
    nowMs: 0,
    replicas: plan.controller.kind === 'fixed' ? plan.controller.replicas : 0,
    seed,
  })
  fleet.run(seconds * 1000)
  return fleet
}

describe('Of every fleet, on every controller', () => {
  test('arrivals = served + rejected + timed out + in system, at any time and at the end', () => {
    fc.assert(
      fc.property(plans, traffic, (plan, { rps, seed }) => {
        const fleet = run(plan, rps, seed)
        const now = fleet.totals()
        expect(now.arrived).toBe(now.served + now.rejected + now.timedOut + fleet.inSystem)
        fleet.drain(1_000_000)
        const end = fleet.totals()
        expect(end.arrived).toBe(end.served + end.rejected + end.timedOut + fleet.inSystem)
      }),
      { numRuns: 60 },
    )
  })

  test('what is billed is at least what was busy, and no replica is busier than it lives', () => {
    fc.assert(
      fc.property(plans, traffic, (plan, { rps, seed }) => {
        const totals = run(plan, rps, seed).totals()
        expect(totals.billedBusyMs).toBeGreaterThanOrEqual(totals.busyMs - 1e-3)
        expect(totals.billedExecutionMs).toBeGreaterThanOrEqual(totals.executionMs - 1e-3)
        expect(totals.busyMs).toBeLessThanOrEqual(totals.aliveMs + 1e-3)
        expect(totals.busySlotMs).toBeLessThanOrEqual(totals.busyMs * plan.service.slots + 1e-3)
        expect(totals.aliveTimeMs.reduce((sum, time) => sum + time, 0)).toBeCloseTo(totals.spanMs, 3)
      }),
      { numRuns: 60 },
    )
  })

  test('the same seed gives the same result', () => {
    fc.assert(
      fc.property(plans, traffic, (plan, { rps, seed }) => {
        const first = run(plan, rps, seed, 100).totals()
        expect(run(plan, rps, seed, 100).totals()).toEqual(first)
      }),
      { numRuns: 20 },
    )
  })

  test('replicas stay within their bounds', () => {
    fc.assert(
      fc.property(plans, traffic, (plan, { rps, seed }) => {
        const fleet = run(plan, rps, seed, 0)
        const { controller } = plan
        const [min, max] =
          controller.kind === 'fixed'
            ? [controller.replicas, controller.replicas]
            : [controller.min, controller.max]
        for (let second = 90; second <= 400; second += 10) {
          fleet.run(second * 1000)
          const { serving, starting } = fleet.replicas
          expect(serving + starting).toBeLessThanOrEqual(max)
          expect(fleet.replicas.alive).toBeGreaterThanOrEqual(min)
        }
      }),
      { numRuns: 30 },
    )
  })
})

const queues = fc.record({
  rps: fc.integer({ min: 10, max: 90 }),
  replicas: fc.integer({ min: 1, max: 4 }),
  routing: fc.constantFrom('shared', 'random', 'round-robin', 'least-outstanding') as fc.Arbitrary<
    'shared' | 'random' | 'round-robin' | 'least-outstanding'
  >,
  seed: fc.nat(10_000),
})

describe('Of every bare queue', () => {
  test("Little's law holds: in the system on average = rate · time in the system", () => {
    fc.assert(
      fc.property(queues, ({ rps, replicas, routing, seed }) => {
        const plan: FleetPlan = {
          service: { timeMs: { kind: 'exponential', mean: 10 * replicas }, slots: 1 },
          concurrency: routing === 'shared' ? 1 : Number.POSITIVE_INFINITY,
          routing: routing === 'shared' ? 'random' : routing,
          controller: { kind: 'fixed', replicas },
          startUpMs: { kind: 'deterministic', mean: 0 },
          limits: { waiting: 1e6, pendingMs: Number.POSITIVE_INFINITY, timeoutMs: Number.POSITIVE_INFINITY },
        }
        const fleet = run(plan, rps, seed, 20)
        fleet.drain()
        const { inSystemMs, waitMs, executionMs, busySlotMs } = fleet.totals()
        // From empty to empty both sides are the same sum, taken over time and over requests.
        expect(inSystemMs / (waitMs + executionMs)).toBeCloseTo(1, 9)
        expect(busySlotMs / executionMs).toBeCloseTo(1, 9)
      }),
      { numRuns: 40 },
    )
  })

  test('utilisation is the rate times the service time over the slots', () => {
    fc.assert(
      fc.property(queues, ({ rps, replicas, routing, seed }) => {
        const serviceMs = { kind: 'deterministic', mean: 10 * replicas } as const
        const arrivals = { process: 'constant', rps } as const
        const order = bareQueue({ arrivals, serviceMs, replicas, routing, seed })
        expect(simulateOrder(order).utilization).toBeCloseTo(rps / 100, 2)
      }),
      { numRuns: 20 },
    )
  })

  test('more replicas never make responses longer, beyond noise', () => {
    fc.assert(
      fc.property(queues, ({ rps, replicas, routing, seed }) => {
        const serviceMs = { kind: 'exponential', mean: 10 * replicas } as const
        const arrivals = { process: 'poisson', rps } as const
        const p95 = (count: number) =>
          simulateOrder(bareQueue({ arrivals, serviceMs, replicas: count, routing, seed, requests: 10_000 }))
            .responseMs.p95
        const [fewer, more] = [p95(replicas), p95(replicas + 1)]
        expect(more.low).toBeLessThanOrEqual(fewer.high)
      }),
      { numRuns: 20 },
    )
  })
})

test('Another seed gives another result', () => {
  const [first, other] = [1, 2].map((seed) => simulateOrder(bareQueue({ seed })))
  expect(other?.responseMs.mean.value).not.toBe(first?.responseMs.mean.value)
})

describe('A bounded queue', () => {
  test('turns away what theory says of M/M/1/K, at a load of 2', () => {
    // K - 1 may wait: P[full] = (1 - ρ)ρ^K / (1 - ρ^(K+1)).
    const order = bareQueue({
      arrivals: { process: 'poisson', rps: 200 },
      queueCapacity: 4,
      requests: 200_000,
    })
    const { rejected, requests, served, timedOut } = simulateOrder(order)
    expect(Math.abs(rejected / requests / (((1 - 2) * 2 ** 5) / (1 - 2 ** 6)) - 1)).toBeLessThan(0.01)
    expect(served + rejected + timedOut).toBe(requests)
  })

  test('lets nobody wait longer than the time-out, and ends though more comes than it can serve', () => {
    const order = bareQueue({ arrivals: { process: 'poisson', rps: 500 }, timeoutMs: 200, requests: 50_000 })
    const { responseMs, timedOut, utilization } = simulateOrder(order)
    expect(responseMs.p999.value).toBeLessThanOrEqual(201)
    expect(timedOut).toBeGreaterThan(30_000)
    expect(utilization).toBeGreaterThan(0.99)
  })
})

describe('Batches', () => {
  const batching = { max: 8, delayMs: 20, curve: [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7] }

  test('wait for others no longer than the delay', () => {
    const arrivals = { process: 'constant', rps: 1 } as const
    const serviceMs = { kind: 'deterministic', mean: 10 } as const
    const { responseMs } = simulateOrder(bareQueue({ arrivals, serviceMs, batching, requests: 1000 }))
    expect(responseMs.p50.value).toBeCloseTo(30, 0)
    expect(responseMs.p999.value).toBeCloseTo(30, 0)
  })

  test('carry a load that one request at a time could not', () => {
    const arrivals = { process: 'poisson', rps: 300 } as const
    const { served, responseMs } = simulateOrder(bareQueue({ arrivals, batching, requests: 50_000 }))
    expect(served).toBe(50_000)
    expect(responseMs.p99.value).toBeLessThan(200)
  })
})
