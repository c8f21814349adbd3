import { readFileSync } from 'node:fs'
import { status } from '@grpc/grpc-js'
import type { FakePlatform } from './fake-cloud.ts'
import type { FakeProject } from './fake-project.ts'
import { alreadyExists, FakeError, notFound } from './fault.ts'
import type { Message } from './grpc-services.ts'
import type { Entry } from './inventory.ts'
import { type Backend, type LiveEndpoint, startLiveEndpoint } from './live-endpoint.ts'
import { protosOf } from './operations-service.ts'
import { checkDeployedModel, checkEndpointId, checkLabels, checkModel } from './vertex-rules.ts'

export interface FakeVertexOptions {
  /** Starts a replica of an uploaded model; one that fails never became ready. */
  readonly serve: (model: Message) => Promise<Backend>
  /** Looks at the bearer token of a prediction. */
  readonly refuse?: (authorization: string | undefined) => { status: number; message: string } | undefined
  readonly imageExists?: (uri: string) => boolean
  /** Deploying goes on though it is cancelled, as is seen of large containers. */
  readonly uncancellable?: boolean
  /** Regions that offer the platform; four where absent. */
  readonly regions?: readonly string[]
}

/** The API answers with the project's number, whatever it was asked with. */
const PROJECT_NUMBER = '123456789012'
const V1 = 'google.cloud.aiplatform.v1'
const REGIONS = ['us-central1', 'us-east1', 'europe-west4', 'asia-east1']

/** Vertex AI's models and endpoints; a deployed model is a live server behind the endpoint's own host. */
export function fakeVertex(options: FakeVertexOptions): (project: FakeProject) => FakePlatform {
  return (project) => {
    const live = new Map<string, LiveEndpoint>()
    const protos = protosOf('@google-cloud/aiplatform')
    return {
      grpc: [
        { protos, service: `${V1}.ModelService`, methods: modelMethods(project, options) },
        { protos, service: `${V1}.EndpointService`, methods: endpointMethods(project, options, live) },
        locationsService(options.regions ?? REGIONS),
      ],
    }
  }
}

/** The package keeps it to itself, and its clients call it. */
const LOCATION_PROTOS = JSON.parse(
  readFileSync(new URL('../protos/locations.json', import.meta.resolve('google-gax')), 'utf8'),
) as object

function locationsService(regions: readonly string[]) {
  const listLocations = ({ name }: Message) => ({
    locations: regions.map((locationId) => ({ name: `${name}/locations/${locationId}`, locationId })),
  })
  return { protos: LOCATION_PROTOS, service: 'google.cloud.location.Locations', methods: { listLocations } }
}

function modelMethods(project: FakeProject, { imageExists = () => true }: FakeVertexOptions) {
  const { inventory } = project
  const uploadModel = ({ parent, modelId, model }: Message) => {
    project.require('aiplatform.models.upload', parent)
    checkModel(modelId, model, imageExists)
    checkLabels(model.labels)
    const name = `${parent}/models/${modelId}`
    if (inventory.get(name)) throw alreadyExists(name)
    return start(project, 'uploadModel', name, 'UploadModelResponse', () => {
      const body = { ...model, name: numbered(name), versionId: '1' }
      inventory.add({ kind: 'vertex-model', name, region: regionOf(name), labels: model.labels ?? {}, body })
      return { model: numbered(name), modelVersionId: '1' }
    })
  }
  const getModel = ({ name }: Message) => {
    project.require('aiplatform.models.get', name)
    return found(project, name).body
  }
  const listModels = ({ parent, filter }: Message) => {
    project.require('aiplatform.models.list', parent)
    return { models: list(project, 'vertex-model', parent, filter) }
  }
  const deleteModel = ({ name }: Message) => {
    project.require('aiplatform.models.delete', name)
    found(project, name)
    const users = inventory.list('vertex-deployment').filter(({ body }) => body.model === name)
    if (users.length > 0) {
      const where = users.map((each) => each.name.split('/deployedModels/')[0]).join(', ')
      throw precondition(
        `The Model "${name}" is deployed or being deployed at the following Endpoint(s): ${where}.`,
      )
    }
    return startEmpty(project, 'deleteModel', name, () => inventory.remove(name))
  }
  return { uploadModel, getModel, listModels, deleteModel }
}

