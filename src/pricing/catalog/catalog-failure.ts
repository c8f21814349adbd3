import { UserError, WorldError } from '../../core/errors.ts'

/** gRPC status codes, as far as they are told apart here. */
const STATUS = {
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

/** What a failed call carries: a status of gRPC, or no code at all where no credentials were found. */
export interface CallError extends Error {
  readonly code?: number
  readonly details?: string
  readonly statusDetails?: readonly { readonly retryDelay?: { seconds?: unknown; nanos?: unknown } }[]
}

/** 5xx of the server, cut connections, time limits; for these trying again may help. */
const PASSING: ReadonlySet<number> = new Set([
  STATUS.unknown,
  STATUS.deadlineExceeded,
  STATUS.resourceExhausted,
  STATUS.aborted,
  STATUS.internal,
  STATUS.unavailable,
])

export function isPassing(error: CallError): boolean {
  return error.code !== undefined && PASSING.has(error.code) && !isUntrusted(error) && !isCredentials(error)
}

/** Whether the quota (requests a minute) is spent. */
export function isQuota(error: CallError): boolean {
  return error.code === STATUS.resourceExhausted
}

/** How long the server asks to wait, ms; undefined where it does not say. */
export function askedDelayMs(error: CallError): number | undefined {
  const delay = error.statusDetails?.find(({ retryDelay }) => retryDelay)?.retryDelay
  return delay && Number(delay.seconds ?? 0) * 1000 + Number(delay.nanos ?? 0) / 1e6
}

/** The server's own words in one line. */
export function wordsOf(error: CallError): string {
  return (error.details || error.message).replace(/\s+/g, ' ').trim()
}

/**
 * Says what was being read, what came of it and what to do.
 *
 * @param reading e.g. "page 3 of Compute Engine"
 */
export function explainFailure(error: CallError, reading: string): UserError | WorldError {
  const words = wordsOf(error)
  if (isCredentials(error)) {
    return new UserError({
      message: `the Cloud Billing Catalog does not let us in: ${words}`,
      hint: 'run gcloud auth application-default login, or put an API key into GOOGLE_API_KEY; the Cloud Billing API must be enabled in its project',
    })
  }
  const message = `the Cloud Billing Catalog could not be read (${reading}): ${words}`
  if (isUntrusted(error)) {
    return new WorldError(message, {
      hint: 'a private CA is trusted with NODE_EXTRA_CA_CERTS=<its file>, or GRPC_DEFAULT_SSL_ROOTS_FILE_PATH where that is set',
      cause: error,
    })
  }
  const hint = isQuota(error)
    ? 'the quota of requests a minute is spent: try again in some minutes'
    : 'check the network and the proxy (https_proxy), then run plimsoll prices sync again'
  return new WorldError(message, { hint: `${hint}; the price book in force is unchanged`, cause: error })
}

/** Whether the error is one of a call at all, and not a mistake of this program. */
export function isCallError(error: CallError): boolean {
  return typeof error.code === 'number' || isCredentials(error)
}

function isCredentials({ code, message }: CallError): boolean {
  // A login that has run out fails while the call is prepared, with the status UNKNOWN.
  if (/\binvalid_(grant|rapt|client)\b/.test(message)) return true
  if (code === STATUS.unauthenticated || code === STATUS.permissionDenied) return true
  if (code === STATUS.invalidArgument) return /api[ _]key/i.test(message)
  return code === undefined && /credential|authent|universe/i.test(message)
}

function isUntrusted({ message }: CallError): boolean {
  return /certificate|self[- ]signed|altname/i.test(message)
}
