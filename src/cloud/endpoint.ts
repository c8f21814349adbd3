import type { ApiId } from '../core/deploy-settings.ts'

/** Where an API is reached. */
export interface Place {
  readonly host: string
  readonly port: number
  /** Without TLS; only on this machine. */
  readonly plain: boolean
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Google's own hosts; Vertex AI has one in each region. */
function defaultHost(api: ApiId, region: string): string {
  return api === 'aiplatform' ? `${region}-aiplatform.googleapis.com` : `${api}.googleapis.com`
}

/** @param region fills in `{region}` of the endpoint, and the host of APIs that have one in each region */
export function placeOf(
  api: ApiId,
  region: string,
  endpoints: Readonly<Partial<Record<ApiId, string>>>,
): Place {
  const text = endpoints[api]?.replaceAll('{region}', region)
  const place = text === undefined ? undefined : parseEndpoint(text)
  return place ?? { host: defaultHost(api, region), port: 443, plain: false }
}

/** `host[:port]`, or `http://` for this machine. Undefined where it is neither. */
export function parseEndpoint(text: string): Place | undefined {
  const match =
    /^(?<scheme>https?:\/\/)?(?<host>\[[0-9a-f:]+\]|[a-z0-9{}.-]+)(?::(?<port>\d{1,5}))?\/?$/i.exec(text)
  const { scheme = '', host = '', port = '443' } = match?.groups ?? {}
  const plain = scheme.toLowerCase() === 'http://'
  if (!match || Number(port) > 65_535 || Number(port) === 0) return undefined
  if (plain && !LOOPBACK.has(host)) return undefined
  return { host, port: Number(port), plain }
}
