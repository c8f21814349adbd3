import type { protos } from '@google-cloud/aiplatform'
import type { Cloud } from '../cloud.ts'
import { settleDeletion } from '../pending.ts'
import type { ResourceKind, Search } from '../resource.ts'
import { endpointClient } from './clients.ts'
import { findEverywhere, labelFilter } from './find.ts'
import { labelled, removeOnceMade, unlessMissing } from './labelled.ts'
import { ENDPOINT_KIND, locationName } from './names.ts'
import { listOptions } from './operations.ts'

export type Endpoint = protos.google.cloud.aiplatform.v1.IEndpoint

export const endpointKind: ResourceKind = {
  kind: ENDPOINT_KIND,
  title: 'Vertex AI endpoint',
  delete: async ({ name, region }, cloud) => {
    const client = await endpointClient(cloud, region)
    await removeOnceMade(cloud, client, name, async () => {
      const [operation] = await client.deleteEndpoint({ name }, cloud.callOptions)
      await settleDeletion(cloud, operation, name)
    })
  },
  find: (search, cloud) =>
    findEverywhere(search, cloud, async (region) => {
      const endpoints = await listEndpoints(cloud, region, search)
      return endpoints.flatMap((each) => labelled(each, ENDPOINT_KIND, cloud, region) ?? [])
    }),
  describe: async ({ name, region }, cloud) => {
    const endpoint = await getEndpoint(cloud, name, region)
    return (endpoint && labelled(endpoint, ENDPOINT_KIND, cloud, region)) ?? null
  },
}

/** Those with Plimsoll's labels. */
export async function listEndpoints(cloud: Cloud, region: string, search: Search): Promise<Endpoint[]> {
  const client = await endpointClient(cloud, region)
  const request = { parent: locationName(cloud.project, region), filter: labelFilter(search) }
  const found: Endpoint[] = []
  for await (const each of client.listEndpointsAsync(request, listOptions(cloud))) found.push(each)
  return found
}

export async function getEndpoint(cloud: Cloud, name: string, region: string): Promise<Endpoint | undefined> {
  const client = await endpointClient(cloud, region)
  return (await unlessMissing(client.getEndpoint({ name }, cloud.callOptions)))?.[0]
}
