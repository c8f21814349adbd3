import { failureOf, mayPass, wordsOf } from './call-error.ts'
import type { Cloud } from './cloud.ts'
import type { Pending } from './scope.ts'

/** An operation ended with an error: looking again would not help. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  readonly code: number | undefined
  constructor(message: string, code: number | undefined, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** Something took longer than it may. */
class TooLong extends Error {
  override readonly name = 'TooLong'
}

/** As google-gax's operations are; its own polling knows neither our clock nor our signal. */
interface GaxOperation {
  readonly error?: { readonly message: string; readonly code?: number } | undefined
  getOperation(
    callback: (
      error: Error | null,
      result?: object,
      metadata?: object,
      raw?: { done?: boolean | null },
    ) => void,
  ): unknown
}

/** A long-running operation as a client of a gRPC API returns it. What has no result, as deletions, results in `{}`. */
export function pendingOperation<T extends object>(operation: object): Pending<T> {
  const gax = operation as GaxOperation
  const look = () =>
    new Promise<T | undefined>((resolve, reject) => {
      gax.getOperation((error, result, _, raw) => {
        if (!error) resolve(raw?.done ? ((result ?? {}) as T) : undefined)
        else reject(gax.error ? new OperationError(wordsOf(gax.error), gax.error.code, error) : error)
      })
    })
  return { look }
}

/** Looks that may fail one after the other before it counts: the operation goes on meanwhile. */
const MOST_BAD_LOOKS = 5

/**
 * Looks until it is done, every `pollMs`.
 * @throws TooLong after `limitMs`; OperationError; the signal's reason; an error that does not pass
 */
export async function settle<T>(
  { pace, settings }: Pick<Cloud, 'pace' | 'settings'>,
  pending: Pending<T>,
  {
    what,
    limitMs,
    signal,
  }: { readonly what: string; readonly limitMs: number; readonly signal?: AbortSignal },
): Promise<T> {
  if ('done' in pending) return pending.done
  const startedMs = pace.now()
  for (let bad = 0; ; ) {
    signal?.throwIfAborted()
    try {
      const found = await pending.look()
      if (found !== undefined) return found
      bad = 0
    } catch (error) {
      if (error instanceof OperationError || !mayPass(failureOf(error)) || ++bad >= MOST_BAD_LOOKS)
        throw error
    }
    signal?.throwIfAborted()
    if (pace.now() - startedMs >= limitMs)
      throw new TooLong(`${what} did not end within ${Math.round(limitMs / 1000)} s`)
    await pace.sleep(settings.pollMs, signal)
  }
}

/** Longest that a deletion is waited for before the engine looks again, ms. */
const DELETION_MS = 600_000

/** Waits for the operation of a deletion. */
export async function settleDeletion(cloud: Cloud, operation: object, what: string): Promise<void> {
  const limitMs = Math.min(DELETION_MS, cloud.settings.readyTimeoutMs)
  await settle(cloud, pendingOperation(operation), { what: `deleting ${what}`, limitMs })
}
