import { CallError } from '../call-error.ts'
import type { Cloud } from '../cloud.ts'
import { OperationError, settle } from '../pending.ts'
import type { Pending } from '../scope.ts'
import { computeClient } from './compute-clients.ts'

/** What Compute Engine's operations say, as far as it matters here. */
interface ComputeOperation {
  readonly name?: string | null
  readonly status?: string | number | null
  readonly zone?: string | null
  readonly region?: string | null
  readonly error?: {
    readonly errors?: readonly { readonly code?: string | null; readonly message?: string | null }[] | null
  } | null
}

/** What the client's methods that change something resolve to. */
export type Started = readonly [{ readonly latestResponse?: unknown }, ...unknown[]]

/** gRPC's codes for Compute Engine's, so that one table says what follows from a failure. */
const CODES: Readonly<Record<string, number>> = {
  QUOTA_EXCEEDED: 8,
  ZONE_RESOURCE_POOL_EXHAUSTED: 8,
  ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS: 8,
  RESOURCE_NOT_FOUND: 5,
  RESOURCE_ALREADY_EXISTS: 6,
  RESOURCE_IN_USE_BY_ANOTHER_RESOURCE: 9,
  RESOURCE_NOT_READY: 9,
  PERMISSIONS_ERROR: 7,
  INVALID_USAGE: 3,
}

const INTERNAL = 13
const IN_USE = /already being used by|is not ready|in use by/i

/**
 * Runs a call. The client reports a REST status as the gRPC code that is nearest; the status itself says more.
 * @throws CallError with the status, 409 for what is busy or in use
 */
export async function called<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const { httpStatusCode, message } = cause as { httpStatusCode?: number; message: string }
    if (typeof httpStatusCode !== 'number') throw cause
    const status = httpStatusCode === 400 && IN_USE.test(message) ? 409 : httpStatusCode
    throw new CallError(status, message, { cause })
  }
}

/** @param result what is made of the operation's end */
export function pendingOperation<T>(cloud: Cloud, started: Started, result: () => T): Pending<T> {
  const first = started[0].latestResponse as ComputeOperation
  return {
    look: async () => {
      const { status, error } = await lookAt(cloud, first)
      if (status !== 'DONE') return undefined
      const [problem] = error?.errors ?? []
      if (!problem) return result()
      const code = problem.code ?? 'ERROR'
      throw new OperationError(`${code}: ${problem.message ?? 'no message'}`, CODES[code] ?? INTERNAL)
    },
  }
}

async function lookAt(cloud: Cloud, { name, zone, region }: ComputeOperation): Promise<ComputeOperation> {
  const asked = { project: cloud.project, operation: name ?? '' }
  return called(async () => {
    if (zone) {
      const client = await computeClient(cloud, 'ZoneOperationsClient')
      return (await client.get({ ...asked, zone: lastPart(zone) }, cloud.callOptions))[0]
    }
    if (region) {
      const client = await computeClient(cloud, 'RegionOperationsClient')
      return (await client.get({ ...asked, region: lastPart(region) }, cloud.callOptions))[0]
    }
    const client = await computeClient(cloud, 'GlobalOperationsClient')
    return (await client.get(asked, cloud.callOptions))[0]
  })
}

/** Longest that a deletion is waited for before the engine looks again, ms: groups drain their VMs first. */
const DELETION_MS = 600_000

/** Deletes, and waits for the end of it. What does not exist is deleted. */
export async function deleted(cloud: Cloud, what: string, remove: () => Promise<Started>): Promise<void> {
  try {
    const started = await called(remove)
    const limitMs = Math.min(DELETION_MS, cloud.settings.readyTimeoutMs)
    await settle(
      cloud,
      pendingOperation(cloud, started, () => true),
      { what: `deleting ${what}`, limitMs },
    )
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** By HTTP status of a call, or by gRPC code of an operation that failed. */
function isMissing(error: unknown): boolean {
  return error instanceof CallError ? error.status === 404 : (error as { code?: unknown }).code === 5
}

/** Whether a zone has none of the machines left; another may have. */
export function isStockOut(error: unknown): boolean {
  const { message } = error as Error
  return /ZONE_RESOURCE_POOL_EXHAUSTED|does not have enough resources|stockout/i.test(message)
}

/** Of a URL or a path: what it ends in. */
export function lastPart(url: string | null | undefined): string {
  return (url ?? '').split('/').at(-1) ?? ''
}
