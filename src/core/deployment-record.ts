/** What a run did in a project, saved with it. */
export interface CloudRecord {
  readonly project: string
  /** Value of the run's label on everything that it created. */
  readonly run: string
  readonly maxSpendUsd: string
  /** At list prices, every replica counted as busy: the most that it can have cost, requests and traffic aside. */
  readonly spentUsd: string
  readonly deployments: readonly DeploymentRecord[]
}

/** One candidate that was deployed, or tried to be. */
export interface DeploymentRecord {
  readonly candidate: string
  /** In order, each with its time. */
  readonly steps: readonly { readonly step: string; readonly ms: number }[]
  /** First reply minus the median of warm ones, where it could be made to start an instance; one for each start. */
  readonly coldStartMs: readonly number[]
  /** Time of a further replica until it serves, as a step of the deployment shows it. */
  readonly replicaStartMs?: number
  /** Round trip between this machine and the deployment, the least of several connections. */
  readonly roundTripMs: number | null
  readonly spentUsd: string
  /** What could not be shown to be deleted, with why. */
  readonly left: readonly LeftRecord[]
  readonly notes: readonly string[]
}

interface LeftRecord {
  readonly kind: string
  readonly name: string
  readonly region: string
  readonly why: string
  /** At rest, and the most. */
  readonly usdPerDay: { readonly low: string; readonly high: string }
}
