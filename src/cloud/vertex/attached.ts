import type { UrlAuth } from '../../core/url-auth.ts'

/** How an endpoint that already runs is asked. */
export interface AttachedEndpoint {
  readonly url: string
  readonly auth: UrlAuth
  /** Largest request and reply. */
  readonly mostBytes: number
  readonly kind: 'dedicated' | 'shared'
}

/** Why a request cannot be sent to it; undefined where it can. */
export function tooLarge(requestBytes: number, { mostBytes, kind }: AttachedEndpoint): string | undefined {
  if (requestBytes <= mostBytes) return undefined
  const [size, most] = [requestBytes, mostBytes].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`)
  const remedy = kind === 'shared' ? '; a dedicated endpoint takes 10 MB' : ''
  return `a request is ${size}, and a ${kind} endpoint takes ${most}${remedy}`
}
