import type { AddressInfo } from 'node:net'
import * as grpc from '@grpc/grpc-js'
import { API_IDS, type ApiId } from '../../../src/core/deploy-settings.ts'
import { FakeProject } from './fake-project.ts'
import { addGrpcServices, type GrpcService } from './grpc-services.ts'
import { operationsService } from './operations-service.ts'
import { type RestRoute, serveRest } from './rest-routes.ts'
import { openLine } from './tcp-line.ts'

/** One platform's servers: made for a project, whose inventory they keep. */
export interface FakePlatform {
  readonly grpc?: readonly GrpcService[]
  readonly rest?: readonly RestRoute[]
  /** APIs that its REST routes serve; all others are reached by gRPC. */
  readonly restApis?: readonly ApiId[]
}

export interface FakeCloud {
  readonly project: FakeProject
  readonly restPort: number
  readonly grpcPort: number
  /** For `deploy.endpoints` of a scenario. */
  readonly endpoints: Readonly<Record<ApiId, string>>
  /** Stops the servers, and what the inventory still runs. */
  close(): Promise<void>
}

/** A Google Cloud on 127.0.0.1: gRPC on one port, REST on another, one project behind both. */
export async function startFakeCloud(
  ...platforms: readonly ((project: FakeProject) => FakePlatform)[]
): Promise<FakeCloud> {
  const project = new FakeProject()
  const made = platforms.map((make) => make(project))
  const server = new grpc.Server()
  const inner = { cut: (_: string): void => undefined }
  const services = made.flatMap(({ grpc: some = [] }) => some)
  const all = [operationsService(project, services), ...services]
  addGrpcServices(server, all, project, (peer) => inner.cut(peer))
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const line = await openLine(port)
  inner.cut = line.cut
  const rest = await serveRest(
    made.flatMap(({ rest: some = [] }) => some),
    project,
  )
  const restPort = (rest.address() as AddressInfo).port
  const restApis = new Set(made.flatMap(({ restApis: some = [] }) => some))
  const place = (api: ApiId) => `http://127.0.0.1:${restApis.has(api) ? restPort : line.port}`
  return {
    project,
    restPort,
    grpcPort: line.port,
    endpoints: Object.fromEntries(API_IDS.map((api) => [api, place(api)])) as Record<ApiId, string>,
    close: async () => {
      await project.inventory.clear()
      await line.close()
      server.forceShutdown()
      rest.closeAllConnections()
      await new Promise((resolve) => rest.close(resolve))
    },
  }
}
