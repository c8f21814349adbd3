import type { FleetPlan } from '../src/capacity/simulation/fleet-plan.ts'
import { flatProfile, profileOf, type RateProfile } from '../src/capacity/simulation/rate-profile.ts'
import {
  CLOUD_RUN_LOOP,
  type Controller,
  FUNCTIONS_LOOP,
  INSTANCE_GROUP_LOOP,
  VERTEX_LOOP,
} from '../src/core/controller.ts'

export const HOURS = 730
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

export const CASES: readonly Case[] = [
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

export const TRAFFIC: Readonly<Record<string, (mean: number) => RateProfile>> = {
  flat: flatProfile,
  daily: (mean) => profileOf((t) => mean * (1 + 0.8 * Math.sin((2 * Math.PI * t) / DAY_S)), HOURS * 3600),
  'daily burst': (mean) => profileOf((t) => mean * (t % DAY_S < 7200 ? 1.6 : 0.945), HOURS * 3600),
}

export function traffic(shape: string, mean: number): RateProfile {
  const make = TRAFFIC[shape]
  if (!make) throw new Error(`no traffic ${shape}`)
  return make(mean)
}
