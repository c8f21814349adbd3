import type { GoogleAuth, IdTokenClient } from 'google-auth-library'
import { UserError } from '../core/errors.ts'

export interface Token {
  readonly value: string
  /** Milliseconds since 1970; null where it is not known. */
  readonly expiresMs: number | null
}

/** Tokens of whoever runs Plimsoll: application default credentials, refreshed before they expire. */
export interface Credentials {
  /** OAuth 2 access token, valid for some minutes yet. */
  accessToken(): Promise<Token>
  /** ID token for a service, valid for some minutes yet. */
  idToken(audience: string): Promise<Token>
  /** For Google's own clients. */
  googleAuth(): Promise<GoogleAuth>
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const LOG_IN =
  'log in with: gcloud auth application-default login; on Google Cloud, give the machine a service account'
const IMPERSONATE =
  'impersonate a service account that may invoke the service: ' +
  'gcloud auth application-default login --impersonate-service-account=NAME@PROJECT.iam.gserviceaccount.com'

/** google-auth-library keeps tokens until shortly before they expire, and is loaded at first use. */
export function defaultCredentials(): Credentials {
  let auth: Promise<GoogleAuth> | undefined
  const googleAuth = () => {
    auth ??= import('google-auth-library').then(({ GoogleAuth: Auth }) => new Auth({ scopes: [SCOPE] }))
    return auth
  }
  const idClients = new Map<string, Promise<IdTokenClient>>()
  return {
    googleAuth,
    accessToken: async () => {
      const client = await explained(async () => (await googleAuth()).getClient())
      const { token } = await explained(() => client.getAccessToken())
      const { expiry_date: expires } = client.credentials
      if (typeof token === 'string' && token !== '') return { value: token, expiresMs: expires ?? null }
      throw new UserError({ message: 'the credentials gave no access token', hint: LOG_IN })
    },
    idToken: async (audience) => {
      let client = idClients.get(audience)
      if (client === undefined) {
        client = idTokenClient(await googleAuth(), audience)
        idClients.set(audience, client)
        client.catch(() => idClients.delete(audience))
      }
      const headers = await explained(async () => (await client).getRequestHeaders())
      const value = headers.get('authorization')?.replace(/^Bearer /i, '') ?? ''
      return { value, expiresMs: expiryOf(value) }
    },
  }
}

/** @throws UserError where the credentials are a user's, whose ID tokens name gcloud as their audience */
async function idTokenClient(auth: GoogleAuth, audience: string): Promise<IdTokenClient> {
  const client = await explained(() => auth.getClient())
  const { UserRefreshClient } = await import('google-auth-library')
  if (client instanceof UserRefreshClient || !('fetchIdToken' in client)) {
    throw new UserError({
      message: 'user credentials cannot mint an ID token for a service',
      hint: IMPERSONATE,
    })
  }
  return auth.getIdTokenClient(audience)
}

/** @throws UserError that says what to do; never a token */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof UserError) throw cause
    const { message } = cause as Error
    if (/could not load the default credentials|could not refresh/i.test(message))
      throw new UserError({ message: 'there are no Google Cloud credentials', hint: LOG_IN })
    if (/invalid_grant|invalid_rapt|revoked|401/i.test(message))
      throw new UserError({
        message: 'Google refuses the credentials: they are revoked or expired',
        hint: LOG_IN,
      })
    throw cause
  }
}

/** `exp` of a JSON Web Token. */
function expiryOf(token: string): number | null {
  try {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof payload.exp === 'number' ? payload.exp * 1000 : null
  } catch {
    return null
  }
}
