import type { Place } from '../core/api-endpoint.ts'
import type { ApiId, DeploySettings } from '../core/deploy-settings.ts'
import { CallError } from './call-error.ts'
import type { ClientOptions, Closable, Cloud, RestRequest } from './cloud.ts'
import type { Credentials } from './credentials.ts'
import { placeOf } from './endpoint.ts'
import { type Pace, REAL_PACE } from './pace.ts'

/** Opens a project. No client is loaded and no credential looked up until one is used. */
export function openCloud(settings: DeploySettings, credentials: Credentials, pace: Pace = REAL_PACE): Cloud {
  const clients = new Map<string, Promise<Closable>>()
  const place = (api: ApiId, region: string) => placeOf(api, region, settings.endpoints)
  return {
    settings,
    project: settings.project,
    pace,
    credentials,
    place,
    callOptions: { timeout: settings.callTimeoutMs, retry: null },
    client<T extends Closable>(
      api: ApiId,
      region: string,
      make: (options: ClientOptions) => Promise<T>,
      kind = '',
    ): Promise<T> {
      const at = place(api, region)
      const key = `${api} ${kind} ${at.host}:${at.port}`
      const known = clients.get(key) as Promise<T> | undefined
      const client = known ?? clientOptions(at, credentials).then(make)
      if (!known) clients.set(key, client)
      client.catch(() => clients.delete(key))
      return client
    },
    rest: (api, request) => callRest(place(api, request.region ?? 'global'), request, credentials, settings),
    close: async () => {
      const open = [...clients.values()]
      clients.clear()
      await Promise.allSettled(open.map(async (client) => (await client).close()))
    },
  }
}

/** Over an unencrypted line, which leads to this machine only, gRPC sends no credentials at all. */
async function clientOptions({ host, port, plain }: Place, credentials: Credentials): Promise<ClientOptions> {
  const auth = await credentials.googleAuth()
  const base = { apiEndpoint: host, port, auth, universeDomain: 'googleapis.com' }
  if (!plain) return base
  const { grpc } = await import('google-gax')
  const sslCreds = grpc.credentials.createInsecure()
  return { ...base, protocol: 'http', sslCreds, 'grpc.enable_http_proxy': 0 }
}

async function callRest(
  { host, port, plain }: Place,
  { method, path, query = {}, body, contentType = 'application/json' }: RestRequest,
  credentials: Credentials,
  { callTimeoutMs }: DeploySettings,
): Promise<unknown> {
  const url = new URL(`${plain ? 'http' : 'https'}://${host}:${port}${path}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const signal = AbortSignal.timeout(callTimeoutMs)
  const authorization = `Bearer ${(await credentials.accessToken()).value}`
  const reply = await fetch(url, {
    method,
    headers: { authorization, ...(body && { 'content-type': contentType }) },
    redirect: 'manual',
    signal,
    ...(body && { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
  })
  const text = await reply.text()
  if (!reply.ok) throw new CallError(reply.status, messageOf(text) ?? `${method} answered ${reply.status}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** `{"error": {"message": …}}`, as Google's REST APIs say what is wrong. */
function messageOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } }
    return typeof error?.message === 'string' ? error.message : undefined
  } catch {
    return undefined
  }
}
