import type { CloudCatalogClient } from '@google-cloud/billing'
import { UserError } from '../../core/errors.ts'
import type { CallError } from './catalog-failure.ts'
import type { RawSku } from './read-sku.ts'

/** SKUs a page, the most that the API gives. */
const PAGE_SIZE = 5000

/** gRPC status CANCELLED. */
const CANCELLED = 1

/** The catalogue as the sync reads it. */
export interface Catalog {
  /**
   * @param serviceId e.g. `6F81-5844-456A`
   * @param pageToken empty for the first page
   * @returns SKUs with prices in USD, and the token of the next page, empty after the last
   */
  readonly page: (serviceId: string, pageToken: string, signal: AbortSignal) => Promise<SkuPage>
  readonly close: () => Promise<void>
}

export interface SkuPage {
  readonly skus: readonly RawSku[]
  readonly next: string
}

export interface CatalogAccess {
  /** `host:port` over TLS, or `http://127.0.0.1:port` in plain text; cloudbilling.googleapis.com:443 where absent. */
  readonly endpoint?: string
  /** Application default credentials where absent. */
  readonly apiKey?: string
}

/**
 * Connects to the Cloud Billing Catalog. The client library takes a while to load, and is loaded only here.
 *
 * @throws UserError for an endpoint that is none
 */
export async function openCatalog({ endpoint, apiKey }: CatalogAccess): Promise<Catalog> {
  const place = endpoint === undefined ? undefined : parseEndpoint(endpoint)
  const { CloudCatalogClient: Client } = await import('@google-cloud/billing')
  if (place?.plain) {
    const { credentials } = await import('@grpc/grpc-js')
    // No credentials are looked up, and none leave this machine, over a connection that nobody has verified.
    const sslCreds = credentials.createInsecure()
    const options = { 'grpc.enable_http_proxy': 0, universeDomain: 'googleapis.com' }
    return catalogOf(new Client({ apiEndpoint: place.host, port: place.port, sslCreds, ...options }))
  }
  const client = new Client({
    ...(place && { apiEndpoint: place.host, port: place.port }),
    ...(apiKey !== undefined && { apiKey }),
  })
  return catalogOf(client, apiKey)
}

/** @param secret is kept out of every error */
function catalogOf(client: CloudCatalogClient, secret?: string): Catalog {
  return {
    page: async (serviceId, pageToken, signal) => {
      signal.throwIfAborted()
      const request = { parent: `services/${serviceId}`, currencyCode: 'USD', pageSize: PAGE_SIZE, pageToken }
      const options = { autoPaginate: false, otherArgs: { options: { interceptors: [cancelOn(signal)] } } }
      try {
        // Without credentials a call would fail twice, the second time where nobody can catch it.
        await client.initialize()
        const [skus, , answer] = await client.listSkus(request, options)
        return { skus, next: answer?.nextPageToken ?? '' }
      } catch (error) {
        throw withoutSecret(error as CallError, secret)
      }
    },
    // A client that found no credentials never opened, and fails to close for that.
    close: () => client.close().catch(() => undefined),
  }
}

/** A server may well repeat what it was sent. */
function withoutSecret(error: CallError, secret: string | undefined): CallError {
  if (secret === undefined) return error
  const clean = (text: string) => text.replaceAll(secret, '(secret)')
  const { code, details, statusDetails } = error
  return Object.assign(new Error(clean(error.message)), {
    ...(code !== undefined && { code }),
    ...(details !== undefined && { details: clean(details) }),
    ...(statusDetails !== undefined && { statusDetails }),
  })
}

interface Call {
  readonly cancelWithStatus: (code: number, details: string) => void
}

/** Ends the call with the signal; otherwise a request under way would hold the process for up to a minute. */
function cancelOn(signal: AbortSignal) {
  return <Options, C extends Call>(options: Options, nextCall: (options: Options) => C): C => {
    const call = nextCall(options)
    signal.addEventListener('abort', () => call.cancelWithStatus(CANCELLED, 'interrupted'), { once: true })
    return call
  }
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** @throws UserError */
function parseEndpoint(text: string): { host: string; port: number; plain: boolean } {
  const match = /^(?<scheme>https?:\/\/)?(?<host>\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::(?<port>\d{1,5}))?\/?$/i.exec(
    text,
  )
  const { scheme = '', host = '', port = '443' } = match?.groups ?? {}
  const plain = scheme.toLowerCase() === 'http://'
  if (!match || Number(port) > 65_535 || Number(port) === 0) {
    throw new UserError({
      message: `--endpoint ${text} is no place of an API`,
      hint: 'give host:port, e.g. cloudbilling-myendpoint.p.googleapis.com:443',
    })
  }
  if (plain && !LOOPBACK.has(host)) {
    throw new UserError({
      message: `--endpoint ${text} is not encrypted`,
      hint: 'leave http:// out: only this machine (127.0.0.1) may be read in plain text',
    })
  }
  return { host, port: Number(port), plain }
}
