/** A distribution of times, in ms. `cv` is the standard deviation over the mean. */
export type Distribution =
  | { readonly kind: 'deterministic'; readonly mean: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'lognormal'; readonly mean: number; readonly cv: number }
  | { readonly kind: 'gamma'; readonly mean: number; readonly cv: number }
  /** Sum of so many exponential phases. */
  | { readonly kind: 'erlang'; readonly mean: number; readonly phases: number }
  /** One of two exponentials of balanced means; cv at least 1. */
  | { readonly kind: 'hyperexponential'; readonly mean: number; readonly cv: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  /** Measured times, each as likely as any other. */
  | { readonly kind: 'empirical'; readonly samples: ArrayLike<number> }
