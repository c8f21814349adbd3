import type { FakeProject } from '../fake-project.ts'
import { FakeError } from '../fault.ts'
import { protosOf } from '../operations-service.ts'
import type { RestRequest, RestRoute } from '../rest-routes.ts'

/** Handlers by `Service.Method`, as the client's own protos call them. */
export type Handlers = Readonly<Record<string, (request: RestRequest) => unknown>>

interface Type {
  readonly fields?: Readonly<Record<string, Field>>
  readonly nested?: Readonly<Record<string, Type>>
  readonly methods?: Readonly<Record<string, Method>>
}
interface Field {
  readonly type: string
  readonly keyType?: string
}
interface Method {
  readonly requestType: string
  readonly options: Readonly<Record<string, string>>
}

const API = typesOf(protosOf('@google-cloud/compute') as Type)

function typesOf(root: Type): Readonly<Record<string, Type>> {
  const path = ['google', 'cloud', 'compute', 'v1']
  const found = path.reduce<Type | undefined>((type, name) => type?.nested?.[name], root)
  if (!found?.nested) throw new Error('the protos of Compute Engine are not where they were')
  return found.nested
}

/** Routes of the REST API, with paths, bodies and fields as the protos have them: what they do not know is refused. */
export function computeRoutes(handlers: Handlers, project: FakeProject): RestRoute[] {
  return Object.entries(handlers).map(([name, handle]) => {
    const [service = '', method = ''] = name.split('.')
    const definition = API[service]?.methods?.[method]
    if (!definition) throw new Error(`Compute Engine has no ${name}`)
    const { verb, template, body } = httpOf(definition)
    const bodyType = body === undefined ? undefined : fieldType(definition.requestType, body)
    return {
      method: verb,
      path: new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
      handle: async (request) => {
        await project.operations.settle()
        if (request.params.project !== project.id)
          throw new FakeError(7, `no project ${request.params.project}`)
        checkQuery(definition.requestType, request)
        if (bodyType !== undefined) checkMessage(bodyType, request.body, bodyType)
        return handle(request)
      },
    }
  })
}

function httpOf({ options }: Method) {
  const annotation = Object.entries(options).find(([key]) =>
    /^\(google\.api\.http\)\.(get|post|delete|patch|put)$/.test(key),
  )
  if (!annotation) throw new Error('a method without a path')
  const [key, template] = annotation
  return {
    verb: key.split('.').at(-1)?.toUpperCase() ?? '',
    template,
    body: options['(google.api.http).body'],
  }
}

function fieldType(message: string, field: string): string {
  const camel = field.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const type = API[message]?.fields?.[camel]?.type
  if (type === undefined) throw new Error(`${message} has no field ${camel}`)
  return type
}

function checkQuery(message: string, { query }: RestRequest): void {
  for (const name of query.keys()) {
    if (!API[message]?.fields?.[name] && !name.startsWith('$'))
      throw new FakeError(3, `Invalid value for field '${name}': unknown parameter`)
  }
}

/** As the real service does, it refuses fields that the message does not have. */
function checkMessage(type: string, value: unknown, place: string): void {
  const message = API[type]
  if (!message?.fields || typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    const field = message.fields[name]
    if (!field) throw new FakeError(3, `Invalid JSON payload received. Unknown name "${name}" at '${place}'`)
    const values = Array.isArray(inner) ? inner : field.keyType ? Object.values(inner as object) : [inner]
    for (const each of values) checkMessage(field.type, each, `${place}.${name}`)
  }
}
