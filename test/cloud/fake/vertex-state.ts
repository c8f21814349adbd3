import { status } from '@grpc/grpc-js'
import type { FakeProject } from './fake-project.ts'
import type { FakeVertexSettings } from './fake-vertex.ts'
import { FakeError, notFound } from './fault.ts'
import type { Message } from './grpc-services.ts'
import type { Entry } from './inventory.ts'
import type { FakeParts } from './platforms.ts'

/** What the methods of the fake Vertex AI share. */
export interface VertexState extends FakeParts, FakeVertexSettings {
  readonly project: FakeProject
}

/** The API answers with the project's number, whatever it was asked with. */
const PROJECT_NUMBER = '123456789012'
export const V1 = 'google.cloud.aiplatform.v1'

export function start(
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

export function startEmpty(project: FakeProject, verb: string, name: string, effect: () => Promise<void>) {
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

export function found(project: FakeProject, name: string): Entry {
  const entry = project.inventory.get(name)
  if (entry === undefined) throw notFound(name)
  return entry
}

/** By the two filters on labels that the API documents. */
export function list(
  project: FakeProject,
  kind: string,
  parent: string,
  filter: string | undefined,
): object[] {
  const [, key = '', value] = /^labels\.([\w-]+)(?::\*|=(.+))$/.exec(filter ?? '') ?? []
  if (filter && key === '') throw new FakeError(status.INVALID_ARGUMENT, `Invalid filter: ${filter}`)
  return project.inventory
    .list(kind, regionOf(`${parent}/`))
    .filter(({ labels }) => !filter || (value === undefined ? key in labels : labels[key] === value))
    .map(({ body }) => body)
}

export function deployedIn(project: FakeProject, endpoint: string): Message[] {
  return (found(project, endpoint).body.deployedModels as Message[] | undefined) ?? []
}

export function setDeployed(project: FakeProject, endpoint: string, deployedModels: Message[]): void {
  const entry = found(project, endpoint)
  const [first] = deployedModels
  const trafficSplit = first === undefined ? {} : { [first.id]: 100 }
  project.inventory.add({ ...entry, body: { ...entry.body, deployedModels, trafficSplit } })
}

export function regionOf(name: string): string {
  return name.split('/')[3] ?? ''
}

export function numbered(name: string): string {
  return name.replace(/^projects\/[^/]+/, `projects/${PROJECT_NUMBER}`)
}

export function precondition(message: string): FakeError {
  return new FakeError(status.FAILED_PRECONDITION, message)
}
