import type { FleetPlan } from '../src/capacity/simulation/fleet-plan.ts'
import { fluidMonth } from '../src/capacity/simulation/fluid-month.ts'
import { fullMonth } from '../src/capacity/simulation/full-month.ts'
import type { MonthSimulation } from '../src/capacity/simulation/month-result.ts'
import { flatProfile, profileOf, type RateProfile } from '../src/capacity/simulation/rate-profile.ts'
import { simulateMonth } from '../src/capacity/simulation/simulate-month.ts'
import { simulateOrder } from '../src/capacity/simulation/simulate-order.ts'
import {
  CLOUD_RUN_LOOP,
  type Controller,
  FUNCTIONS_LOOP,
  INSTANCE_GROUP_LOOP,
  VERTEX_LOOP,
} from '../src/core/controller.ts'
import { bareQueue } from '../test/capacity/simulation/bare-queue.ts'

const HOURS = 730
const DAY_S = 86_400

interface Case {
  readonly name: string
  readonly plan: (serviceMs: number, most: number) => FleetPlan
  /** What its bill goes by. */
  readonly meters: readonly (keyof Meters)[]
}

interface Meters {
  readonly replicaHours: number
  readonly busyReplicaS: number
  readonly executionS: number
}

const slow = { kind: 'uniform', low: 200_000, high: 400_000 } as const
const quick = { kind: 'uniform', low: 2000, high: 4000 } as const

const CASES: readonly Case[] = [
  {
    name: 'vertex',
    plan: fleet((max) => ({ kind: 'vertex', min: 1, max, target: 0.6, ...VERTEX_LOOP }), { startUpMs: slow }),
    meters: ['replicaHours'],
  },
  {
    name: 'instance group',
    plan: fleet((max) => ({ kind: 'instance-group', min: 1, max, target: 0.6, ...INSTANCE_GROUP_LOOP }), {
      startUpMs: { kind: 'uniform', low: 40_000, high: 80_000 },
    }),
    meters: ['replicaHours'],
  },
  {
    name: 'cloud run, 8 at a time',
    plan: fleet((max) => ({ kind: 'cloud-run', min: 0, max, target: 0.6, ...CLOUD_RUN_LOOP }), {
      service: { timeMs: { kind: 'deterministic', mean: 0 }, slots: 2 },
      concurrency: 8,
    }),
    meters: ['replicaHours', 'busyReplicaS'],
  },
  {
    name: 'cloud run, 1 at a time',
    plan: fleet((max) => ({ kind: 'cloud-run', min: 0, max, target: 0.6, ...CLOUD_RUN_LOOP }), {
      concurrency: 1,
    }),
    meters: ['replicaHours', 'busyReplicaS'],
  },
  {
    name: 'functions',
    plan: fleet((max) => ({ kind: 'per-request', min: 0, max, ...FUNCTIONS_LOOP }), {
      concurrency: 1,
      routing: 'packed',
    }),
    meters: ['executionS'],
  },
]

/** Lognormal services of cv 0.3, as models have them; replicas on demand start in seconds. */
function fleet(controller: (max: number) => Controller, some: Partial<FleetPlan>): Case['plan'] {
  return (serviceMs, most) => {
    const plan: FleetPlan = {
      service: { timeMs: { kind: 'lognormal', mean: serviceMs, cv: 0.3 }, slots: 1 },
      concurrency: Number.POSITIVE_INFINITY,
      routing: 'least-outstanding',
      controller: controller(most),
      startUpMs: quick,
      limits: { waiting: 1e6, pendingMs: 10_500, timeoutMs: 60_000 },
      ...some,
    }
    const timeMs = { kind: 'lognormal', mean: serviceMs, cv: 0.3 } as const
    return { ...plan, service: { ...plan.service, timeMs } }
  }
}

const TRAFFIC: Readonly<Record<string, (mean: number) => RateProfile>> = {
  flat: flatProfile,
  daily: (mean) => profileOf((t) => mean * (1 + 0.8 * Math.sin((2 * Math.PI * t) / DAY_S)), HOURS * 3600),
  'daily burst': (mean) => profileOf((t) => mean * (t % DAY_S < 7200 ? 1.6 : 0.945), HOURS * 3600),
}

