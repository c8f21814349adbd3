import { createHash } from 'node:crypto'
import type { DeployOrder } from '../deployer.ts'
import type { Resource } from '../resource.ts'
import { resourceName } from '../run-labels.ts'

/** Keys of the kinds, in an order in which deleting works: an endpoint must be empty, and a model deployed nowhere. */
export const DEPLOYMENT_KIND = 'vertex-deployment'
export const ENDPOINT_KIND = 'vertex-endpoint'
export const MODEL_KIND = 'vertex-model'

/** What one candidate creates. Every id is chosen here, so that names are known before the calls that create. */
export interface VertexResources {
  readonly model: Resource
  readonly endpoint: Resource
  readonly deployment: Resource
}

export function vertexResources(region: string, order: DeployOrder): VertexResources {
  const id = resourceName(order.run, order.key)
  const parent = locationName(order.settings.project, region)
  const endpoint = `${parent}/endpoints/${id}`
  return {
    model: { kind: MODEL_KIND, name: `${parent}/models/${id}`, region },
    endpoint: { kind: ENDPOINT_KIND, name: endpoint, region },
    deployment: { kind: DEPLOYMENT_KIND, name: deploymentOf(endpoint), region },
  }
}

export function locationName(project: string, region: string): string {
  return `projects/${project}/locations/${region}`
}

/** What is deployed at an endpoint of ours: its id follows from the endpoint's. The API takes one to ten digits. */
export function deploymentOf(endpoint: string): string {
  const digits = createHash('sha256').update(idOf(endpoint)).digest().readUInt32BE(0)
  return `${endpoint}/deployedModels/${1_000_000_000 + digits}`
}

/** The last part of a name, which is the id within its collection. */
export function idOf(name: string): string {
  return name.split('/').at(-1) ?? ''
}

export function endpointOf(deployment: string): string {
  return deployment.split('/deployedModels/')[0] ?? ''
}

/** The API answers with the project's number where it was asked with its id. */
export function inProject(project: string, name: string): string {
  return name.replace(/^projects\/[^/]+\//, `projects/${project}/`)
}