function endpointMethods(project: FakeProject, options: FakeVertexOptions, live: Map<string, LiveEndpoint>) {
  const { inventory } = project
  const createEndpoint = ({ parent, endpointId, endpoint }: Message) => {
    project.require('aiplatform.endpoints.create', parent)
    checkEndpointId(endpointId)
    checkLabels(endpoint.labels)
    const name = `${parent}/endpoints/${endpointId}`
    if (inventory.get(name)) throw alreadyExists(name)
    return start(project, 'createEndpoint', name, 'Endpoint', async () => {
      const front = await startFront(project, options, name)
      live.set(name, front)
      const dns = endpoint.dedicatedEndpointEnabled ? { dedicatedEndpointDns: front.host } : {}
      const body = { ...endpoint, ...dns, name: numbered(name), deployedModels: [], trafficSplit: {} }
      const labels = endpoint.labels ?? {}
      inventory.add({ kind: 'vertex-endpoint', name, region: regionOf(name), labels, body, stop: front.stop })
      return body
    })
  }
  const getEndpoint = ({ name }: Message) => {
    project.require('aiplatform.endpoints.get', name)
    return found(project, name).body
  }
  const listEndpoints = ({ parent, filter }: Message) => {
    project.require('aiplatform.endpoints.list', parent)
    return { endpoints: list(project, 'vertex-endpoint', parent, filter) }
  }
  const deployModel = ({ endpoint, deployedModel, trafficSplit }: Message) => {
    project.require('aiplatform.endpoints.deploy', endpoint)
    const entry = found(project, endpoint)
    found(project, deployedModel.model)
    checkDeployedModel(deployedModel, trafficSplit)
    const name = `${endpoint}/deployedModels/${deployedModel.id}`
    if (inventory.get(name)) throw alreadyExists(name)
    return start(
      project,
      'deployModel',
      name,
      'DeployModelResponse',
      async () => {
        const backend = await options
          .serve(found(project, deployedModel.model).body)
          .catch((error: Error) => {
            throw precondition(
              `Model server never became ready. Please validate that your model file or container configuration are valid. ${error.message}`,
            )
          })
        inventory.add({
          kind: 'vertex-deployment',
          name,
          region: entry.region,
          labels: {},
          body: { ...deployedModel, backend },
          stop: backend.stop,
        })
        setDeployed(project, endpoint, [...deployedIn(project, endpoint), deployedModel])
        return { deployedModel }
      },
      { parent: endpoint, uncancellable: options.uncancellable === true },
    )
  }
  const undeployModel = ({ endpoint, deployedModelId }: Message) => {
    project.require('aiplatform.endpoints.undeploy', endpoint)
    const name = `${endpoint}/deployedModels/${deployedModelId}`
    if (!deployedIn(project, endpoint).some(({ id }) => id === deployedModelId)) throw notFound(name)
    return start(
      project,
      'undeployModel',
      name,
      'UndeployModelResponse',
      async () => {
        await inventory.remove(name)
        const left = deployedIn(project, endpoint).filter(({ id }) => id !== deployedModelId)
        setDeployed(project, endpoint, left)
        return {}
      },
      { parent: endpoint },
    )
  }
  const deleteEndpoint = async ({ name }: Message) => {
    project.require('aiplatform.endpoints.delete', name)
    found(project, name)
    const ids = deployedIn(project, name).map(({ id }) => id)
    const underWay = (await project.operations.listUnderWay(name)).length
    if (ids.length > 0 || underWay > 0)
      throw precondition(
        `Endpoint "${name}" has deployed or being-deployed DeployedModel(s): ${ids.join(', ')}.`,
      )
    return startEmpty(project, 'deleteEndpoint', name, () => inventory.remove(name))
  }
  return { createEndpoint, getEndpoint, listEndpoints, deployModel, undeployModel, deleteEndpoint }
}

