/** What a run tells those who watch it. It knows none of them. */
export type RunEvent =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'step-started'; readonly step: string; readonly index: number; readonly total: number }
  | { readonly kind: 'progress'; readonly finished: number; readonly total: number }
  | { readonly kind: 'step-finished'; readonly step: string; readonly result: string }

export type Listener = (event: RunEvent) => void
