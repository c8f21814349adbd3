import type { Controller } from '../../core/controller.ts'
import type { FleetPlan } from '../simulation/fleet-plan.ts'
import { CloudRunLoop } from './cloud-run-loop.ts'
import { InstanceGroupLoop } from './instance-group-loop.ts'
import { VertexLoop } from './vertex-loop.ts'

/** What a platform's autoscaler sees of its fleet since it last looked. */
export interface Observation {
  readonly nowS: number
  /** Replicas that serve; not those that start or drain. */
  readonly serving: number
  /** Of these, the share that has served for as long as the initialisation takes, 0 to 1. */
  readonly maturedShare: number
  /** Slots that were busy on average, summed over the replicas. */
  readonly busySlots: number
  /** Requests in replicas or waiting for one, on average. */
  readonly inFlight: number
}

export interface FleetShape {
  /** Requests that a replica works on at a time. */
  readonly slots: number
  /** Requests that a replica accepts at a time; infinite where the platform sets no limit. */
  readonly concurrency: number
  /** CPU utilisation of a replica whose slots are all busy, over 0 to 1. */
  readonly cpuShare: number
}

/** What a loop sees of the fleet of a plan. */
export function shapeOf({ service, concurrency, cpuShare = 1 }: FleetPlan): FleetShape {
  return { slots: service.slots, concurrency, cpuShare }
}

/** A platform's autoscaler. It remembers what it saw: one per simulation. */
export interface ControlLoop {
  /** Seconds between two looks; infinite for a loop that never acts by itself. */
  readonly everyS: number
  /** Age at which a replica's usage counts, s. */
  readonly initializationS: number
  /** How long it takes to forget, s: what it saw before has no effect. */
  readonly memoryS: number
  /** Replicas wanted now, within the bounds. Times must rise from call to call. */
  decide(seen: Observation): number
}

export function controlLoop(controller: Controller, shape: FleetShape): ControlLoop {
  switch (controller.kind) {
    case 'fixed':
      return steady(controller.replicas, 0)
    case 'per-request':
      return { ...steady(controller.min, controller.retentionS), everyS: PER_REQUEST_LOOK_S }
    case 'vertex':
      return new VertexLoop(controller, shape)
    case 'instance-group':
      return new InstanceGroupLoop(controller, shape)
    case 'cloud-run':
      return new CloudRunLoop(controller, shape)
  }
}

/** How often idle instances are looked for; it only blurs their end. */
const PER_REQUEST_LOOK_S = 5

function steady(replicas: number, memoryS: number): ControlLoop {
  return { everyS: Number.POSITIVE_INFINITY, initializationS: 0, memoryS, decide: () => replicas }
}

/** Whole replicas for a load, where rounding in the last digits must not ask for one more. */
export function wholeReplicas(load: number, { min, max }: { min: number; max: number }): number {
  return Math.min(max, Math.max(min, Math.ceil(load - 1e-9)))
}
