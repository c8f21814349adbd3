import { alreadyExists, notFound } from './fault.ts'
import type { Message } from './grpc-services.ts'
import type { Backend } from './live-endpoint.ts'
import { startVertexFront } from './vertex-front.ts'
import { checkDeployedModel, checkEndpointId, checkLabels } from './vertex-rules.ts'
import {
  deployedIn,
  found,
  list,
  numbered,
  precondition,
  regionOf,
  setDeployed,
  start,
  startEmpty,
  type VertexState,
} from './vertex-state.ts'

/** `EndpointService`. */
export function endpointMethods(state: VertexState) {
  const { project } = state
  return {
    createEndpoint: (request: Message) => createEndpoint(state, request),
    deployModel: (request: Message) => deployModel(state, request),
    undeployModel: (request: Message) => undeployModel(state, request),
    deleteEndpoint: (request: Message) => deleteEndpoint(state, request),
    getEndpoint: ({ name }: Message) => {
      project.require('aiplatform.endpoints.get', name)
      return found(project, name).body
    },
    listEndpoints: ({ parent, filter }: Message) => {
      project.require('aiplatform.endpoints.list', parent)
      return { endpoints: list(project, 'vertex-endpoint', parent, filter) }
    },
  }
}

function createEndpoint(state: VertexState, { parent, endpointId, endpoint }: Message) {
  const { project } = state
  project.require('aiplatform.endpoints.create', parent)
  checkEndpointId(endpointId)
  checkLabels(endpoint.labels)
  const name = `${parent}/endpoints/${endpointId}`
  if (project.inventory.get(name)) throw alreadyExists(name)
  return start(project, 'createEndpoint', name, 'Endpoint', async () => {
    const front = await startVertexFront(state, name)
    const dns = endpoint.dedicatedEndpointEnabled ? { dedicatedEndpointDns: front.host } : {}
    const body = { ...endpoint, ...dns, name: numbered(name), deployedModels: [], trafficSplit: {} }
    project.inventory.add({
      kind: 'vertex-endpoint',
      name,
      region: regionOf(name),
      labels: endpoint.labels ?? {},
      body,
      stop: front.stop,
    })
    return body
  })
}

function deployModel(state: VertexState, { endpoint, deployedModel, trafficSplit }: Message) {
  const { project, uncancellable = false } = state
  project.require('aiplatform.endpoints.deploy', endpoint)
  const { region } = found(project, endpoint)
  found(project, deployedModel.model)
  checkDeployedModel(deployedModel, trafficSplit)
  const name = `${endpoint}/deployedModels/${deployedModel.id}`
  if (project.inventory.get(name)) throw alreadyExists(name)
  const effect = async () => {
    found(project, deployedModel.model)
    const backend = await startReplica(state)
    const body = { ...deployedModel, backend }
    project.inventory.add({ kind: 'vertex-deployment', name, region, labels: {}, body, stop: backend.stop })
    setDeployed(project, endpoint, [...deployedIn(project, endpoint), deployedModel])
    return { deployedModel }
  }
  const more = { parent: endpoint, uncancellable }
  return start(project, 'deployModel', name, 'DeployModelResponse', effect, more)
}

async function startReplica({ serve }: VertexState): Promise<Backend> {
  try {
    return await serve()
  } catch (error) {
    throw precondition(
      `Model server never became ready. Please validate that your model file or container configuration are valid. ${error}`,
    )
  }
}

function undeployModel({ project }: VertexState, { endpoint, deployedModelId }: Message) {
  project.require('aiplatform.endpoints.undeploy', endpoint)
  const name = `${endpoint}/deployedModels/${deployedModelId}`
  if (!deployedIn(project, endpoint).some(({ id }) => id === deployedModelId)) throw notFound(name)
  const effect = async () => {
    await project.inventory.remove(name)
    const left = deployedIn(project, endpoint).filter(({ id }) => id !== deployedModelId)
    setDeployed(project, endpoint, left)
    return {}
  }
  return start(project, 'undeployModel', name, 'UndeployModelResponse', effect, { parent: endpoint })
}

async function deleteEndpoint({ project }: VertexState, { name }: Message) {
  project.require('aiplatform.endpoints.delete', name)
  found(project, name)
  const ids = deployedIn(project, name).map(({ id }) => id)
  const underWay = await project.operations.listUnderWay(name)
  if (ids.length > 0 || underWay.length > 0) {
    const which = ids.join(', ')
    throw precondition(`Endpoint "${name}" has deployed or being-deployed DeployedModel(s): ${which}.`)
  }
  return startEmpty(project, 'deleteEndpoint', name, () => project.inventory.remove(name))
}
