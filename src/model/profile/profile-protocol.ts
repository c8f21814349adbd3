/** What the parent asks of a process that holds one session. */
export interface ProfileOrder {
  readonly modelPath: string
  readonly threads: number
}

interface WireSample {
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

export type ProfileRequest =
  | { readonly kind: 'feed'; readonly sample: readonly WireSample[] }
  /** Infers `count` times, or until `budgetMs` has passed. */
  | { readonly kind: 'run'; readonly count: number; readonly budgetMs: number }

export type ProfileReply =
  | { readonly kind: 'loaded'; readonly loadMs: number }
  | { readonly kind: 'fed'; readonly firstMs: number }
  | { readonly kind: 'ran'; readonly timesMs: readonly number[]; readonly peakRssMib: number }
  | { readonly kind: 'failed'; readonly reason: string }
