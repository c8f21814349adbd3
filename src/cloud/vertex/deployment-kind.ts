import { failureOf } from '../call-error.ts'
import type { Cloud } from '../cloud.ts'
import { settleDeletion } from '../pending.ts'
import type { FoundResource, Hourly, ResourceKind } from '../resource.ts'
import { readLabels } from '../run-labels.ts'
import { endpointClient } from './clients.ts'
import { type Endpoint, getEndpoint, listEndpoints } from './endpoint-kind.ts'
import { findEverywhere } from './find.ts'
import { DEPLOYMENT_KIND, deploymentOf, endpointOf, idOf, inProject } from './names.ts'
import { endOperations, operationsUnderWay } from './operations.ts'
import { acceleratorName, hourlyOf } from './shape.ts'

/** Nodes: what costs money. Without its nodes an endpoint, like a model, is free. */
export const deploymentKind: ResourceKind = {
  kind: DEPLOYMENT_KIND,
  title: 'model deployed on Vertex AI',
  delete: async ({ name, region }, cloud) => {
    const client = await endpointClient(cloud, region)
    const endpoint = endpointOf(name)
    if ((await getEndpoint(cloud, endpoint, region)) === undefined) return
    // Until its nodes are up, nothing can be undeployed; and nothing but its operation tells of it.
    await endOperations(cloud, client, endpoint)
    const request = { endpoint, deployedModelId: idOf(name), trafficSplit: {} }
    try {
      const [operation] = await client.undeployModel(request, cloud.callOptions)
      await settleDeletion(cloud, operation, name)
    } catch (error) {
      if (failureOf(error) !== 'not-found') throw error
    }
  },
  find: (search, cloud) =>
    findEverywhere(search, cloud, async (region) => {
      const endpoints = await listEndpoints(cloud, region, search)
      return (await Promise.all(endpoints.map((each) => deploymentsAt(each, cloud, region)))).flat()
    }),
  describe: async ({ name, region }, cloud) => {
    const endpoint = await getEndpoint(cloud, endpointOf(name), region)
    const found = endpoint ? await deploymentsAt(endpoint, cloud, region) : []
    return found.find((each) => each.name === name) ?? null
  },
}

/** What is deployed has no labels of its own: those of its endpoint count. */
async function deploymentsAt(endpoint: Endpoint, cloud: Cloud, region: string): Promise<FoundResource[]> {
  const labels = readLabels(endpoint.labels)
  if (!labels) return []
  const parent = inProject(cloud.project, endpoint.name ?? '')
  const found = (endpoint.deployedModels ?? []).map((deployed) => ({
    kind: DEPLOYMENT_KIND,
    name: `${parent}/deployedModels/${deployed.id}`,
    region,
    ...labels,
    hourly: hourlyOfDeployed(deployed, region),
  }))
  if (found.length > 0) return found
  const underWay = await operationsUnderWay(cloud, await endpointClient(cloud, region), parent)
  if (underWay.length === 0) return []
  return [{ kind: DEPLOYMENT_KIND, name: deploymentOf(parent), region, ...labels, hourly: UNKNOWN }]
}

/** Of nodes that are being started: the operation does not say which, and the journal does. */
const UNKNOWN: Hourly = { least: [], most: [] }

type DeployedModel = NonNullable<Endpoint['deployedModels']>[number]

function hourlyOfDeployed({ dedicatedResources }: DeployedModel, region: string): Hourly {
  const { machineSpec, minReplicaCount, maxReplicaCount, spot } = dedicatedResources ?? {}
  const minReplicas = minReplicaCount || 1
  const count = machineSpec?.acceleratorCount ?? 0
  const type = acceleratorName(String(machineSpec?.acceleratorType ?? ''))
  return hourlyOf({
    region,
    machineType: machineSpec?.machineType ?? '',
    ...(count > 0 && { accelerator: { type, count } }),
    spot: spot === true,
    minReplicas,
    maxReplicas: Math.max(minReplicas, maxReplicaCount ?? 0),
  })
}
