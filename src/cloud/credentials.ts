import type { GoogleAuth, IdTokenClient } from 'google-auth-library'
import { UserError } from '../core/errors.ts'

/** Tokens of whoever runs Plimsoll: application default credentials, refreshed before they expire. */
export interface Credentials {
  /** OAuth 2 access token, valid for some minutes yet. */
  accessToken(): Promise<string>
  /** ID token for a service, valid for some minutes yet. */
  idToken(audience: string): Promise<string>
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
      const token = await explained(async () => (await googleAuth()).getAccessToken())
      if (typeof token === 'string' && token !== '') return token
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
      return headers.get('authorization')?.replace(/^Bearer /i, '') ?? ''
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
