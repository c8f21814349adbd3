import type { protos } from '@google-cloud/aiplatform'
import { failureOf } from '../call-error.ts'
import type { Cloud } from '../cloud.ts'
import { awaitOperation, listOptions, operationsUnderWay } from '../long-running.ts'
import type { FoundResource, Hourly, Resource, ResourceKind } from '../resource.ts'
import { readLabels, runOfName } from '../run-labels.ts'
import { endpointClient, modelClient } from './clients.ts'
import { findEverywhere, labelFilter } from './find.ts'
import { DEPLOYMENT_KIND, ENDPOINT_KIND, endpointOf, idOf, inProject, MODEL_KIND } from './names.ts'
import { acceleratorName, hourlyOf } from './shape.ts'

type Endpoint = protos.google.cloud.aiplatform.v1.IEndpoint
type Model = protos.google.cloud.aiplatform.v1.IModel
type DeployedModel = protos.google.cloud.aiplatform.v1.IDeployedModel

const NOTHING: Hourly = { least: [], most: [] }

/** Nodes: what costs money. Without its nodes an endpoint, like a model, is free. */
export const vertexDeployment: ResourceKind = {
  kind: DEPLOYMENT_KIND,
  title: 'model deployed on Vertex AI',
  delete: async (resource, cloud) => {
    const client = await endpointClient(cloud, resource.region)
    const name = endpointOf(resource.name)
    const endpoint = await getEndpoint(cloud, name, resource.region)
    if (!endpoint) return
    if (deployedIn(endpoint, resource.name)) {
      const request = { endpoint: name, deployedModelId: idOf(resource.name), trafficSplit: {} }
      const [operation] = await client.undeployModel(request, cloud.callOptions)
      return awaitOperation(cloud, client, operation)
    }
    // Until its nodes are up, nothing can be undeployed, and Vertex AI may or may not heed that it is cancelled.
    const [deploying] = await operationsUnderWay(cloud, client, name)
    if (!deploying) return
    await client.operationsClient.cancelOperation({ name: deploying.name ?? '' } as never, cloud.callOptions)
    throw stillUnderWay(resource.name)
  },
  find: (search, cloud) =>
    findEverywhere(search, cloud, async (region) => {
      const endpoints = await listEndpoints(cloud, region, labelFilter(search))
      return endpoints.flatMap((endpoint) => deployments(endpoint, cloud.project, region))
    }),
  describe: async (resource, cloud) => {
    const endpoint = await getEndpoint(cloud, endpointOf(resource.name), resource.region)
    if (!endpoint) return null
    const found = deployments(endpoint, cloud.project, resource.region)
    const own = found.find(({ name }) => name === resource.name)
    if (own) return own
    const client = await endpointClient(cloud, resource.region)
    const underWay = await operationsUnderWay(cloud, client, endpointOf(resource.name))
    return underWay.length > 0 ? { ...resource, ...labelsOf(endpoint), hourly: NOTHING } : null
  },
}

export const vertexEndpoint: ResourceKind = {
  kind: ENDPOINT_KIND,
  title: 'Vertex AI endpoint',
  delete: async (resource, cloud) => {
    const client = await endpointClient(cloud, resource.region)
    await unlessGone(cloud, client, resource, async () => {
      const [operation] = await client.deleteEndpoint({ name: resource.name }, cloud.callOptions)
      await awaitOperation(cloud, client, operation)
    })
  },
  find: (search, cloud) =>
    findEverywhere(search, cloud, async (region) => {
      const endpoints = await listEndpoints(cloud, region, labelFilter(search))
      return endpoints.flatMap((endpoint) => foundWithLabels(endpoint, ENDPOINT_KIND, cloud.project, region))
    }),
  describe: async (resource, cloud) => {
    const endpoint = await getEndpoint(cloud, resource.name, resource.region)
    if (endpoint) return { ...resource, ...labelsOf(endpoint), hourly: NOTHING }
    return beingCreated(cloud, await endpointClient(cloud, resource.region), resource)
  },
}

