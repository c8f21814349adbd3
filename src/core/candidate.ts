import type { Purchase } from './bill.ts'
import type { UrlAuth } from './url-auth.ts'

/** A way of running the model on Google Cloud that is not running yet. Sizes are in the unit their name ends in. */
export type Candidate = VertexCandidate | CloudRunCandidate | FunctionsCandidate | GceCandidate
export type PlatformId = Candidate['platform']

export interface Accelerator {
  /** Google's name, e.g. `nvidia-tesla-t4`, `nvidia-l4`. */
  readonly type: string
  readonly count: number
}

interface CandidateBase {
  /** Unique in its scenario and made of the settings, e.g. `cloud-run 2cpu 2Gi c4 us-central1`. */
  readonly name: string
  readonly region: string
  readonly accelerator?: Accelerator
  /** onnxruntime threads that one inference uses; a replica runs `vcpus / threads` inferences at a time. */
  readonly threads: number
  /** Requests that run as one batch at most; absent, 1. */
  readonly maxBatch?: number
  /** Name of the form of the model that it runs; absent, the model as it is. */
  readonly variant?: string
  /** Fewest and most replicas (nodes, instances) that the platform may run. */
  readonly minReplicas: number
  readonly maxReplicas: number
  /** A deployment of this candidate that already runs: it is measured there instead of modelled. */
  readonly url?: string
  /** Name of the environment variable that holds the bearer token for `url`; the token itself is never kept. */
  readonly tokenEnv?: string
  /** How requests to `url` authenticate otherwise. */
  readonly auth?: UrlAuth
  /** Container image to deploy, where it is not that of all. */
  readonly image?: string
  /** What answers in that deployment; absent, a server of Vertex AI's contract, as `plimsoll serve` is. */
  readonly server?: OtherServer
}

/** A server whose requests are not those of Vertex AI's contract. */
export interface OtherServer {
  readonly kind: 'tensorflow-serving' | 'triton'
  /** Its name of the model, which is part of its routes. */
  readonly model: string
}

export interface VertexCandidate extends CandidateBase {
  readonly platform: 'vertex'
  readonly machineType: string
  /** On demand where absent. */
  readonly purchase?: Extract<Purchase, 'on-demand' | 'spot'>
}

export interface CloudRunCandidate extends CandidateBase {
  readonly platform: 'cloud-run'
  readonly vcpus: number
  readonly memoryGib: number
  /** Requests that one instance accepts at a time. */
  readonly concurrency: number
  readonly billing: 'request-based' | 'instance-based'
}

export interface FunctionsCandidate extends CandidateBase {
  readonly platform: 'functions'
  readonly generation: 1 | 2
  readonly memoryMib: number
  /** 2nd generation only; unset, it follows from the memory. */
  readonly vcpus?: number
  /** Always 1 in the 1st generation. */
  readonly concurrency: number
}

export interface GceCandidate extends CandidateBase {
  readonly platform: 'gce'
  /** One or more fixed VMs without a load balancer, or an autoscaled managed instance group behind one. */
  readonly kind: 'vm' | 'mig'
  readonly machineType: string
  /** On demand where absent. */
  readonly purchase?: Purchase
  readonly diskGib: number
  /** Type of the boot disk; pd-balanced where absent. */
  readonly diskType?: string
}

/** Boot disk of a Compute Engine VM unless the scenario says otherwise. */
export const DISK_GIB = 20
export const DISK_TYPE = 'pd-balanced'

/** Fewest and most replicas unless the scenario says otherwise; those of Cloud Run are the platform's own. */
export const REPLICA_BOUNDS = {
  vertex: [1, 10],
  'cloud-run': [0, 100],
  functions: [0, 100],
  mig: [1, 10],
} as const
