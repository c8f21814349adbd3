import type { Candidate } from '../core/candidate.ts'

/** Options of `serve` that an image or a deployment may set by the environment. */
export const VARIABLE_OPTIONS = ['device', 'threads', 'workers', 'max-batch', 'max-delay'] as const

/** `max-batch` is `PLIMSOLL_MAX_BATCH`. */
export function variableOf(option: string): string {
  return `PLIMSOLL_${option.toUpperCase().replaceAll('-', '_')}`
}

/**
 * How the candidate has its server run inferences. A deployment sets both whatever they are: they go before those of
 * the image, which may have been made for another candidate.
 */
export function serverEnvironment({ threads, maxBatch = 1, server }: Candidate): Record<string, string> {
  if (server !== undefined) return {}
  return { [variableOf('threads')]: String(threads), [variableOf('max-batch')]: String(maxBatch) }
}
