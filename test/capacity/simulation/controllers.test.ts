import { describe, expect, test } from 'vitest'
import { controlLoop } from '../../../src/capacity/controllers/control-loop.ts'
import { Fleet } from '../../../src/capacity/simulation/fleet.ts'
import { type FleetPlan, NO_LIMITS } from '../../../src/capacity/simulation/fleet-plan.ts'
import { flatProfile, stepProfile } from '../../../src/capacity/simulation/rate-profile.ts'
import { ThinnedArrivals } from '../../../src/capacity/simulation/thinned-arrivals.ts'
import {
  CLOUD_RUN_LOOP,
  type Controller,
  FUNCTIONS_LOOP,
  INSTANCE_GROUP_LOOP,
  VERTEX_LOOP,
} from '../../../src/core/controller.ts'
import { seededRandom } from '../../../src/core/random.ts'

// After a change that is meant: npx vitest run test/capacity/simulation -u, and read what changed.

/** What a loop wants, look by look, when it sees this utilisation of this many replicas of one slot. */
function wanted(
  controller: Controller,
  looks: readonly (readonly [replicas: number, utilization: number])[],
) {
  const loop = controlLoop(controller, { slots: 1, concurrency: 1, cpuShare: 1 })
  return looks.map(([serving, utilization], look) => {
    const busySlots = serving * utilization
    return loop.decide({ nowS: look * loop.everyS, serving, maturedShare: 1, busySlots, inFlight: busySlots })
  })
}

const vertex: Controller = { kind: 'vertex', min: 1, max: 20, target: 0.6, ...VERTEX_LOOP }
const group: Controller = { kind: 'instance-group', min: 1, max: 20, target: 0.6, ...INSTANCE_GROUP_LOOP }
const cloudRun: Controller = { kind: 'cloud-run', min: 0, max: 20, target: 0.6, ...CLOUD_RUN_LOOP }
const functions: Controller = { kind: 'per-request', min: 0, max: 20, ...FUNCTIONS_LOOP }

describe("Vertex AI's documented examples", () => {
  test('2 replicas at 100% become 4 at the next look', () => {
    expect(
      wanted(vertex, [
        [2, 0.6],
        [2, 1],
      ]),
    ).toEqual([2, 4])
  })

  test('10 replicas at 1% become 1, once every target of the last 5 minutes is 1', () => {
    const looks = Array.from({ length: 22 }, (_, look) => [10, look === 0 ? 0.6 : 0.01] as const)
    const sizes = wanted(vertex, looks)
    expect(sizes.slice(0, 20)).toEqual(new Array(20).fill(10))
    expect(sizes.slice(20)).toEqual([1, 1])
  })

  test('one busy look within the 5 minutes keeps the replicas', () => {
    const looks = Array.from({ length: 40 }, (_, look) => [10, look % 19 === 0 ? 0.6 : 0.01] as const)
    expect(new Set(wanted(vertex, looks))).toEqual(new Set([10]))
  })

  test('a server that leaves vCPUs idle when it is full never scales out', () => {
    // One inference at a time with 4 threads on 7 vCPUs: 57%, and the target is 60%.
    for (const controller of [vertex, group]) {
      const loop = controlLoop(controller, { slots: 1, concurrency: 1, cpuShare: 4 / 7 })
      const seen = { nowS: 0, serving: 4, maturedShare: 1, busySlots: 4, inFlight: 400 }
      expect(loop.decide(seen)).toBe(4)
      const full = controlLoop(controller, { slots: 1, concurrency: 1, cpuShare: 1 })
      expect(full.decide(seen)).toBe(7)
    }
  })

  test('the bounds hold', () => {
    expect(
      wanted({ ...vertex, min: 3, max: 5 }, [
        [3, 0],
        [3, 1],
        [5, 1],
      ]),
    ).toEqual([3, 5, 5])
  })
})

describe('A request that waits in front of a replica that is kept', () => {
  test('is served as soon as that one is free', () => {
    const plan: FleetPlan = {
      service: { timeMs: { kind: 'deterministic', mean: 2000 }, slots: 1 },
      concurrency: 1,
      routing: 'packed',
      controller: { ...functions, max: 1 },
      startUpMs: { kind: 'deterministic', mean: 0 },
      limits: { ...NO_LIMITS, pendingMs: 10_000 },
    }
    // At 5 s the loop keeps the one that is busy; the second request comes after that.
    const times = [4000, 5500]
    const fleet = new Fleet(
      plan,
      { next: () => times.shift() ?? Number.POSITIVE_INFINITY },
      { nowMs: 0, replicas: 0, seed: 1 },
    )
    fleet.run(8001)
    expect(fleet.totals()).toMatchObject({ served: 2, rejected: 0, waitMs: 500 })
    expect(fleet.inSystem).toBe(0)
  })
})

describe('A managed instance group', () => {
  test('grows at once and shrinks to the peak of its stabilisation period', () => {
    const looks = Array.from({ length: 13 }, (_, look) => [6, look === 0 ? 1 : 0.1] as const)
    expect(wanted(group, looks)).toEqual([...new Array(10).fill(10), 1, 1, 1])
  })

  test('ignores VMs in their initialisation period', () => {
    const loop = controlLoop(group, { slots: 1, concurrency: 1, cpuShare: 1 })
    const seen = { nowS: 0, serving: 4, busySlots: 4, inFlight: 4 }
    expect(loop.decide({ ...seen, maturedShare: 0.5 })).toBe(4)
    expect(loop.decide({ ...seen, nowS: 60, maturedShare: 1 })).toBe(7)
  })
})

