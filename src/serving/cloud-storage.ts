import { createWriteStream } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { WorldError } from '../core/errors.ts'

/** What a model is fetched from; handed in, so that a test can hand in another. */
export interface ObjectStore {
  /** Names of all objects that begin with `prefix`. */
  readonly list: (bucket: string, prefix: string) => Promise<string[]>
  readonly download: (bucket: string, name: string, path: string) => Promise<void>
}

const [TRIES, FIRST_PAUSE_MS] = [4, 250]

/**
 * Cloud Storage by its JSON API, with the token of the machine's service account.
 *
 * Heeds what Google's own clients heed: `STORAGE_EMULATOR_HOST`, `GCE_METADATA_HOST`, and, as gcloud does,
 * `CLOUDSDK_AUTH_ACCESS_TOKEN`, for machines outside Google Cloud.
 */
export function cloudStorage(
  env: Readonly<Record<string, string | undefined>> = process.env,
  send: typeof fetch = fetch,
): ObjectStore {
  const base = env.STORAGE_EMULATOR_HOST?.replace(/\/$/, '') ?? 'https://storage.googleapis.com'
  const get = async (path: string, what: string) => {
    const token = env.STORAGE_EMULATOR_HOST === undefined ? await accessToken(env, send) : undefined
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return request(() => send(`${base}${path}`, { headers }), what)
  }
  const list = async (bucket: string, prefix: string) => {
    const names: string[] = []
    let pageToken = ''
    do {
      const query = new URLSearchParams({
        prefix,
        fields: 'items(name),nextPageToken',
        ...(pageToken && { pageToken }),
      })
      const reply = await get(
        `/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`,
        `gs://${bucket}/${prefix}`,
      )
      const page = (await reply.json()) as { items?: { name: string }[]; nextPageToken?: string }
      names.push(...(page.items ?? []).map(({ name }) => name))
      pageToken = page.nextPageToken ?? ''
    } while (pageToken !== '')
    return names
  }
  const download = async (bucket: string, name: string, path: string) => {
    const what = `gs://${bucket}/${name}`
    const reply = await get(
      `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}?alt=media`,
      what,
    )
    if (!reply.body) throw new WorldError(`${what} came without a body`)
    await mkdir(dirname(path), { recursive: true })
    await pipeline(Readable.fromWeb(reply.body), createWriteStream(`${path}.part`))
    await rename(`${path}.part`, path)
  }
  return { list, download }
}

/** Tries again what may pass: no connection, too many requests, a fault of the other side. */
async function request(ask: () => Promise<Response>, what: string): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const reply = await ask().catch((error: Error) => error)
    if (reply instanceof Response && reply.ok) return reply
    const passing = reply instanceof Error || reply.status === 429 || reply.status >= 500
    if (!passing || attempt === TRIES) throw await explain(reply, what)
    await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1))
  }
}

async function explain(reply: Response | Error, what: string): Promise<WorldError> {
  if (reply instanceof Error)
    return new WorldError(`${what} cannot be fetched: ${reasonOf(reply)}`, { cause: reply })
  await reply.body?.cancel()
  const hint =
    reply.status === 401 || reply.status === 403
      ? 'give the service account the role roles/storage.objectViewer on the bucket'
      : reply.status === 404
        ? 'is the URI right? gcloud storage ls shows what is there'
        : undefined
  const options = hint === undefined ? {} : { hint }
  return new WorldError(`${what} cannot be fetched: HTTP ${reply.status}`, options)
}

async function accessToken(
  env: Readonly<Record<string, string | undefined>>,
  send: typeof fetch,
): Promise<string> {
  const given = env.CLOUDSDK_AUTH_ACCESS_TOKEN
  if (given !== undefined && given !== '') return given
  const host = env.GCE_METADATA_HOST ?? 'metadata.google.internal'
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`
  try {
    const reply = await send(url, { headers: { 'metadata-flavor': 'Google' } })
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`)
    const { access_token: token } = (await reply.json()) as { access_token: string }
    return token
  } catch (cause) {
    throw new WorldError(`no access token from the metadata server: ${reasonOf(cause)}`, {
      hint: 'outside Google Cloud set CLOUDSDK_AUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)',
      cause,
    })
  }
}

/** fetch hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  if (cause instanceof Error) return cause.message
  return error instanceof Error ? error.message : String(error)
}