/**
 * Speed of the simulator, on one core: events a second; a month at 100,000 requests/s; and what the flow of requests
 * makes of a month that is small enough to simulate every request of it.
 */
export async function simulateBench(): Promise<string> {
  return [...bigMonths(), '', ...eventRates(), '', ...comparisons()].join('\n')
}

/** First, so that memory is theirs. */
function bigMonths(): string[] {
  const rows = CASES.map(({ name, plan }) => {
    const startedMs = performance.now()
    const month = simulateMonth({ fleet: plan(60, 20_000), traffic: traffic('daily', 100_000), seed: 1 })
    const seconds = (performance.now() - startedMs) / 1000
    const memoryMib = process.resourceUsage().maxRSS / 1024
    const requests = month.requests.arrived.toExponential(2)
    return `${name.padEnd(24)} ${requests}  ${seconds.toFixed(2).padStart(8)} ${memoryMib.toFixed(0).padStart(11)}`
  })
  return ['month at 100,000/s        requests   seconds   peak MiB   aim: under 2 s, under 200 MB', ...rows]
}

function eventRates(): string[] {
  const queues = {
    'M/M/1 at 0.8': bareQueue({ arrivals: { process: 'poisson', rps: 80 }, requests: 4_000_000 }),
    'M/M/16 at 0.9': bareQueue({
      arrivals: { process: 'poisson', rps: 1440 },
      slotsPerReplica: 16,
      requests: 4_000_000,
    }),
    '16 queues, least outstanding': bareQueue({
      arrivals: { process: 'poisson', rps: 1280 },
      replicas: 16,
      routing: 'least-outstanding',
      requests: 4_000_000,
    }),
  }
  const rows = Object.entries(queues).map(([name, queue]) => {
    // The first run is for the compiler.
    simulateOrder({ ...queue, requests: 200_000, warmupRequests: 1000 })
    const startedMs = performance.now()
    const { events } = simulateOrder(queue)
    const perSecond = events / (performance.now() - startedMs) / 1000
    return `${name.padEnd(30)} ${perSecond.toFixed(1).padStart(6)} million events/s`
  })
  return ['one core: aim at least 5 million events/s', ...rows]
}

/** A month of 8 requests/s with services of 200 ms: 21 million requests, both ways. */
function comparisons(): string[] {
  const head =
    'fluid against full        traffic        meters                                p95       p99      seconds'
  const rows = CASES.flatMap(({ name, plan, meters }) =>
    Object.keys(TRAFFIC).map((shape) => {
      const month = { fleet: plan(200, 200), traffic: traffic(shape, 8), hours: HOURS, seed: 3 }
      const [full, fullS] = timed(() => fullMonth(month))
      const [fluid, fluidS] = timed(() => fluidMonth({ ...month, requests: 500_000 }))
      const errors = meters.map(
        (meter) => `${meter} ${signed(fluid, full, (each) => each.usage[meter].value)}`,
      )
      const p95 = signed(fluid, full, ({ responseMs }) => responseMs.p95.value)
      const p99 = signed(fluid, full, ({ responseMs }) => responseMs.p99.value)
      const seconds = `${fluidS.toFixed(2)} / ${fullS.toFixed(1)}`
      return `${name.padEnd(24)}  ${shape.padEnd(12)}  ${errors.join(', ').padEnd(40)} ${p95.padStart(8)} ${p99.padStart(8)}  ${seconds}`
    }),
  )
  return [head, ...rows, 'aim: meters within 1%, p99 within 5%']
}

function signed(
  fluid: MonthSimulation,
  full: MonthSimulation,
  of: (month: MonthSimulation) => number,
): string {
  const error = of(fluid) / of(full) - 1
  return `${error < 0 ? '' : '+'}${(error * 100).toFixed(2)}%`
}

function timed<T>(run: () => T): [result: T, seconds: number] {
  const startedMs = performance.now()
  const result = run()
  return [result, (performance.now() - startedMs) / 1000]
}

function traffic(shape: string, mean: number): RateProfile {
  const make = TRAFFIC[shape]
  if (!make) throw new Error(`no traffic ${shape}`)
  return make(mean)
}
