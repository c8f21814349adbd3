import * as grpc from '@grpc/grpc-js'
import protobuf from 'protobufjs'
import type { FakeProject } from './fake-project.ts'
import { FakeError } from './fault.ts'

/** Requests and replies as plain objects, with the names of the proto in camel case and enums as text. */
// biome-ignore lint/suspicious/noExplicitAny: requests are what the client sent; the proto is their type
export type Message = any

/** What a service of a client library's protos does; methods that are not here answer UNIMPLEMENTED. */
export interface GrpcService {
  /** The `protos.json` of the client's package. */
  readonly protos: object
  /** `google.cloud.run.v2.Services`. */
  readonly service: string
  readonly methods: Readonly<Record<string, (request: Message) => Message | Promise<Message>>>
}

const TO_OBJECT = { longs: String, enums: String, bytes: Buffer, defaults: false, json: false } as const

/** Adds services to a gRPC server; each call is numbered, faulted and logged by the project. */
export function addGrpcServices(
  server: grpc.Server,
  services: readonly GrpcService[],
  project: FakeProject,
  cut: (peer: string) => void,
): void {
  for (const { protos, service, methods } of services) {
    const root = protobuf.Root.fromJSON(protos as protobuf.INamespace)
    const definition: Record<string, grpc.MethodDefinition<Message, Message>> = {}
    const handlers: Record<string, grpc.handleUnaryCall<Message, Message>> = {}
    for (const method of root.lookupService(service).methodsArray) {
      const name = method.name[0]?.toLowerCase() + method.name.slice(1)
      definition[name] = methodDefinition(service, method)
      const handle = methods[name]
      if (handle) handlers[name] = handler(`${service}/${method.name}`, handle, project, cut)
    }
    server.addService(definition as grpc.ServiceDefinition, handlers as grpc.UntypedServiceImplementation)
  }
}

function methodDefinition(service: string, method: protobuf.Method): grpc.MethodDefinition<Message, Message> {
  method.resolve()
  const [asked, answered] = [method.resolvedRequestType, method.resolvedResponseType] as [
    protobuf.Type,
    protobuf.Type,
  ]
  const write = (type: protobuf.Type) => (value: object) =>
    Buffer.from(type.encode(type.fromObject(value)).finish())
  const read = (type: protobuf.Type) => (bytes: Buffer) => type.toObject(type.decode(bytes), TO_OBJECT)
  return {
    path: `/${service}/${method.name}`,
    requestStream: method.requestStream ?? false,
    responseStream: method.responseStream ?? false,
    requestSerialize: write(asked),
    requestDeserialize: read(asked),
    responseSerialize: write(answered),
    responseDeserialize: read(answered),
  }
}

function handler(
  what: string,
  handle: (request: Message) => Message | Promise<Message>,
  project: FakeProject,
  cut: (peer: string) => void,
): grpc.handleUnaryCall<Message, Message> {
  return (call, reply) => {
    const arrived = project.arrive(what, call.request)
    project
      .answer(arrived, () => handle(call.request))
      .then(
        (answer) => {
          if (answer === 'cut') cut(call.getPeer())
          else if (answer !== 'silent') reply(null, answer.reply)
        },
        (error: unknown) => reply(failure(error)),
      )
  }
}

function failure(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof FakeError) return { code: error.code, details: error.message }
  console.error(error)
  return { code: grpc.status.INTERNAL, details: `the fake cloud has a bug: ${error}` }
}
