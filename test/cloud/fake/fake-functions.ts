import { status } from '@grpc/grpc-js'
import type { FakePlatform } from './fake-cloud.ts'
import type { FakeProject } from './fake-project.ts'
import { FakeStorage } from './fake-storage.ts'
import { alreadyExists, FakeError, notFound } from './fault.ts'
import { checkFirst, checkSecond, checkSource } from './function-rules.ts'
import type { Message } from './grpc-services.ts'
import { type Backend, type LiveEndpoint, startLiveEndpoint } from './live-endpoint.ts'
import { protosOf } from './operations-service.ts'
import type { FakeParts } from './platforms.ts'
import { UPLOAD_URL } from './secret-words.ts'

const V1 = 'google.cloud.functions.v1'
const V2 = 'google.cloud.functions.v2'

/** How a fake Cloud Functions differs from the usual. */
export interface FakeFunctionsSettings {
  /** Runs the source of an instance; absent, the model's server stands for it. */
  readonly run?: (zip: Buffer, environment: Readonly<Record<string, string>>) => Promise<Backend>
  /** The model that `gs://fake-bucket/model.onnx` is. */
  readonly model?: Buffer
  readonly unreachable?: readonly string[]
}

/** Cloud Functions of both generations and the Cloud Storage that their sources lie in; what exists answers. */
export function fakeFunctions(
  parts: FakeParts,
  settings: FakeFunctionsSettings = {},
): (project: FakeProject) => FakePlatform {
  return (project) => {
    const storage = new FakeStorage(project)
    storage.give('fake-bucket', 'model.onnx', settings.model ?? Buffer.from('a model'))
    const functions = new FakeFunctions(project, parts, storage, settings)
    const protos = protosOf('@google-cloud/functions')
    return {
      grpc: [
        { protos, service: `${V2}.FunctionService`, methods: functions.second },
        { protos, service: `${V1}.CloudFunctionsService`, methods: functions.first },
      ],
      rest: storage.routes,
      restApis: ['storage'],
    }
  }
}

/** What tells the API of one generation from that of the other. */
interface Generation {
  readonly kind: string
  readonly type: string
  readonly metadataType: string
  readonly sourceOf: (each: Message) => Message
  readonly environmentOf: (each: Message) => Record<string, string>
  readonly check: (id: string, each: Message) => void
  /** The function as it is once it answers at a URL. */
  readonly answering: (each: Message, url: string) => Message
}

const SECOND: Generation = {
  kind: 'functions-gen2',
  type: `${V2}.Function`,
  metadataType: `${V2}.OperationMetadata`,
  sourceOf: (each) => each.buildConfig?.source?.storageSource ?? {},
  environmentOf: (each) => each.serviceConfig?.environmentVariables ?? {},
  check: checkSecond,
  answering: (each, url) => ({
    ...each,
    environment: 'GEN_2',
    state: 'ACTIVE',
    url,
    serviceConfig: { ...each.serviceConfig, uri: url },
  }),
}

const FIRST: Generation = {
  kind: 'functions-gen1',
  type: `${V1}.CloudFunction`,
  metadataType: `${V1}.OperationMetadataV1`,
  sourceOf: ({ sourceArchiveUrl = '' }) => {
    const [, bucket, object] = /^gs:\/\/([^/]+)\/(.+)$/.exec(sourceArchiveUrl) ?? []
    return { bucket, object }
  },
  environmentOf: (each) => each.environmentVariables ?? {},
  check: checkFirst,
  answering: (each, url) => ({
    ...each,
    status: 'ACTIVE',
    httpsTrigger: { ...each.httpsTrigger, url },
    sourceUploadUrl: UPLOAD_URL,
  }),
}

class FakeFunctions {
  readonly #project: FakeProject
  readonly #parts: FakeParts
  readonly #storage: FakeStorage
  readonly #settings: FakeFunctionsSettings
  readonly #live = new Map<string, LiveEndpoint>()

  constructor(project: FakeProject, parts: FakeParts, storage: FakeStorage, settings: FakeFunctionsSettings) {
    this.#project = project
    this.#parts = parts
    this.#storage = storage
    this.#settings = settings
  }

  get second() {
    return {
      createFunction: ({ parent, functionId, function: made }: Message) =>
        this.#create(SECOND, `${parent}/functions/${functionId}`, made),
      updateFunction: ({ function: made, updateMask }: Message) => this.#update(SECOND, made, updateMask),
      deleteFunction: ({ name }: Message) => this.#delete(SECOND, name),
      getFunction: ({ name }: Message) => this.#get(name),
      // The API of the 2nd generation lists those of the 1st, too.
      listFunctions: ({ parent }: Message) => this.#list(parent, [SECOND, FIRST]),
    }
  }

