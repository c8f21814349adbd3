import { status } from '@grpc/grpc-js'

/** What happens to a call instead of a plain answer. */
export type Fault =
  /** Refused before anything is done. */
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  /** Refused for want of quota, before anything is done. */
  | { readonly kind: 'quota' }
  /** Done, and never answered: the client's deadline ends it. */
  | { readonly kind: 'time-out' }
  /** Done, and the connection is cut instead of an answer. */
  | { readonly kind: 'cut' }
  /** The connection is cut before anything is done. */
  | { readonly kind: 'cut-before' }

/** One call of an API, numbered from 1 in the order in which they arrive over all APIs. */
export interface Call {
  readonly index: number
  /** `google.cloud.run.v2.Services/CreateService`, or `POST /compute/v1/…`. */
  readonly what: string
  readonly request: unknown
  /** What was answered: `ok`, a status, or the fault. Empty until then. */
  outcome: string
}

/** An error as an API answers it. Codes are those of gRPC; REST servers translate. */
export class FakeError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export const notFound = (name: string) => new FakeError(status.NOT_FOUND, `Resource '${name}' was not found`)
export const alreadyExists = (name: string) =>
  new FakeError(status.ALREADY_EXISTS, `Resource '${name}' already exists.`)
export const denied = (permission: string, name: string) =>
  new FakeError(status.PERMISSION_DENIED, `Permission '${permission}' denied on resource '${name}'`)
export const overQuota = (what: string) =>
  new FakeError(status.RESOURCE_EXHAUSTED, `Quota exceeded for quota metric '${what}'`)

/** As Google's APIs map them (google.rpc.Code). */
export const HTTP_STATUS: Readonly<Record<number, number>> = {
  [status.INVALID_ARGUMENT]: 400,
  [status.DEADLINE_EXCEEDED]: 504,
  [status.NOT_FOUND]: 404,
  [status.ALREADY_EXISTS]: 409,
  [status.PERMISSION_DENIED]: 403,
  [status.RESOURCE_EXHAUSTED]: 429,
  [status.FAILED_PRECONDITION]: 400,
  [status.ABORTED]: 409,
  [status.INTERNAL]: 500,
  [status.UNAVAILABLE]: 503,
  [status.UNAUTHENTICATED]: 401,
}
