import type { Usage } from '../core/bill.ts'
import type { Cloud } from './cloud.ts'

/** Something that exists in a project, or is about to, and that has to be deleted. */
export interface Resource {
  /** Of which kind: the key of a `ResourceKind`, e.g. `run-service`. */
  readonly kind: string
  /** As its API names it, e.g. `projects/p/locations/us-central1/services/plimsoll-…`. */
  readonly name: string
  /** Region, or the region of its zone; `global` where it has none. */
  readonly region: string
}

/** A resource before it is created, with what it will bill. */
export interface PlannedResource extends Resource {
  readonly hourly: Hourly
}

/** What an hour of a resource bills, as usage that the price book can price: quantities of one hour. Empty: nothing. */
export interface Hourly {
  /** At rest: it exists, and no request comes. */
  readonly least: readonly Usage[]
  /** The most that it can bill, all its replicas at work. The spend cap counts with this. */
  readonly most: readonly Usage[]
}

/** A resource that was found in the project. */
export interface FoundResource extends Resource {
  /** Value of its run label, or the run in its name where its kind takes no labels. */
  readonly run: string
  /** Value of its expiry label, seconds since 1970; null where its kind takes no labels. */
  readonly expiresS: number | null
  readonly hourly: Hourly
}

/** Which resources to look for. */
export interface Search {
  /** Of this run only; absent, of any run of Plimsoll. */
  readonly run?: string
  /** In these regions; absent, in all of them. */
  readonly regions?: readonly string[]
}

/**
 * One kind of resource, and how it is found and deleted. Each call is one attempt: the engine repeats what failed, in
 * the right order, until the resource is gone from the listing or its patience is at an end.
 */
export interface ResourceKind {
  /** Unique, kebab case, platform first: `run-service`, `gce-instance-template`. */
  readonly kind: string
  /** For people: `Cloud Run service`. */
  readonly title: string
  /**
   * Deletes it and waits until the platform says that it is done. That it does not exist counts as deleted.
   * @throws any error of the call or of its operation
   */
  delete(resource: Resource, cloud: Cloud): Promise<void>
  /**
   * Lists what carries Plimsoll's labels (names that begin with `plimsoll-<run>-`, where the kind takes no labels).
   * A region that does not offer the platform holds nothing; a region that cannot be listed is an error, because
   * nobody knows what it holds.
   */
  find(search: Search, cloud: Cloud): Promise<readonly FoundResource[]>
  /** What it is now; null where it does not exist. */
  describe(resource: Resource, cloud: Cloud): Promise<FoundResource | null>
}
