import type { Cloud } from './cloud.ts'
import type { PlannedResource } from './resource.ts'

/** What a deployer works with: it bounds, times, journals and meters all that a candidate creates. */
export interface Scope {
  readonly cloud: Cloud
  /** Aborts when the deployment is to stop: the cap, the user, the time limit. Every wait ends with it. */
  readonly signal: AbortSignal
  /**
   * Creates one planned resource: its name is on disk before `start` is called, and it is metered from then on.
   * @param step its name in the report: `create the service`; the time of it is recorded
   * @param start makes the call that creates and returns its operation, or what it made where there is none to wait for
   */
  create<T>(resource: PlannedResource, step: string, start: () => Promise<Pending<T>>): Promise<T>
  /** Anything else that takes time and creates nothing that must be deleted; its time is recorded too. */
  step<T>(step: string, work: () => Promise<T>): Promise<T>
  /** Looks every `pollMs` until `look` gives something, the time limit is over or the signal aborts. */
  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T>
}

/** What a call that creates gave: done, or an operation that is looked at until it is. */
export type Pending<T> =
  | { readonly done: T }
  /** One look: undefined while it is under way. @throws what the operation failed with */
  | { readonly look: () => Promise<T | undefined> }

/** How long a step of a deployment took. */
export interface StepTime {
  readonly step: string
  readonly ms: number
}
