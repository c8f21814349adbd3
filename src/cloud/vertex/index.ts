import type { VertexCandidate } from '../../core/candidate.ts'
import { WorldError } from '../../core/errors.ts'
import type { Deployer, Deployment, DeployOrder, DeployPlan } from '../deployer.ts'
import { pendingOperation } from '../pending.ts'
import type { Hourly, PlannedResource } from '../resource.ts'
import type { Scope } from '../scope.ts'
import { endpointClient, modelClient } from './clients.ts'
import { deploymentKind } from './deployment-kind.ts'
import { endpointKind } from './endpoint-kind.ts'
import { modelKind } from './model-kind.ts'
import { vertexResources } from './names.ts'
import { predictUrl } from './predict-url.ts'
import { deployRequest, endpointRequest, uploadRequest } from './requests.ts'
import { vertexRequirements } from './requirements.ts'
import { hourlyOf, shapeOf } from './shape.ts'

const NOTHING: Hourly = { least: [], most: [] }

/**
 * How long each step is expected to take, s. Deploying: 10 to 15 min in Google's notebooks, 20 to 30 min for large
 * containers (Vertex AI docs and samples, 2026-08). Of the others no figure is published: estimates.
 */
const STEPS = [
  { step: 'upload the model', lowS: 15, highS: 240 },
  { step: 'create the endpoint', lowS: 5, highS: 120 },
  { step: 'deploy the model', lowS: 300, highS: 1800 },
] as const

/** Vertex AI: a model of its own, an endpoint of its own, and nodes that serve the one at the other. */
export const vertexDeployer: Deployer<VertexCandidate> = {
  platform: 'vertex',
  kinds: [deploymentKind, endpointKind, modelKind],
  plan: planVertex,
  requirements: vertexRequirements,
  deploy: deployVertex,
  logFilter: (candidate, order) => {
    const id = vertexResources(candidate.region, order).endpoint.name.split('/').at(-1)
    return `resource.type="aiplatform.googleapis.com/Endpoint" AND resource.labels.endpoint_id="${id}"`
  },
}

function planVertex(candidate: VertexCandidate, order: DeployOrder): DeployPlan {
  const shape = shapeOf(candidate, order)
  const { model, endpoint, deployment } = planned(candidate, order)
  const notes =
    shape.maxReplicas < candidate.maxReplicas
      ? [`at most ${shape.maxReplicas} of ${candidate.maxReplicas} replicas (deploy.maxReplicas)`]
      : []
  return { resources: [model, endpoint, deployment], steps: STEPS, notes }
}

function planned(candidate: VertexCandidate, order: DeployOrder): Record<string, PlannedResource> & Planned {
  const { model, endpoint, deployment } = vertexResources(candidate.region, order)
  return {
    model: { ...model, hourly: NOTHING },
    endpoint: { ...endpoint, hourly: NOTHING },
    deployment: { ...deployment, hourly: hourlyOf(shapeOf(candidate, order)) },
  }
}

interface Planned {
  readonly model: PlannedResource
  readonly endpoint: PlannedResource
  readonly deployment: PlannedResource
}

async function deployVertex(
  candidate: VertexCandidate,
  order: DeployOrder,
  scope: Scope,
): Promise<Deployment> {
  const { cloud } = scope
  const { model, endpoint, deployment } = planned(candidate, order)
  const [models, endpoints] = await Promise.all([
    modelClient(cloud, candidate.region),
    endpointClient(cloud, candidate.region),
  ])
  await scope.create(model, STEPS[0].step, async () => {
    const [operation] = await models.uploadModel(uploadRequest(candidate, order), cloud.callOptions)
    return pendingOperation(operation)
  })
  await scope.create(endpoint, STEPS[1].step, async () => {
    const [operation] = await endpoints.createEndpoint(endpointRequest(candidate, order), cloud.callOptions)
    return pendingOperation(operation)
  })
  await scope.create(deployment, STEPS[2].step, async () => {
    const [operation] = await endpoints.deployModel(deployRequest(candidate, order), cloud.callOptions)
    return pendingOperation(operation)
  })
  const [{ dedicatedEndpointDns }] = await endpoints.getEndpoint({ name: endpoint.name }, cloud.callOptions)
  if (!dedicatedEndpointDns) throw new WorldError(`${endpoint.name} has no DNS name of its own`)
  return {
    url: predictUrl(cloud, endpoint, dedicatedEndpointDns),
    auth: { kind: 'access-token' },
    startStep: STEPS[2].step,
  }
}
