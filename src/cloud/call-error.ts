/** What went wrong with a call, for those who decide what to do about it. */
export type Failure =
  | 'not-found'
  | 'exists'
  | 'denied'
  | 'unauthenticated'
  | 'quota'
  /** The resource is busy, or others depend on it: may pass. */
  | 'conflict'
  /** May pass: the server or the line to it. Whether the call took effect is unknown. */
  | 'unavailable'
  /** No answer in time. Whether the call took effect is unknown. */
  | 'time-out'
  | 'other'

/** Failed call of a REST API. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly status: number
  constructor(status: number, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.status = status
  }
}

/** By gRPC status code. */
const BY_CODE: Readonly<Record<number, Failure>> = {
  4: 'time-out',
  5: 'not-found',
  6: 'exists',
  7: 'denied',
  8: 'quota',
  9: 'conflict',
  10: 'conflict',
  13: 'unavailable',
  14: 'unavailable',
  16: 'unauthenticated',
}

/** By HTTP status. */
const BY_STATUS: Readonly<Record<number, Failure>> = {
  401: 'unauthenticated',
  403: 'denied',
  404: 'not-found',
  408: 'time-out',
  409: 'conflict',
  412: 'conflict',
  429: 'quota',
  500: 'unavailable',
  502: 'unavailable',
  503: 'unavailable',
  504: 'time-out',
}

const BROKEN_LINE = /ECONN|EPIPE|socket hang up|ENOTFOUND|EAI_AGAIN|UND_ERR|fetch failed|Premature close/

export function failureOf(error: unknown): Failure {
  const { code, status, message = '', cause } = (error ?? {}) as ErrorLike
  if (typeof status === 'number') return statusFailure(status, message)
  // Clients of REST APIs put the HTTP status where those of gRPC put theirs, which end at 16.
  if (typeof code === 'number') return code > 16 ? statusFailure(code, message) : (BY_CODE[code] ?? 'other')
  if (code === 'ETIMEDOUT' || (error as Error | undefined)?.name === 'TimeoutError') return 'time-out'
  if (BROKEN_LINE.test(String(code ?? '')) || BROKEN_LINE.test(message)) return 'unavailable'
  return cause === undefined || cause === error ? 'other' : failureOf(cause)
}

interface ErrorLike {
  readonly code?: number | string
  readonly status?: number
  readonly message?: string
  readonly cause?: unknown
}

/** Compute Engine says 403 for a quota and 409 for a name that is taken, and tells them apart in words only. */
function statusFailure(status: number, message: string): Failure {
  if (status === 403 && /quota/i.test(message)) return 'quota'
  if (status === 409 && /already exists|alreadyExists/i.test(message)) return 'exists'
  return BY_STATUS[status] ?? 'other'
}

/** Whether the same call may well succeed later. */
export function mayPass(failure: Failure): boolean {
  return failure === 'unavailable' || failure === 'time-out' || failure === 'conflict' || failure === 'quota'
}

/** Whether nobody knows if the call took effect: what it would have created may appear later. */
export function isUncertain(failure: Failure): boolean {
  return failure === 'unavailable' || failure === 'time-out' || failure === 'other'
}

/** The platform's own words on one line, at most 300 characters, without tokens that it may have echoed. */
export function wordsOf(error: unknown): string {
  const { message = String(error), details } = error as { message?: string; details?: unknown }
  const text = typeof details === 'string' && details !== '' ? details : message
  return withoutSecrets(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
}

/** Replaces what looks like a token, a key or a signature. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\bya29\.[\w.-]+/g, '(token)')
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '(token)')
    .replace(/\bAIza[\w-]{20,}/g, '(key)')
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 (secret)')
    .replace(
      /([?&](?:[^=&\s]*(?:signature|token|key|credential|upload_id)[^=&\s]*)=)[^&\s"']+/gi,
      '$1(secret)',
    )
}
