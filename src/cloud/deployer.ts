import type { Candidate } from '../core/candidate.ts'
import type { DeploySettings } from '../core/deploy-settings.ts'
import type { UrlAuth } from '../core/url-auth.ts'
import type { Cloud } from './cloud.ts'
import type { PlannedResource, ResourceKind } from './resource.ts'
import type { Scope } from './scope.ts'

/**
 * What every platform's folder in `src/cloud/` provides: how a candidate becomes a deployment. It knows no prices,
 * writes no files, keeps no list of what it created and deletes nothing when it fails: the engine (`Scope`) does.
 */
export interface Deployer<C extends Candidate = Candidate> {
  readonly platform: C['platform']
  /** Every kind of resource that it creates, in an order in which deleting them works when all are there. */
  readonly kinds: readonly ResourceKind[]
  /** What it will create. Pure: the same for the same input, so that a dry run, the cap and the deletion agree. */
  plan(candidate: C, order: DeployOrder): DeployPlan
  /** What it takes, for the check before anything is created. Pure. */
  requirements(candidate: C, order: DeployOrder): Requirements
  /**
   * Creates what it planned and nothing else, each by `scope.create`, in the planned order, and returns when the
   * platform says that it serves. The engine then proves it with one real request.
   * @throws whatever a call throws; the engine turns that into the reason of the candidate and tears down
   */
  deploy(candidate: C, order: DeployOrder, scope: Scope): Promise<Deployment>
  /** A filter of Cloud Logging for what the deployment itself wrote; its last lines explain a failure. */
  logFilter?(candidate: C, order: DeployOrder): string
  /** The last lines of a log that Cloud Logging has not: of a VM, its serial port. Called before anything is deleted. */
  lastLines?(candidate: C, order: DeployOrder, cloud: Cloud): Promise<readonly string[]>
}

/** One candidate to deploy within one run. Everything that names depend on is in here. */
export interface DeployOrder {
  readonly settings: DeploySettings
  /** Key of the run: lowercase letters, digits and dashes, at most 22 characters; the value of the run label. */
  readonly run: string
  /** Key of the candidate within the run, e.g. `c3`: lowercase letters and digits, at most 5 characters. */
  readonly key: string
  /** Both labels, to be put on everything that takes labels. */
  readonly labels: Readonly<Record<string, string>>
  /** The candidate's image, else the scenario's; undefined where neither names one. */
  readonly image: string | undefined
  /** Utilisation, 0 to 1, at which replicas are added, as the simulation assumes it; the platform's where absent. */
  readonly targetUtilization?: number
  /** Of one request to the deployment, ms. */
  readonly requestTimeoutMs: number
}

export interface DeployPlan {
  /** In the order of creation. */
  readonly resources: readonly PlannedResource[]
  /** Steps of `deploy`, with how long each is expected to take, s. */
  readonly steps: readonly { readonly step: string; readonly lowS: number; readonly highS: number }[]
  /** What the plan leaves out of the candidate, in sentences: `at most 5 of 100 instances`. */
  readonly notes: readonly string[]
}

/** What has to be there before a candidate can be deployed. */
export interface Requirements {
  /** Services that must be enabled: `run.googleapis.com`. */
  readonly services: readonly string[]
  /** Permissions on the project, the fewest that plan, deploy, find and delete need: `run.services.create`. */
  readonly permissions: readonly string[]
  readonly quotas: readonly QuotaNeed[]
  /** The image, and the region that it has to be in where the platform demands one. */
  readonly image?: { readonly uri: string; readonly region?: string }
  /** What is wrong with candidate and order already, in sentences with their remedy: `no image: …`. */
  readonly problems: readonly { readonly message: string; readonly hint: string }[]
}

/** How much of a quota a deployment takes. */
export type QuotaNeed =
  /** As Compute Engine lists it of a region: `CPUS`, `N2_CPUS`, `NVIDIA_L4_GPUS`, `PREEMPTIBLE_NVIDIA_T4_GPUS`. */
  | { readonly of: 'compute'; readonly metric: string; readonly region: string; readonly amount: number }
  /** As the Cloud Quotas API lists it of a service: `run.googleapis.com`, `NvidiaL4GpuAllocPerProjectRegion`. */
  | {
      readonly of: 'service'
      readonly service: string
      readonly quotaId: string
      readonly region: string
      readonly amount: number
    }

/** A candidate that serves. */
export interface Deployment {
  /** Where predictions are asked for. */
  readonly url: string
  readonly auth: UrlAuth
  /** Body as the Vertex `instances` protocol has it unless the platform needs another content type. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Makes the next request meet an instance that starts for it, on platforms that scale to zero. Resolves when no
   * instance is left or none of the old ones can get the request.
   */
  readonly chill?: () => Promise<void>
  /** The step of `deploy` whose time is about what a further replica takes to start, where that is one. */
  readonly startStep?: string
  /** Client's view of where it runs, to measure the round trip to: the host of `url` where absent. */
  readonly pingUrl?: string
}