/** The dedicated host of an endpoint: hands predictions to the container of what is deployed. */
function startFront(project: FakeProject, options: FakeVertexOptions, name: string): Promise<LiveEndpoint> {
  const routeOf = (path: string) => {
    const [deployed] = deployedIn(project, name)
    const asked = /^\/v1\/projects\/[^/]+\/(locations\/.+\/endpoints\/[^/:]+):(rawPredict|predict)$/.exec(
      path,
    )
    if (deployed === undefined || asked?.[1] !== name.split('/').slice(2).join('/')) return '/not-an-endpoint'
    const { containerSpec } = found(project, deployed.model).body as Message
    return containerSpec.predictRoute
  }
  return startLiveEndpoint({
    start: async () => {
      const [deployed] = deployedIn(project, name)
      const entry = deployed && project.inventory.get(`${name}/deployedModels/${deployed.id}`)
      if (!entry) throw new Error(`no model is deployed at ${name}`)
      return { ...(entry.body.backend as Backend), stop: async () => undefined }
    },
    rewrite: routeOf,
    ...(options.refuse && { refuse: options.refuse }),
  })
}

function start(
  project: FakeProject,
  verb: string,
  name: string,
  response: string,
  effect: () => Promise<object> | object,
  more: { readonly parent?: string; readonly uncancellable?: boolean } = {},
) {
  const metadataType = `${V1}.GenericOperationMetadata`
  return project.operations.start({
    verb,
    about: name,
    parent: name,
    metadataType,
    responseType: `${V1}.${response}`,
    effect,
    ...more,
  })
}

function startEmpty(project: FakeProject, verb: string, name: string, effect: () => Promise<void>) {
  return project.operations.start({
    verb,
    about: name,
    parent: name,
    metadataType: `${V1}.DeleteOperationMetadata`,
    responseType: 'google.protobuf.Empty',
    effect: async () => {
      await effect()
      return {}
    },
  })
}

function found(project: FakeProject, name: string): Entry {
  const entry = project.inventory.get(name)
  if (entry === undefined) throw notFound(name)
  return entry
}

/** By the two filters on labels that the API documents. */
function list(project: FakeProject, kind: string, parent: string, filter: string | undefined): object[] {
  const [, key = '', value] = /^labels\.([\w-]+)(?::\*|=(.+))$/.exec(filter ?? '') ?? []
  if (filter && key === '') throw new FakeError(status.INVALID_ARGUMENT, `Invalid filter: ${filter}`)
  return project.inventory
    .list(kind, regionOf(`${parent}/`))
    .filter(({ labels }) => !filter || (value === undefined ? key in labels : labels[key] === value))
    .map(({ body }) => body)
}

function deployedIn(project: FakeProject, endpoint: string): Message[] {
  return (found(project, endpoint).body.deployedModels as Message[] | undefined) ?? []
}

function setDeployed(project: FakeProject, endpoint: string, deployedModels: Message[]): void {
  const entry = found(project, endpoint)
  const [first] = deployedModels
  const trafficSplit = first === undefined ? {} : { [first.id]: 100 }
  project.inventory.add({ ...entry, body: { ...entry.body, deployedModels, trafficSplit } })
}

function regionOf(name: string): string {
  return name.split('/')[3] ?? ''
}

function numbered(name: string): string {
  return name.replace(/^projects\/[^/]+/, `projects/${PROJECT_NUMBER}`)
}

function precondition(message: string): FakeError {
  return new FakeError(status.FAILED_PRECONDITION, message)
}
