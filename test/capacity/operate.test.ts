import { describe, expect, test } from 'vitest'
import { type Effort, type OperatedMonth, operate, type TrafficPlan } from '../../src/capacity/operate.ts'
import { latencyRanges } from '../../src/capacity/operated-figures.ts'
import type { ServiceTimes } from '../../src/capacity/service-times.ts'
import { CLOUD_RUN_LOOP, VERTEX_LOOP } from '../../src/core/controller.ts'
import type { Replica, Scaling } from '../../src/core/operation.ts'
import { monthProfile } from '../../src/traffic/month-profile.ts'

const HOUR = 3600
const replica: Replica = { vcpus: 1, cpu: 'e2', memoryGib: 4, concurrency: Number.POSITIVE_INFINITY }
const effort: Effort = { seed: 1, requests: 40_000, leastHours: 24, clientTimeoutMs: 10_000 }
const common = { routing: 'least-outstanding', pendingQueue: false, timeoutS: 600 } as const
const one: Scaling = { ...common, controller: { kind: 'fixed', replicas: 1 }, provisioning: 'vm' }
const nodes: Scaling = {
  ...common,
  controller: { kind: 'vertex', ...VERTEX_LOOP, min: 1, max: 10, target: 0.6 },
  provisioning: 'vertexNode',
}
const serverless: Scaling = {
  ...common,
  controller: { kind: 'cloud-run', ...CLOUD_RUN_LOOP, min: 0, max: 100, target: 0.6 },
  provisioning: 'container',
  pendingQueue: true,
}

function times(some: Partial<ServiceTimes> = {}): ServiceTimes {
  return {
    slots: 1,
    cpuShare: 1,
    occupancyMs: Float64Array.of(100),
    networkMs: 5,
    startUpMs: Float64Array.of(3000),
    ...some,
  }
}

function only(
  scaling: Scaling,
  traffic: TrafficPlan,
  service = times(),
  of: Partial<Replica> = {},
): OperatedMonth {
  const [month] = operate([service], { ...replica, ...of }, scaling, traffic, effort)
  if (!month) throw new Error('expected one month')
  return month
}

describe('A month on the platform’s autoscaler', () => {
  test('of one VM has all hours of it, and the waits of a queue', () => {
    const { usage, responseMs, utilization, peakLoad } = only(one, monthProfile({ rps: 5 }, 1))
    expect(usage.replicaHours.value).toBeCloseTo(730, 6)
    expect(usage.replicasByHours).toEqual([[730, 1]])
    expect(peakLoad).toBeCloseTo(0.5, 9)
    expect(utilization).toBeCloseTo(0.5, 1)
    // M/D/1 at half load: 150 ms on average.
    expect(responseMs.mean.value / 150).toBeCloseTo(1, 1)
  })

  test('of more traffic than it can serve fails every request of a fleet that answers too late, and no more', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const [month] = operate([times()], replica, one, monthProfile({ rps: 30 }, 1), { ...effort, seed })
      const { arrived, served, rejected, timedOut } =
        month?.requests ?? only(one, monthProfile({ rps: 1 }, 1)).requests
      expect(rejected + timedOut).toBeLessThanOrEqual(arrived)
      expect(served).toBeGreaterThanOrEqual(0)
      const { p50, p95, p99 } = latencyRanges(month ? [month] : [])
      expect(p95.value).toBeGreaterThanOrEqual(p50.value)
      expect(p99.value).toBeGreaterThanOrEqual(p95.value)
    }
  })

  test('of more traffic than on demand platforms may serve is billed no more than its replicas have', () => {
    const { usage, requests } = only(serverless, monthProfile({ rps: 20_000 }, 1))
    expect(usage.busyReplicaS.value).toBeLessThanOrEqual(usage.replicaHours.value * 3600 * 1.02)
    expect(requests.rejected + requests.timedOut).toBeGreaterThan(0.9 * requests.arrived)
  })

  test('with few requests simulates every one of them', () => {
    for (const rps of [0.02, 0.1, 0.3]) {
      const { method, simulatedRequests } = only(one, monthProfile({ rps }, 1))
      expect(method).toBe('full')
      expect(simulatedRequests).toBeGreaterThan(0.8 * Math.min(effort.requests, rps * 730 * 3600))
    }
  })

  test('of so many requests a second that their time is over in a second is told all the same', () => {
    const plan = { steps: [{ rps: 3000, durationS: 730 * HOUR }], periodHours: 3000 / 3000 / 3600 }
    const quick = times({ slots: 8, occupancyMs: Float64Array.of(2) })
    const [month] = operate([quick], replica, one, plan, { ...effort, requests: 3300, leastHours: 0 })
    expect(month?.method).toBe('full')
    expect(month?.responseMs.p95.value).toBeGreaterThan(1.9)
    const [fluid] = operate([quick], replica, one, plan, { ...effort, requests: 300, leastHours: 0 })
    expect(fluid?.responseMs.p95.value).toBeGreaterThan(1.9)
  })

  test('stands for 730 hours whatever part of it was simulated', () => {
    const traffic = monthProfile({ rps: 5 }, 1)
    const [day, tenDays] = [24, 240].map((leastHours) => {
      const [month] = operate([times()], replica, nodes, traffic, { ...effort, leastHours })
      return month?.usage.replicaHours.value ?? 0
    })
    expect((day ?? 0) / (tenDays ?? 1)).toBeCloseTo(1, 1)
    expect(only(nodes, traffic).requests.arrived / traffic.requests).toBeCloseTo(1, 1)
  })

  test('follows the day: fewer node-hours than its peak would take, more than its mean', () => {
    const curve = { peakRps: 30, shape: 'sine', timeZone: 'UTC', weekendFactor: 1 } as const
    const { usage, mostReplicas } = only(nodes, monthProfile({ rps: 12, curve }, 1))
    // 3 busy slots at the peak, at 60% utilisation 5 nodes.
    expect(mostReplicas).toBeGreaterThanOrEqual(5)
    expect(usage.replicaHours.value).toBeGreaterThan(730 * (1.2 / 0.6))
    expect(usage.replicaHours.value).toBeLessThan(730 * 5)
  })

  test('at hardly any traffic has cold starts, and bills the time that they take', () => {
    // Two requests an hour: a gap of 15 minutes is likely.
    const { requests, usage } = only(serverless, monthProfile({ rps: 2 / HOUR }, 1), times(), {
      concurrency: 1,
    })
    expect(requests.coldStarted / requests.served).toBeGreaterThan(0.4)
    expect(usage.startingReplicaHours * HOUR).toBeCloseTo(requests.coldStarted * 3, -2)
  })

  test('of an overloaded fleet fails requests, which have no response time within any limit', () => {
    const { requests, peakLoad } = only(one, monthProfile({ rps: 15 }, 1))
    expect(peakLoad).toBeCloseTo(1.5, 9)
    expect((requests.rejected + requests.timedOut) / requests.arrived).toBeGreaterThan(0.3)
  })

  test('simulates a point that stands twice in a range once, and the same seed gives the same', () => {
    const same = times()
    const traffic = monthProfile({ rps: 3 }, 1)
    const [a, b, c] = operate([same, same, same], replica, one, traffic, effort)
    expect(a).toBe(b)
    expect(b).toBe(c)
    expect(operate([same], replica, one, traffic, effort)[0]).toEqual(a)
  })
})
