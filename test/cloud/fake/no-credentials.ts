import { GoogleAuth, OAuth2Client } from 'google-auth-library'
import type { Credentials } from '../../../src/cloud/credentials.ts'

/** Tokens that no fake server looks at. */
export const noCredentials: Credentials = {
  accessToken: async () => 'test-access-token',
  idToken: async () => 'test-id-token',
  googleAuth: async () => {
    const authClient = new OAuth2Client()
    authClient.setCredentials({ access_token: 'test-access-token', expiry_date: 4e12 })
    return new GoogleAuth({ authClient, projectId: 'fake-project' })
  },
}
