import type { Message } from './grpc-services.ts'
import { type Backend, type LiveEndpoint, startLiveEndpoint } from './live-endpoint.ts'
import { deployedIn, found, type VertexState } from './vertex-state.ts'

/** The dedicated host of an endpoint: hands predictions to the container of what is deployed. */
export function startVertexFront(state: VertexState, endpoint: string): Promise<LiveEndpoint> {
  const { project, tokens } = state
  return startLiveEndpoint({
    start: async () => {
      const [deployed] = deployedIn(project, endpoint)
      const entry = deployed && project.inventory.get(`${endpoint}/deployedModels/${deployed.id}`)
      if (!entry) throw new Error(`no model is deployed at ${endpoint}`)
      return { ...(entry.body.backend as Backend), stop: async () => undefined }
    },
    rewrite: (path) => routeOf(state, endpoint, path),
    refuse: (authorization) => tokens.refuse(authorization),
  })
}

const PREDICTION = /^\/v1\/projects\/[^/]+\/(locations\/[^/]+\/endpoints\/[^/:]+):(?:rawPredict|predict)$/

/** The container's route, for a prediction of this endpoint and no other. */
function routeOf({ project }: VertexState, endpoint: string, path: string): string {
  const [deployed] = deployedIn(project, endpoint)
  const [, asked] = PREDICTION.exec(path) ?? []
  if (deployed === undefined || asked !== endpoint.split('/').slice(2).join('/')) return '/not-an-endpoint'
  return (found(project, deployed.model).body as Message).containerSpec.predictRoute
}
