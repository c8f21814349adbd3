import { validateHeaderName, validateHeaderValue } from 'node:http'

export type Headers = Readonly<Record<string, string>>

/** One of the bodies that requests carry, drawn as often as its weight says beside the others'. */
export interface Payload {
  readonly body: Buffer
  /** Above 0; 1 when left out. */
  readonly weight?: number
}

/** What every request to the endpoint has in common. */
export interface RequestForm {
  readonly url: URL
  readonly method: string
  /** Asked for at every request, so that a token may change under way. It must answer at once. */
  readonly headers: () => Headers
  /** Empty: requests have no body. */
  readonly payloads: readonly Payload[]
}

/** Headers that follow from the request itself, or would change how its reply is framed. */
const ownHeaders = new Set(['content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect'])

/**
 * The bytes of a request with the given payload, built once and again only when the headers have changed.
 * @throws TypeError naming a header that HTTP does not allow, never its value
 */
export function createRequestBytes(form: RequestForm): (payload: number) => Buffer {
  const bodies = form.payloads.length > 0 ? form.payloads.map(({ body }) => body) : [undefined]
  let headers: Headers | undefined
  let built: (Buffer | undefined)[] = []
  return (payload) => {
    const now = form.headers()
    if (headers === undefined || (now !== headers && !sameHeaders(now, headers))) built = []
    headers = now
    let bytes = built[payload]
    if (bytes === undefined) {
      bytes = buildRequest(form, now, bodies[payload])
      built[payload] = bytes
    }
    return bytes
  }
}

function buildRequest({ url, method }: RequestForm, headers: Headers, body: Buffer | undefined): Buffer {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`]
  for (const [name, value] of requestHeaders(url, headers, body !== undefined))
    lines.push(`${name}: ${value}`)
  if (body !== undefined || method === 'POST' || method === 'PUT' || method === 'PATCH') {
    lines.push(`content-length: ${body?.length ?? 0}`)
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return body === undefined ? head : Buffer.concat([head, body])
}

/** What is sent: the given headers in lower case, without those that follow from the request itself. */
export function requestHeaders(url: URL, headers: Headers, hasBody: boolean): Map<string, string> {
  const all = new Map([['host', url.host]])
  if (hasBody) all.set('content-type', 'application/json')
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    if (!ownHeaders.has(name.toLowerCase())) all.set(name.toLowerCase(), value)
  }
  return all
}

function sameHeaders(a: Headers, b: Headers): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
