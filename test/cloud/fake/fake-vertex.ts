import { readFileSync } from 'node:fs'
import type { FakePlatform } from './fake-cloud.ts'
import type { FakeProject } from './fake-project.ts'
import type { Message } from './grpc-services.ts'
import { protosOf } from './operations-service.ts'
import type { FakeParts } from './platforms.ts'
import { endpointMethods } from './vertex-endpoints.ts'
import { modelMethods } from './vertex-models.ts'
import { V1 } from './vertex-state.ts'

/** How a fake Vertex AI differs from the usual. */
export interface FakeVertexSettings {
  readonly imageExists?: (uri: string) => boolean
  /** Deploying goes on though it is cancelled, as is seen of large containers. */
  readonly uncancellable?: boolean
}

const REGIONS = ['us-central1', 'us-east1', 'europe-west4', 'asia-east1']

/** Vertex AI's models and endpoints; a deployed model is a live server behind the endpoint's own host. */
export function fakeVertex(
  parts: FakeParts,
  settings: FakeVertexSettings = {},
): (project: FakeProject) => FakePlatform {
  return (project) => {
    const protos = protosOf('@google-cloud/aiplatform')
    const state = { project, ...parts, ...settings }
    return {
      grpc: [
        { protos, service: `${V1}.ModelService`, methods: modelMethods(state) },
        { protos, service: `${V1}.EndpointService`, methods: endpointMethods(state) },
        LOCATIONS,
      ],
    }
  }
}

/** The package keeps its protos to itself, and its clients call this service. */
const LOCATIONS = {
  protos: JSON.parse(
    readFileSync(new URL('../protos/locations.json', import.meta.resolve('google-gax')), 'utf8'),
  ) as object,
  service: 'google.cloud.location.Locations',
  methods: {
    listLocations: ({ name }: Message) => ({
      locations: REGIONS.map((locationId) => ({ name: `${name}/locations/${locationId}`, locationId })),
    }),
  },
}
