import type { DeploySettings } from '../../core/deploy-settings.ts'
import { UserError } from '../../core/errors.ts'
import type { VertexEndpointName } from '../../core/vertex-endpoint.ts'
import { failureOf, wordsOf } from '../call-error.ts'
import type { Credentials } from '../credentials.ts'
import { placeOf } from '../endpoint.ts'
import { openCloud } from '../open-cloud.ts'
import type { AttachedEndpoint } from './attached.ts'
import { endpointClient } from './clients.ts'
import { predictUrl } from './predict-url.ts'

/** Vertex AI docs, choose-endpoint-type, 2026-08. */
const MOST_BYTES = { dedicated: 10_000_000, shared: 1_500_000 } as const

/** Where the scenario has no `deploy:` block. */
const CALL_TIMEOUT_MS = 60_000

/**
 * Looks an endpoint up: a dedicated one has a DNS name of its own, a shared one answers at the region's host.
 * @throws UserError where it cannot be seen or has nothing deployed
 */
export async function attachVertex(
  endpoint: VertexEndpointName,
  deploy: DeploySettings | undefined,
  credentials: Credentials,
): Promise<AttachedEndpoint> {
  const endpoints = deploy?.endpoints ?? {}
  const callTimeoutMs = deploy?.callTimeoutMs ?? CALL_TIMEOUT_MS
  const { project, region, name } = endpoint
  const settings = { ...deploy, project, endpoints, callTimeoutMs } as DeploySettings
  const cloud = openCloud(settings, credentials)
  try {
    const client = await endpointClient(cloud, region)
    const [found] = await client.getEndpoint({ name }, cloud.callOptions)
    if (!found.deployedModels?.length)
      throw new UserError({ message: `no model is deployed at ${name}`, hint: 'deploy one, or give a url' })
    const kind = found.dedicatedEndpointDns ? 'dedicated' : 'shared'
    const { host, port } = placeOf('aiplatform', region, endpoints)
    const regional = port === 443 ? host : `${host}:${port}`
    const url = predictUrl(cloud, endpoint, found.dedicatedEndpointDns || regional)
    return { url, auth: { kind: 'access-token' }, mostBytes: MOST_BYTES[kind], kind }
  } catch (error) {
    throw explained(error, name)
  } finally {
    await cloud.close()
  }
}

function explained(error: unknown, name: string): unknown {
  const hints = {
    'not-found': 'gcloud ai endpoints list shows what is there',
    denied: 'roles/aiplatform.user has aiplatform.endpoints.get and .predict',
  } as const
  const failure = failureOf(error)
  if (error instanceof UserError || (failure !== 'not-found' && failure !== 'denied')) return error
  return new UserError({ message: `${name}: ${wordsOf(error)}`, hint: hints[failure] })
}