describe('Cloud Run', () => {
  test('counts the greater of the averages over one and over ten minutes', () => {
    const busy = Array.from({ length: 12 }, () => [6, 1] as const)
    const idle = Array.from({ length: 120 }, () => [6, 0] as const)
    const sizes = wanted(cloudRun, [...busy, ...idle])
    expect(sizes[11]).toBe(10)
    // One minute later the short average is 0; of the long one, 12 looks of up to 24 were busy.
    expect(sizes[23]).toBe(Math.ceil((6 * 12) / 24 / 0.6))
    expect(sizes.at(-1)).toBe(0)
  })

  test('scales on concurrency too, where requests wait in instances', () => {
    const loop = controlLoop(cloudRun, { slots: 4, concurrency: 8, cpuShare: 1 })
    expect(loop.decide({ nowS: 0, serving: 1, maturedShare: 1, busySlots: 4, inFlight: 24 })).toBe(5)
  })
})

/** Traffic that every fleet of the golden files gets: quiet, a burst, quiet, nothing, a little. */
const TRAFFIC = stepProfile([
  { startS: 0, rps: 4 },
  { startS: 600, rps: 40 },
  { startS: 1800, rps: 4 },
  { startS: 3000, rps: 0 },
  { startS: 4800, rps: 1 },
])

function replicasByTime(controller: Controller, some: Partial<FleetPlan>): string {
  const plan: FleetPlan = {
    service: { timeMs: { kind: 'deterministic', mean: 100 }, slots: 1 },
    concurrency: Number.POSITIVE_INFINITY,
    routing: 'least-outstanding',
    controller,
    startUpMs: { kind: 'deterministic', mean: 120_000 },
    limits: { ...NO_LIMITS, timeoutMs: 60_000 },
    ...some,
  }
  const arrivals = new ThinnedArrivals(TRAFFIC, 0, seededRandom(1))
  const fleet = new Fleet(plan, arrivals, { nowMs: 0, replicas: 1, seed: 1 })
  const rows = ['      s  serving  starting  alive  in system']
  for (let second = 0; second <= 5400; second += 60) {
    fleet.run(second * 1000)
    const { serving, starting, alive } = fleet.replicas
    const cells = [String(second).padStart(7), String(serving).padStart(8), String(starting).padStart(9)]
    rows.push(`${cells.join(' ')} ${String(alive).padStart(6)} ${String(fleet.inSystem).padStart(10)}`)
  }
  return `${rows.join('\n')}\n`
}

describe('Replicas over time are those of test/golden/controllers', () => {
  const quick: Partial<FleetPlan> = {
    startUpMs: { kind: 'deterministic', mean: 3000 },
    limits: { ...NO_LIMITS, pendingMs: 10_500, timeoutMs: 300_000 },
  }

  test.each([
    ['vertex', vertex, {}],
    ['instance-group', group, { startUpMs: { kind: 'deterministic', mean: 60_000 } }],
    ['cloud-run', cloudRun, { ...quick, concurrency: 4 }],
    ['functions', functions, { ...quick, concurrency: 1, routing: 'packed' }],
  ] as const)('%s', async (name, controller, some) => {
    await expect(replicasByTime(controller, some)).toMatchFileSnapshot(`../../golden/controllers/${name}.txt`)
  })

  test('with warm replicas to spare nobody waits, whatever was kept and brought back', () => {
    const plan: FleetPlan = {
      service: { timeMs: { kind: 'exponential', mean: 200 }, slots: 1 },
      concurrency: 1,
      routing: 'packed',
      controller: functions,
      startUpMs: { kind: 'deterministic', mean: 3000 },
      limits: NO_LIMITS,
    }
    const arrivals = new ThinnedArrivals(flatProfile(8), 0, seededRandom(1))
    const fleet = new Fleet(plan, arrivals, { nowMs: 0, replicas: 20, seed: 1 })
    // Idle ones are not stopped yet, and P[over 20 in flight] at a mean of 1.6 is 1e-16.
    fleet.run(850_000)
    const { waitMs, served } = fleet.totals()
    expect(served).toBeGreaterThan(6000)
    expect(waitMs / served).toBeLessThan(1e-6)
  })

  test('Functions of the 1st generation serve one request in an instance, and start one when none is idle', () => {
    const plan: FleetPlan = {
      service: { timeMs: { kind: 'deterministic', mean: 1000 }, slots: 1 },
      concurrency: 1,
      routing: 'packed',
      controller: functions,
      startUpMs: { kind: 'deterministic', mean: 500 },
      limits: NO_LIMITS,
    }
    const due = [0, 100, 200, 5000, 5100]
    let index = 0
    const arrivals = { next: () => due[index++] ?? Number.POSITIVE_INFINITY }
    const fleet = new Fleet(plan, arrivals, { nowMs: 0, replicas: 0, seed: 1 })
    fleet.run(4000)
    expect(fleet.totals()).toMatchObject({ starts: 3, coldStarted: 3, served: 3 })
    fleet.run(10_000)
    // Two at a time find two of the three warm ones.
    expect(fleet.totals()).toMatchObject({ starts: 3, coldStarted: 3, served: 5 })
    expect(fleet.replicas.alive).toBe(3)
    fleet.run(906_000)
    expect(fleet.replicas.alive).toBe(2)
    fleet.run(915_000)
    expect(fleet.replicas.alive).toBe(0)
  })
})