  get first() {
    return {
      createFunction: ({ location, function: made }: Message) => {
        if (!String(made.name).startsWith(`${location}/functions/`))
          throw new FakeError(status.INVALID_ARGUMENT, `The function ${made.name} is not in ${location}.`)
        return this.#create(FIRST, made.name, made)
      },
      updateFunction: ({ function: made, updateMask }: Message) => this.#update(FIRST, made, updateMask),
      deleteFunction: ({ name }: Message) => this.#delete(FIRST, name),
      getFunction: ({ name }: Message) => this.#get(name),
      listFunctions: ({ parent }: Message) => this.#list(parent, [FIRST]),
    }
  }

  #create(generation: Generation, name: string, made: Message) {
    const { inventory } = this.#project
    this.#project.require('cloudfunctions.functions.create', name)
    generation.check(name.split('/').at(-1) ?? '', made)
    if (inventory.get(name)) throw alreadyExists(name)
    const region = name.split('/')[3] ?? ''
    const add = (body: Message, stop?: () => Promise<void>) =>
      inventory.add({
        kind: generation.kind,
        name,
        region,
        labels: made.labels ?? {},
        body: { ...body, name },
        ...(stop && { stop }),
      })
    // It is listed from the start, and stays when its build fails.
    const environment = generation === SECOND ? 'GEN_2' : undefined
    add({ ...made, ...(environment && { environment }) })
    return this.#operation(generation, 'create', name, async () => {
      if (!inventory.get(name)) throw new FakeError(status.ABORTED, 'the function was deleted')
      const { bucket, object } = generation.sourceOf(made)
      checkSource(this.#storage.read(bucket, object), `gs://${bucket}/${object}`)
      const live = await this.#serve(generation, name)
      return add(generation.answering(made, live.origin), live.stop).body
    })
  }

  async #serve(generation: Generation, name: string): Promise<LiveEndpoint> {
    let audience = ''
    const start = () => {
      const each = this.#found(name).body
      const { bucket, object } = generation.sourceOf(each)
      const zip = this.#storage.read(bucket, object)
      const { run } = this.#settings
      return run && zip ? run(zip, generation.environmentOf(each)) : this.#parts.serve()
    }
    const live = await startLiveEndpoint({
      start,
      refuse: (authorization) => this.#parts.tokens.refuse(authorization, audience),
      ...(!this.#settings.run && { rewrite: (path) => (path === '/' ? '/predict' : path) }),
    })
    audience = live.origin
    this.#live.set(name, live)
    return live
  }

  #update(generation: Generation, made: Message, { paths = [] }: Message) {
    const entry = this.#found(made.name)
    this.#project.require('cloudfunctions.functions.update', made.name)
    if (paths.length !== 1 || !/(^|\.)environment_variables$/.test(paths[0]))
      throw new FakeError(status.INVALID_ARGUMENT, `the fake cloud cannot update ${paths}`)
    return this.#operation(generation, 'update', made.name, async () => {
      const body: Message = { ...entry.body }
      if (generation === FIRST) body.environmentVariables = made.environmentVariables
      else
        body.serviceConfig = {
          ...body.serviceConfig,
          environmentVariables: generation.environmentOf(made),
        }
      await this.#live.get(made.name)?.chill()
      return this.#project.inventory.add({ ...entry, body }).body
    })
  }

  #delete(generation: Generation, name: string) {
    this.#project.require('cloudfunctions.functions.delete', name)
    this.#found(name)
    return this.#project.operations.start({
      verb: 'delete',
      about: name,
      parent: 'operations',
      metadataType: generation.metadataType,
      responseType: 'google.protobuf.Empty',
      effect: async () => {
        await this.#project.inventory.remove(name)
        return {}
      },
    })
  }

  #get(name: string) {
    this.#project.require('cloudfunctions.functions.get', name)
    return this.#found(name).body
  }

  #list(parent: string, generations: readonly Generation[]) {
    this.#project.require('cloudfunctions.functions.list', parent)
    const region = parent.split('/')[3]
    const where = region === '-' ? undefined : region
    const functions = generations.flatMap(({ kind }) => this.#project.inventory.list(kind, where))
    return { functions: functions.map(({ body }) => body), unreachable: this.#settings.unreachable ?? [] }
  }

  #operation(generation: Generation, verb: string, name: string, effect: () => Promise<object>) {
    const { metadataType, type: responseType } = generation
    const order = { verb, about: name, parent: name.split('/').slice(0, 4).join('/'), effect }
    return this.#project.operations.start({ ...order, metadataType, responseType })
  }

  #found(name: string) {
    const entry = this.#project.inventory.get(name)
    if (entry === undefined) throw notFound(name)
    return entry
  }
}
