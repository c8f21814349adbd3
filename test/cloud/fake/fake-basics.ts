import type { FakePlatform } from './fake-cloud.ts'
import type { FakeProject } from './fake-project.ts'
import { notFound } from './fault.ts'
import type { Message } from './grpc-services.ts'
import { protosOf } from './operations-service.ts'

/** What the project is like, besides what runs in it. */
export interface Basics {
  /** Of `services/…`; all of them where absent. */
  enabled?: ReadonlySet<string>
  /** Whether the tag of an image exists; it does where absent. */
  image?: (path: string) => boolean
  /** Limits by quota id or metric; 1000 where absent. */
  quotas?: Readonly<Record<string, number>>
  /** Lines that Cloud Logging finds, newest first. */
  logLines?: readonly string[]
}

/** Resource Manager, Service Usage, Artifact Registry, Cloud Quotas, Cloud Logging and Compute Engine's regions. */
export function fakeBasics(basics: Basics = {}): (project: FakeProject) => FakePlatform {
  return (project) => {
    const testIamPermissions = ({ permissions = [] }: Message) => {
      const { permissions: held } = project.behaviour
      return { permissions: permissions.filter((each: string) => held === undefined || held.has(each)) }
    }
    const batchGetServices = ({ names = [], parent }: Message) => {
      project.require('serviceusage.services.get', parent)
      const state = (name: string) => {
        const service = name.split('/').at(-1) ?? ''
        return basics.enabled === undefined || basics.enabled.has(service) ? 'ENABLED' : 'DISABLED'
      }
      return { services: names.map((name: string) => ({ name, state: state(name) })) }
    }
    return {
      grpc: [
        {
          protos: protosOf('@google-cloud/resource-manager'),
          service: 'google.cloud.resourcemanager.v3.Projects',
          methods: { testIamPermissions },
        },
        {
          protos: protosOf('@google-cloud/service-usage'),
          service: 'google.api.serviceusage.v1.ServiceUsage',
          methods: { batchGetServices },
        },
      ],
      restApis: ['artifactregistry', 'cloudquotas', 'logging', 'iam', 'compute', 'storage'],
      rest: [
        {
          method: 'GET',
          path: /^\/v1\/(?<name>projects\/[^/]+\/locations\/[^/]+\/repositories\/.+)$/,
          handle: ({ params: { name = '' } }) => {
            project.require('artifactregistry.tags.get', name)
            if (basics.image?.(name) === false) throw notFound(name)
            return { name }
          },
        },
        {
          method: 'GET',
          path: /^\/v1\/projects\/[^/]+\/locations\/global\/services\/[^/]+\/quotaInfos\/(?<id>.+)$/,
          handle: ({ params: { id = '' } }) => ({
            dimensionsInfos: [
              {
                applicableLocations: ['us-central1'],
                details: { value: String(basics.quotas?.[id] ?? 1000) },
              },
            ],
          }),
        },
        {
          method: 'GET',
          path: /^\/compute\/v1\/projects\/[^/]+\/regions\/(?<region>[^/]+)$/,
          handle: ({ params: { region = '' } }) => {
            project.require('compute.regions.get', region)
            const quotas = Object.entries(basics.quotas ?? {}).map(([metric, limit]) => ({
              metric,
              limit,
              usage: 0,
            }))
            return { name: region, quotas }
          },
        },
        {
          method: 'POST',
          path: /^\/v2\/entries:list$/,
          handle: () => {
            project.require('logging.logEntries.list', project.id)
            return { entries: (basics.logLines ?? []).map((textPayload) => ({ textPayload })) }
          },
        },
      ],
    }
  }
}