export const vertexModel: ResourceKind = {
  kind: MODEL_KIND,
  title: 'Vertex AI model',
  delete: async (resource, cloud) => {
    const client = await modelClient(cloud, resource.region)
    await unlessGone(cloud, client, resource, async () => {
      const [operation] = await client.deleteModel({ name: resource.name }, cloud.callOptions)
      await awaitOperation(cloud, client, operation)
    })
  },
  find: (search, cloud) =>
    findEverywhere(search, cloud, async (region) => {
      const client = await modelClient(cloud, region)
      const request = { parent: `projects/${cloud.project}/locations/${region}`, filter: labelFilter(search) }
      const found: FoundResource[] = []
      for await (const model of client.listModelsAsync(request, listOptions(cloud))) {
        found.push(...foundWithLabels(model, MODEL_KIND, cloud.project, region))
      }
      return found
    }),
  describe: async (resource, cloud) => {
    const client = await modelClient(cloud, resource.region)
    const model = await unlessMissing(client.getModel({ name: resource.name }, cloud.callOptions))
    if (model) return { ...resource, ...labelsOf(model[0]), hourly: NOTHING }
    return beingCreated(cloud, client, resource)
  },
}

async function listEndpoints(cloud: Cloud, region: string, filter: string): Promise<Endpoint[]> {
  const client = await endpointClient(cloud, region)
  const request = { parent: `projects/${cloud.project}/locations/${region}`, filter }
  const found: Endpoint[] = []
  for await (const each of client.listEndpointsAsync(request, listOptions(cloud))) found.push(each)
  return found
}

async function getEndpoint(cloud: Cloud, name: string, region: string): Promise<Endpoint | undefined> {
  const client = await endpointClient(cloud, region)
  return (await unlessMissing(client.getEndpoint({ name }, cloud.callOptions)))?.[0]
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (failureOf(error) === 'not-found') return undefined
    throw error
  }
}

/** That it does not exist counts as deleted, unless the call that creates it is still under way. */
async function unlessGone(
  cloud: Cloud,
  client: Parameters<typeof operationsUnderWay>[1],
  { name }: Resource,
  remove: () => Promise<void>,
): Promise<void> {
  try {
    await remove()
  } catch (error) {
    if (failureOf(error) !== 'not-found') throw error
    if ((await operationsUnderWay(cloud, client, name)).length > 0) throw stillUnderWay(name)
  }
}

/** A resource appears when the operation that creates it ends; until then its operation tells of it. */
async function beingCreated(
  cloud: Cloud,
  client: Parameters<typeof operationsUnderWay>[1],
  resource: Resource,
): Promise<FoundResource | null> {
  const underWay = await operationsUnderWay(cloud, client, resource.name)
  if (underWay.length === 0) return null
  return { ...resource, run: runOfName(resource.name) ?? '', expiresS: null, hourly: NOTHING }
}

/** Comes out as `conflict`: it passes, and the engine tries again. */
function stillUnderWay(name: string): Error {
  const message = `${idOf(name)} is still being created, and cannot be deleted before that ends`
  return Object.assign(new Error(message), { code: 9 })
}

function labelsOf({ labels, name }: Endpoint | Model): Pick<FoundResource, 'run' | 'expiresS'> {
  return readLabels(labels) ?? { run: runOfName(name ?? '') ?? '', expiresS: null }
}

function foundWithLabels(
  each: Endpoint | Model,
  kind: string,
  project: string,
  region: string,
): FoundResource[] {
  const labels = readLabels(each.labels)
  if (!labels) return []
  return [{ kind, name: inProject(project, each.name ?? ''), region, ...labels, hourly: NOTHING }]
}

function deployedIn(endpoint: Endpoint, deployment: string): boolean {
  return (endpoint.deployedModels ?? []).some(({ id }) => id === idOf(deployment))
}

/** What is deployed has no labels of its own; those of its endpoint count. */
function deployments(endpoint: Endpoint, project: string, region: string): FoundResource[] {
  const labels = readLabels(endpoint.labels)
  if (!labels) return []
  const parent = inProject(project, endpoint.name ?? '')
  return (endpoint.deployedModels ?? []).map((deployed) => ({
    kind: DEPLOYMENT_KIND,
    name: `${parent}/deployedModels/${deployed.id}`,
    region,
    ...labels,
    hourly: hourlyOfDeployed(deployed, region),
  }))
}

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
