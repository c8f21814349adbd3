/** What a run tells those who watch it. It knows none of them. */
export type RunEvent =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'step-started'; readonly step: string; readonly index: number; readonly total: number }
  | { readonly kind: 'progress'; readonly finished: number; readonly total: number }
  | { readonly kind: 'step-finished'; readonly step: string; readonly result: string }
  /** A load begins: of the step under way, or of a deployment. */
  | { readonly kind: 'load-started'; readonly load: LoadFacts; readonly candidate?: string }
  /** Requests of it that have ended; response times are Infinity for those that failed. */
  | { readonly kind: 'requests'; readonly atMs: number; readonly responseMs: readonly number[] }
  /** What is done with a deployment; absent, it is gone. Several are under way side by side. */
  | {
      readonly kind: 'deployment'
      readonly candidate: string
      readonly step?: string
      readonly expectedS?: { readonly low: number; readonly high: number }
    }
  /** What the deployments of the run have cost so far, at most. */
  | { readonly kind: 'spend'; readonly spentUsd: string; readonly capUsd: string }

export interface LoadFacts {
  readonly arrivals: 'closed' | 'poisson' | 'constant'
  /** Requests due per second; absent of a closed loop, which asks for the next when it has the last. */
  readonly offeredRps?: number
  /** The first ones, which count for nothing and are not told of. */
  readonly warmupRequests: number
}

export type Listener = (event: RunEvent) => void
