import type { Place } from '../core/api-endpoint.ts'
import type { ApiId, DeploySettings } from '../core/deploy-settings.ts'
import type { Credentials } from './credentials.ts'
import type { Pace } from './pace.ts'

/** The project, and how its APIs are reached. */
export interface Cloud {
  readonly settings: DeploySettings
  readonly project: string
  readonly pace: Pace
  readonly credentials: Credentials
  /**
   * One client of each kind for each API and endpoint, made at first use and closed with the cloud.
   * @param make gets the options that every client of Google's libraries takes; the library is imported in here
   * @param kind tells clients of one API apart: `instances`, `endpoints`
   */
  client<T extends Closable>(
    api: ApiId,
    region: string,
    make: (options: ClientOptions) => Promise<T>,
    kind?: string,
  ): Promise<T>
  /** Where an API is reached. What it hands out without a scheme, as Vertex AI does, is `plain` where the API is. */
  place(api: ApiId, region: string): Place
  /** Options of one call: its deadline, and no retries but the engine's own. */
  readonly callOptions: { readonly timeout: number; readonly retry: null }
  /**
   * One call of a REST API, with an access token.
   * @param path begins with a slash
   * @returns the parsed body; undefined where it is empty
   * @throws CallError with the status and the message of the reply
   */
  rest(api: ApiId, request: RestRequest): Promise<unknown>
  close(): Promise<void>
}

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly region?: string
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON; bytes as they are. */
  readonly body?: object | Buffer
  readonly contentType?: string
}

export interface Closable {
  close(): Promise<void> | void
}

/** What the constructor of a client of Google's libraries takes; made for the endpoint at hand. */
// biome-ignore lint/suspicious/noExplicitAny: each client has its own type of options, and takes these
export type ClientOptions = any
