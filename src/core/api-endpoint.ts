/** Where an API is reached. */
export interface Place {
  readonly host: string
  readonly port: number
  /** Without TLS; only on this machine. */
  readonly plain: boolean
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** `host[:port]`, or `http://` for this machine; `{region}` may stand in the host. Undefined where it is neither. */
export function parseEndpointText(text: string): Place | undefined {
  const match =
    /^(?<scheme>https?:\/\/)?(?<host>\[[0-9a-f:]+\]|[a-z0-9{}.-]+)(?::(?<port>\d{1,5}))?\/?$/i.exec(text)
  const { scheme = '', host = '', port = '443' } = match?.groups ?? {}
  const plain = scheme.toLowerCase() === 'http://'
  if (!match || Number(port) > 65_535 || Number(port) === 0) return undefined
  if (plain && !LOOPBACK.has(host)) return undefined
  return { host, port: Number(port), plain }
}
