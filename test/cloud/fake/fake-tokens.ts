import { GoogleAuth, OAuth2Client } from 'google-auth-library'
import type { Credentials, Token } from '../../../src/cloud/credentials.ts'
import { FakeError } from './fault.ts'
import type { RestRoute } from './rest-routes.ts'

/** What every secret of the fake cloud holds, so that a test can look for it in everything written. */
export const CANARY = 'canary-9f2c71'

/** Tokens that the fake cloud mints, and looks at when they come back. */
export class FakeTokens {
  lifetimeMs = 3_600_000
  /** Nothing that was minted is valid any more, and nothing is minted. */
  revoked = false
  readonly #minted = new Map<string, { audience: string | undefined; expiresMs: number }>()
  #count = 0

  get minted(): readonly string[] {
    return [...this.#minted.keys()]
  }

  /** @param audience of an ID token; an access token without */
  mint(audience?: string): Token {
    if (this.revoked) throw new FakeError(16, 'invalid_grant: the account was revoked')
    const expiresMs = Date.now() + this.lifetimeMs
    const claims = { aud: audience, exp: expiresMs / 1000, canary: CANARY, id: this.#count++ }
    const value =
      audience === undefined
        ? `ya29.${CANARY}-${claims.id}`
        : `${base64({ alg: 'none' })}.${base64(claims)}.${CANARY}`
    this.#minted.set(value, { audience, expiresMs })
    return { value, expiresMs }
  }

  /** Why a request with this header is not let in. @param audience wanted of an ID token; undefined: an access token */
  refuse(
    authorization: string | undefined,
    audience?: string,
  ): { status: number; message: string } | undefined {
    const token = this.#minted.get(authorization?.replace(/^Bearer /, '') ?? '')
    if (token === undefined) return { status: 401, message: 'no token of this cloud' }
    if (this.revoked) return { status: 401, message: 'the token was revoked' }
    if (Date.now() > token.expiresMs) return { status: 401, message: 'the token has expired' }
    if (token.audience === audience) return undefined
    return { status: 401, message: `the token is for ${token.audience}, not for ${audience}` }
  }

  /** Within one process: credentials that mint without a server. */
  credentials(): Credentials {
    return {
      accessToken: async () => this.mint(),
      idToken: async (audience) => this.mint(audience),
      googleAuth: async () => {
        const authClient = new OAuth2Client()
        const { value, expiresMs } = this.mint()
        authClient.setCredentials({ access_token: value, expiry_date: expiresMs })
        return new GoogleAuth({ authClient, projectId: 'fake-project' })
      },
    }
  }
}

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The metadata server that machines on Google Cloud have: `GCE_METADATA_HOST` is its documented setting. */
export function metadataRoutes(tokens: FakeTokens): readonly RestRoute[] {
  const account = 'computeMetadata/v1/instance/service-accounts/default'
  const route = (path: string, handle: RestRoute['handle']): RestRoute => ({
    method: 'GET',
    path: new RegExp(`^/${path}/?$`),
    handle,
    uncounted: true,
    headers: { 'metadata-flavor': 'Google' },
  })
  return [
    route(`${account}/token`, () => {
      const { value } = tokens.mint()
      return { access_token: value, expires_in: Math.floor(tokens.lifetimeMs / 1000), token_type: 'Bearer' }
    }),
    route(`${account}/identity`, ({ query }) => tokens.mint(query.get('audience') ?? '').value),
    route(`${account}/email`, () => 'runner@fake-project.iam.gserviceaccount.com'),
    route('computeMetadata/v1/project/project-id', () => 'fake-project'),
    route('computeMetadata/v1/universe/universe-domain', () => 'googleapis.com'),
    route('computeMetadata/v1/instance', () => ''),
  ]
}
