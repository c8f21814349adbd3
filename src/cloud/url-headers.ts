import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UserError } from '../core/errors.ts'
import type { UrlAuth } from '../core/url-auth.ts'
import type { Credentials, Token } from './credentials.ts'

export type AuthHeaders = Readonly<Record<string, string>>

/** Headers that let requests in, kept fresh while a load runs. */
export interface LiveHeaders {
  /** The ones of this moment, at once. The same object until they change. */
  readonly now: () => AuthHeaders
  /** Why no new ones can be had any more; undefined while all is well. */
  readonly fault: UserError | undefined
  close(): void
}

/** Longest that a token is used before it is looked at anew, ms. google-auth-library answers from memory. */
const LONGEST_MS = 60_000
const SHORTEST_MS = 250
/** Of a command that prints the value of a header, ms. */
const COMMAND_MS = 30_000

/** @throws UserError where there is nothing to authenticate with, with what to do; never a secret */
export async function openHeaders(
  auth: UrlAuth,
  credentials: () => Credentials,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LiveHeaders> {
  const fetch = () => fetchHeaders(auth, credentials, env)
  const first = await fetch()
  return first.expiresMs === undefined ? fixed(first.headers) : new Refreshed(first, fetch)
}

interface Fetched {
  readonly headers: AuthHeaders
  /** Undefined: it never changes. Null: nobody knows when. */
  readonly expiresMs: number | null | undefined
}

function fixed(headers: AuthHeaders): LiveHeaders {
  return { now: () => headers, fault: undefined, close: () => undefined }
}

class Refreshed implements LiveHeaders {
  fault: UserError | undefined
  #headers: AuthHeaders
  #timer: NodeJS.Timeout | undefined
  #closed = false
  readonly #fetch: () => Promise<Fetched>

  constructor(first: Fetched, fetch: () => Promise<Fetched>) {
    this.#headers = first.headers
    this.#fetch = fetch
    this.#plan(first.expiresMs ?? null)
  }

  readonly now = (): AuthHeaders => this.#headers

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  /** Well before it expires: half of what is left of it, but at least every minute. */
  #plan(expiresMs: number | null): void {
    if (this.#closed) return
    const leftMs = expiresMs === null ? LONGEST_MS : (expiresMs - Date.now()) / 2
    const waitMs = Math.max(SHORTEST_MS, Math.min(LONGEST_MS, leftMs))
    this.#timer = setTimeout(() => void this.#refresh(), waitMs).unref()
  }

  async #refresh(): Promise<void> {
    try {
      const { headers, expiresMs } = await this.#fetch()
      if (JSON.stringify(headers) !== JSON.stringify(this.#headers)) this.#headers = headers
      this.fault = undefined
      this.#plan(expiresMs ?? null)
    } catch (error) {
      // The line may be down for a moment; credentials that are refused stay so.
      if (error instanceof UserError) this.fault = error
      this.#plan(Date.now())
    }
  }
}

async function fetchHeaders(
  auth: UrlAuth,
  credentials: () => Credentials,
  env: NodeJS.ProcessEnv,
): Promise<Fetched> {
  switch (auth.kind) {
    case 'none':
      return { headers: {}, expiresMs: undefined }
    case 'id-token':
      return bearer(await credentials().idToken(auth.audience))
    case 'access-token':
      return bearer(await credentials().accessToken())
    case 'api-key':
      return { headers: { 'x-goog-api-key': fromEnv(auth.env, env) }, expiresMs: undefined }
    case 'bearer':
      return { headers: { authorization: `Bearer ${fromEnv(auth.env, env)}` }, expiresMs: undefined }
    case 'header':
      if ('env' in auth)
        return { headers: { [auth.header.toLowerCase()]: fromEnv(auth.env, env) }, expiresMs: undefined }
      return { headers: { [auth.header.toLowerCase()]: await printed(auth.command) }, expiresMs: null }
  }
}

function bearer({ value, expiresMs }: Token): Fetched {
  return { headers: { authorization: `Bearer ${value}` }, expiresMs }
}

function fromEnv(name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name]
  if (value) return value
  throw new UserError({
    message: `environment variable ${name} is not set`,
    hint: 'it holds what lets requests in at the url',
  })
}

/** The first line that the command prints. What it says when it fails may hold a secret, and is not repeated. */
async function printed(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { timeout: COMMAND_MS }).catch(
    ({ code }: { code?: unknown }) => {
      throw new UserError({
        message: `the command of headerCommand failed with ${code ?? 'no exit code'}`,
        hint: 'run it by hand: its first line of output is the value of the header',
      })
    },
  )
  const [line = ''] = stdout.split('\n')
  if (line.trim() !== '') return line.trim()
  throw new UserError({
    message: 'the command of headerCommand printed nothing',
    hint: 'its first line is the value',
  })
}
