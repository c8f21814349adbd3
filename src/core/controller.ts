/**
 * How a platform's own autoscaler follows the traffic: which loop, with which figures. The loops themselves are in
 * `capacity/controllers/`. `min` and `max` bound the replicas; max is at least 1 and at least min.
 */
export type Controller =
  | FixedController
  | VertexController
  | InstanceGroupController
  | CloudRunController
  | PerRequestController

/**
 * Which replica with room gets a request: any; each in turn; one with the fewest requests; one with the most, and of
 * idle ones the one used last.
 */
export type Routing = 'random' | 'round-robin' | 'least-outstanding' | 'packed'

/** So many replicas, always. */
interface FixedController {
  readonly kind: 'fixed'
  readonly replicas: number
}

interface Bounds {
  readonly min: number
  readonly max: number
}

/** Vertex AI: every `everyS`, ceil(replicas · utilisation / target); the highest of the last `windowS` is applied. */
export interface VertexController extends Bounds {
  readonly kind: 'vertex'
  /** Utilisation, over 0 to 1. */
  readonly target: number
  readonly everyS: number
  readonly windowS: number
}

/**
 * A managed instance group on CPU utilisation: ceil(sum of utilisations / target) of the VMs that are older than
 * `initializationS`; the highest of the last `stabilizationS` is applied.
 */
export interface InstanceGroupController extends Bounds {
  readonly kind: 'instance-group'
  readonly target: number
  readonly everyS: number
  readonly initializationS: number
  readonly stabilizationS: number
}

/**
 * Cloud Run: as many instances as bring CPU and concurrency to `target`, averaged over `shortS` or over `longS`,
 * whichever is more; a request that finds them all full starts another. Those too many are kept, idle, for
 * `retentionS`.
 */
export interface CloudRunController extends Bounds {
  readonly kind: 'cloud-run'
  readonly target: number
  readonly everyS: number
  readonly shortS: number
  readonly longS: number
  readonly retentionS: number
}

/** Cloud Functions, 1st generation: a request that finds no idle instance starts one; idle ones go after a while. */
interface PerRequestController extends Bounds {
  readonly kind: 'per-request'
  readonly retentionS: number
}

/** Vertex AI decides every 15 s, on the highest of 5 minutes (Vertex AI docs, autoscaling, 2026-08). */
export const VERTEX_LOOP = { everyS: 15, windowS: 300 } as const

/**
 * Managed instance groups: initialisation 60 s and stabilisation 600 s are the API's defaults (compute.proto,
 * 2026-08). How often they decide is published nowhere; 60 s is assumed.
 */
export const INSTANCE_GROUP_LOOP = { everyS: 60, initializationS: 60, stabilizationS: 600 } as const

/**
 * Cloud Run averages over 1 and 10 minutes (docs, 2026-08); an older page says that it decides every 5 s. That the
 * greater of the two counts is assumed: no page says how they combine. Idle instances stay up to 15 minutes.
 */
export const CLOUD_RUN_LOOP = { everyS: 5, shortS: 60, longS: 600, retentionS: 900 } as const

/** Cloud Functions, 1st generation: idle instances stayed 15 minutes when measured (mikhail.io, 2019 to 2021). */
export const FUNCTIONS_LOOP = { retentionS: 900 } as const

/** Fewest and most replicas of a controller. */
export function boundsOf(controller: Controller): { min: number; max: number } {
  if (controller.kind === 'fixed') return { min: controller.replicas, max: controller.replicas }
  return { min: controller.min, max: controller.max }
}

/** Whether a request that finds every replica full starts another. */
export function startsOnDemand({ kind }: Controller): boolean {
  return kind === 'cloud-run' || kind === 'per-request'
}
