import type { ErrorClass } from '../core/measurement.ts'

interface Failure {
  readonly outcome: ErrorClass
  readonly detail: string
}

const connectCodes = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EMFILE',
  'UND_ERR_CONNECT_TIMEOUT',
])
const timeoutCodes = new Set(['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
const malformedCodes = new Set([
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_HEADERS_OVERFLOW',
  // undici names no code for some of its parser's errors; the error's name stands in.
  'HTTPParserError',
])
/** OpenSSL and Node name certificate faults so, e.g. `DEPTH_ZERO_SELF_SIGNED_CERT`, `CERT_HAS_EXPIRED`. */
const tlsPattern = /^ERR_(SSL|TLS)_|CERT|^UNABLE_TO_|SELF_SIGNED|^EPROTO$/

/** Which class an error of the transport falls in. The detail is its code: a message could quote a secret. */
export function classifyError(error: unknown): Failure {
  const detail = codeOf(error)
  if (connectCodes.has(detail)) return { outcome: 'connect', detail }
  if (timeoutCodes.has(detail)) return { outcome: 'timeout', detail }
  if (malformedCodes.has(detail) || detail.startsWith('HPE_')) return { outcome: 'malformed', detail }
  if (tlsPattern.test(detail)) return { outcome: 'tls', detail }
  return { outcome: 'reset', detail }
}

/** The error's own code, else that of the first error inside it: an AggregateError holds one per address tried. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if ('code' in error && typeof error.code === 'string') return error.code
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  return inner === undefined ? error.name : codeOf(inner)
}
